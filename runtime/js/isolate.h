// One V8 isolate with its one context, made from the start-up snapshot: limits, termination,
// scratch memory. Knows nothing of workers.
//
// Loop thread. Owned by a worker; disposed from the loop, never while it is entered. Everything
// that holds a v8::Global of it must let go first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <v8.h>

#include "runtime/js/buffer_allocator.h"
#include "runtime/js/scratch.h"
#include "runtime/js/source_maps.h"

namespace isolane::js {

class Watchdog;

struct IsolateOptions {
  // Made by js::CreateSnapshot with the same table of natives. Must outlive the isolate.
  v8::StartupData snapshot{nullptr, 0};
  // ExternalReferences(table); must outlive the isolate.
  const intptr_t* external_references = nullptr;
  size_t heap_limit = 0;         // bytes of JavaScript heap
  size_t buffer_limit = 0;       // bytes of array buffers
  Watchdog* watchdog = nullptr;  // may be null; outlives the isolate
  void* owner = nullptr;
};

// Why an isolate can no longer be used.
enum class Condemned : uint8_t { kNo, kCpu, kMemory };

class Isolate {
 public:
  // Null if V8 rejects the snapshot (made by another version).
  static std::unique_ptr<Isolate> Create(const IsolateOptions& options);
  ~Isolate();
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  static Isolate& From(v8::Isolate* isolate) { return *static_cast<Isolate*>(isolate->GetData(0)); }

  v8::Isolate* v8() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  // What builtins/index.js exports. Precondition: entered.
  v8::Local<v8::Object> builtins() const { return builtins_.Get(isolate_); }
  // The loader of built-ins (builtin_loader.h). Precondition: entered.
  v8::Local<v8::Function> require() const { return require_.Get(isolate_); }
  void* owner() const { return owner_; }
  Watchdog* watchdog() const { return watchdog_; }
  uint32_t* scratch() { return scratch_; }
  BufferAllocator& buffers() { return *buffers_; }
  const std::shared_ptr<BufferAllocator>& shared_buffers() const { return buffers_; }

  // How often it was entered: whoever remembers the number can tell whether it has been idle since.
  uint32_t entries() const { return entries_; }
  void CountEntry() { entries_++; }
  // A full collection of garbage, a few ms. Not entered.
  void ReduceMemory();

  Condemned condemned() const { return condemned_; }
  void Condemn(Condemned why) {
    if (condemned_ == Condemned::kNo) condemned_ = why;
  }

  // Of the modules that are loaded.
  SourceMaps& source_maps() { return source_maps_; }

  // While true WebAssembly may be compiled: module loading only.
  bool allow_wasm = false;
  // Called when a promise is rejected or a rejection gets a handler; set by the worker layer.
  void (*on_promise_reject)(Isolate& isolate, const v8::PromiseRejectMessage& message) = nullptr;

 private:
  explicit Isolate(const IsolateOptions& options);
  static size_t OnNearHeapLimit(void* data, size_t current_limit, size_t initial_limit);

  // V8 keeps a pointer to it and reads it again when it is given a code cache.
  const v8::StartupData snapshot_;
  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Object> builtins_;
  v8::Global<v8::Function> require_;
  // Shared with the backing stores that the isolate made.
  std::shared_ptr<BufferAllocator> buffers_;
  Watchdog* const watchdog_;
  void* const owner_;
  const size_t heap_limit_;
  SourceMaps source_maps_;
  Condemned condemned_ = Condemned::kNo;
  uint32_t entries_ = 0;
  uint32_t scratch_[kScratchWords] = {};
};

}  // namespace isolane::js
