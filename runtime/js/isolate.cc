#include "runtime/js/isolate.h"

#include <mutex>

#include "runtime/js/convert.h"
#include "runtime/js/platform.h"
#include "runtime/js/watchdog.h"

namespace isolane::js {

namespace {

// Room V8 gets to unwind in once the limit is reached. Smaller raises made single large allocations
// abort the process (design/v8-host.md, section 4).
constexpr size_t kUnwindRoom = size_t{1} << 30;
constexpr size_t kInitialHeap = size_t{1} << 20;
// Of the 8 MiB that a main thread's stack has by default.
constexpr size_t kStackBytes = size_t{7} << 20;

bool AllowWasm(v8::Local<v8::Context>, v8::Local<v8::String>) {
  return Isolate::From(v8::Isolate::GetCurrent()).allow_wasm;
}

size_t GiveRoom(void*, size_t current_limit, size_t) { return current_limit + kUnwindRoom; }

void OnPromiseReject(v8::PromiseRejectMessage message) {
  Isolate& isolate = Isolate::From(v8::Isolate::GetCurrent());
  if (isolate.on_promise_reject != nullptr) isolate.on_promise_reject(isolate, message);
}

}  // namespace

uint32_t* Scratch(v8::Isolate* isolate) { return Isolate::From(isolate).scratch(); }

Isolate::Isolate(const IsolateOptions& options)
    : snapshot_(options.snapshot),
      buffers_(std::make_shared<BufferAllocator>(options.buffer_limit)),
      watchdog_(options.watchdog),
      owner_(options.owner),
      heap_limit_(options.heap_limit) {}

std::unique_ptr<Isolate> Isolate::Create(const IsolateOptions& options) {
  if (!options.snapshot.IsValid()) return nullptr;
  std::unique_ptr<Isolate> self(new Isolate(options));
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator_shared = self->buffers_;
  params.snapshot_blob = &self->snapshot_;
  params.external_references = options.external_references;
  params.constraints.ConfigureDefaultsFromHeapSize(kInitialHeap, options.heap_limit);
  v8::Isolate* isolate = v8::Isolate::New(params);
  self->isolate_ = isolate;
  isolate->SetData(0, self.get());
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate->SetStackLimit(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - kStackBytes);
  isolate->SetCaptureStackTraceForUncaughtExceptions(true, 10);
  SourceMaps::Install(isolate);
  isolate->AddNearHeapLimitCallback(OnNearHeapLimit, self.get());
  isolate->SetAllowWasmCodeGenerationCallback(AllowWasm);
  isolate->SetPromiseRejectCallback(OnPromiseReject);

  v8::Isolate::Scope isolate_scope(isolate);
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = v8::Context::New(isolate);
  context->AllowCodeGenerationFromStrings(false);
  v8::Context::Scope context_scope(context);
  self->context_.Reset(isolate, context);
  v8::Local<v8::Object> builtins;
  v8::Local<v8::Object> native;
  v8::Local<v8::Function> require;
  if (!context->GetDataFromSnapshotOnce<v8::Object>(0).ToLocal(&builtins) ||
      !context->GetDataFromSnapshotOnce<v8::Object>(1).ToLocal(&native) ||
      !context->GetDataFromSnapshotOnce<v8::Function>(2).ToLocal(&require)) {
    return nullptr;
  }
  self->builtins_.Reset(isolate, builtins);
  self->require_.Reset(isolate, require);
  // The memory belongs to the isolate object, which outlives every script of it.
  std::shared_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      self->scratch_, sizeof(self->scratch_), [](void*, size_t, void*) {}, nullptr);
  v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, std::move(store));
  native->Set(context, Literal(isolate, "scratch"), v8::Uint32Array::New(buffer, 0, kScratchWords))
      .Check();
  return self;
}

Isolate::~Isolate() {
  if (isolate_ == nullptr) return;
  builtins_.Reset();
  require_.Reset();
  context_.Reset();
  isolate_->RemoveNearHeapLimitCallback(OnNearHeapLimit, 0);
  // Disposing collects garbage, and if the heap is nearly full then V8 ends the process unless
  // somebody raises the limit.
  isolate_->AddNearHeapLimitCallback(GiveRoom, nullptr);
  if (watchdog_ != nullptr) {
    std::lock_guard lock(watchdog_->disposal_mutex());
    isolate_->Dispose();
  } else {
    isolate_->Dispose();
  }
  Platform::Start().Forget(isolate_);
}

void Isolate::ReduceMemory() {
  const v8::Isolate::Scope isolate_scope(isolate_);
  const v8::HandleScope handles(isolate_);
  isolate_->LowMemoryNotification();
}

size_t Isolate::OnNearHeapLimit(void* data, size_t current_limit, size_t) {
  auto* self = static_cast<Isolate*>(data);
  // V8 also asks when an ArrayBuffer could not be allocated: that is a RangeError, not the end.
  v8::HeapStatistics statistics;
  self->isolate_->GetHeapStatistics(&statistics);
  if (statistics.used_heap_size() > self->heap_limit_ / 2) {
    self->Condemn(Condemned::kMemory);
    self->isolate_->TerminateExecution();
  }
  return current_limit + kUnwindRoom;
}

}  // namespace isolane::js
