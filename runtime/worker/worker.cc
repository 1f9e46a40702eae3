#include "runtime/worker/worker.h"

#include <algorithm>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"
#include "runtime/worker/binding.h"
#include "runtime/worker/module_graph.h"
#include "runtime/worker/native_registry.h"
#include "runtime/worker/snapshot_blob.h"

namespace isolane::worker {

namespace {

constexpr size_t kMebibyte = size_t{1} << 20;
// CPU time that the evaluation of a worker's modules may take. ms.
constexpr int64_t kStartupMs = 10'000;

// Bits of builtins/internal/flags.js.
enum FlagBits : uint32_t {
  kSetToStringTag = 1,
  kUpperCaseAllHttpMethods = 2,
  kStripAuthorization = 4,
  kEnhancedErrors = 8,
  kFetcherHasHelpers = 16,
  kRpc = 32,
  kRequestSignal = 64,
};

uint32_t BitsOf(const CompatibilityFlags& flags) {
  uint32_t bits = 0;
  if (flags.set_tostring_tag) bits |= kSetToStringTag;
  if (flags.upper_case_all_http_methods) bits |= kUpperCaseAllHttpMethods;
  if (flags.strip_authorization_on_cross_origin_redirect) bits |= kStripAuthorization;
  if (flags.enhanced_error_serialization) bits |= kEnhancedErrors;
  if (!flags.fetcher_no_get_put_delete) bits |= kFetcherHasHelpers;
  if (flags.rpc) bits |= kRpc;
  if (flags.enable_request_signal) bits |= kRequestSignal;
  return bits;
}

void OnReject(js::Isolate& isolate, const v8::PromiseRejectMessage& message) {
  static_cast<Worker*>(isolate.owner())->OnPromiseReject(message);
}

}  // namespace

Worker::Worker(WorkerSpec spec, Dispatcher& dispatcher)
    : spec_(std::move(spec)), dispatcher_(dispatcher) {
  for (const BindingSpec& binding : spec_.bindings) {
    const auto* service = std::get_if<ServiceBinding>(&binding.value);
    if (service == nullptr) continue;
    Channel channel;
    channel.binding = binding.name;
    channel.props = service->props_json;
    channels_.push_back(std::move(channel));
  }
}

Worker::~Worker() { DropHandles(); }

void Worker::DropHandles() {
  hooks_ = Hooks();
  rejections_.clear();
  modules_.reset();
}

int Worker::ChannelOf(const std::string& binding) const {
  for (size_t i = 0; i < channels_.size(); i++) {
    if (channels_[i].binding == binding) return static_cast<int>(i);
  }
  return -1;
}

v8::MaybeLocal<v8::Value> Worker::MakeFetcher(int channel) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Value> arguments[] = {v8::Integer::New(isolate, channel)};
  return hooks_.make_fetcher.Get(isolate)->Call(isolate->GetCurrentContext(),
                                                v8::Undefined(isolate), 1, arguments);
}

Status Worker::MakeIsolate() {
  js::IsolateOptions options;
  options.snapshot = SnapshotBlob();
  options.external_references = js::ExternalReferences(AllNatives());
  options.heap_limit = static_cast<size_t>(spec_.limits.memory_mb) * kMebibyte;
  options.buffer_limit = options.heap_limit;
  options.watchdog = &dispatcher_.watchdog();
  options.owner = this;
  isolate_ = js::Isolate::Create(options);
  if (isolate_ == nullptr) {
    return Error{
        "V8 rejects the start-up snapshot: it was made by another build. Build again.", {}, {}, {}};
  }
  isolate_->on_promise_reject = OnReject;
  return Ok{};
}

Status Worker::Load() {
  failure_.clear();
  Status made = MakeIsolate();
  if (!made.ok()) return made;
  // JavaScript's clock stands at 0 in global scope.
  js::Platform& platform = js::Platform::Start();
  platform.set_clock_at_zero(true);
  js::CpuMeter meter{0, dispatcher_.watchdog().CyclesOf(kStartupMs)};
  Status loaded = Ok{};
  {
    js::Enter enter(*isolate_, dispatcher_.watchdog(), meter);
    loaded = Evaluate();
    // What stopped the start is told once, by whoever asked for it.
    if (!loaded.ok()) rejections_.clear();
    ReportRejections();
  }
  platform.set_clock_at_zero(false);
  const js::Condemned condemned = isolate_->condemned();
  if (condemned != js::Condemned::kNo) {
    loaded =
        Error{"Worker \"" + spec_.name + "\" " +
                  (condemned == js::Condemned::kCpu
                       ? "used more than 10 s of CPU time before it was ready"
                       : "exceeded its memory limit of " + std::to_string(spec_.limits.memory_mb) +
                             " MiB before it was ready"),
              "Move work from the top level of the module into the handler.",
              spec_.display_root + spec_.main_module,
              {}};
  }
  if (!loaded.ok()) {
    DropHandles();
    isolate_.reset();
  }
  return loaded;
}

Status Worker::Evaluate() {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Object> builtins = isolate_->builtins();
  auto get = [&](std::string_view name) {
    v8::Local<v8::Value> value =
        builtins->Get(context, js::Literal(isolate, name)).ToLocalChecked();
    return value.As<v8::Function>();
  };
  hooks_.make_fetcher.Reset(isolate, get("makeFetcher"));
  hooks_.handle_fetch.Reset(isolate, get("handleFetch"));
  hooks_.on_response.Reset(isolate, get("onResponse"));
  hooks_.on_call_error.Reset(isolate, get("onCallError"));
  hooks_.on_timer.Reset(isolate, get("onTimer"));
  hooks_.on_news.Reset(isolate, get("onNews"));
  hooks_.on_abort.Reset(isolate, get("onAbort"));
  hooks_.release_context.Reset(isolate, get("releaseContext"));

  ISOLANE_ASSIGN(
      const CompatibilityFlags flags,
      ResolveCompatibility(spec_.compatibility_date, spec_.compatibility_flags, Today()));
  v8::Local<v8::Value> nothing;
  v8::Local<v8::Value> configuration[] = {v8::Integer::NewFromUnsigned(isolate, BitsOf(flags))};
  if (!get("configure")
           ->Call(context, v8::Undefined(isolate), 1, configuration)
           .ToLocal(&nothing)) {
    return js::ErrorFrom(isolate, try_catch);
  }

  for (const std::string& flag : FlagsWithoutEffect(spec_.compatibility_flags)) {
    dispatcher_.Log(LogLevel::kWarn, this,
                    "the compatibility flag \"" + flag + "\" has no effect in isolane yet", true);
  }
  modules_ = std::make_unique<ModuleGraph>(spec_, isolate);
  ISOLANE_ASSIGN(v8::Local<v8::Object> env, MakeEnv(context, false));
  v8::Local<v8::Value> platform_arguments[] = {env};
  v8::Local<v8::Value> platform_exports;
  if (!get("platformExports")
           ->Call(context, v8::Undefined(isolate), 1, platform_arguments)
           .ToLocal(&platform_exports)) {
    return js::ErrorFrom(isolate, try_catch);
  }
  modules_->set_platform_exports(platform_exports.As<v8::Object>());
  ISOLANE_ASSIGN(const bool service_worker, modules_->LoadIsServiceWorker());
  if (service_worker) {
    ISOLANE_ASSIGN(env, MakeEnv(context, true));
  }
  ISOLANE_ASSIGN(const ModuleGraph::Main main, modules_->Run());
  v8::Local<v8::Value> wrong;
  v8::Local<v8::Value> default_export =
      main.default_export.IsEmpty() ? v8::Undefined(isolate).As<v8::Value>() : main.default_export;
  v8::Local<v8::Value> handlers[] = {default_export, env,
                                     v8::Boolean::New(isolate, service_worker)};
  if (!get("setHandlers")->Call(context, v8::Undefined(isolate), 3, handlers).ToLocal(&wrong)) {
    return js::ErrorFrom(isolate, try_catch);
  }
  if (wrong->IsString()) {
    return Error{"Worker \"" + spec_.name + "\": " + js::Describe(isolate, wrong),
                 {},
                 spec_.display_root + spec_.main_module,
                 {}};
  }
  return Ok{};
}

Result<v8::Local<v8::Object>> Worker::MakeEnv(v8::Local<v8::Context> context, bool as_globals) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Object> env = as_globals ? context->Global() : v8::Object::New(isolate);
  for (const BindingSpec& binding : spec_.bindings) {
    ISOLANE_ASSIGN(auto made, MakeBinding(*this, binding));
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Value> value;
    v8::Local<v8::String> name;
    if (!made.ToLocal(&value) || !js::FromUtf8(isolate, binding.name).ToLocal(&name) ||
        env->Set(context, name, value).IsNothing()) {
      return Error{"binding " + binding.name + " could not be made", {}, binding.where, {}};
    }
  }
  return env;
}

void Worker::Replace() {
  DropHandles();
  if (isolate_ != nullptr) retired_.push_back(std::move(isolate_));
  const Status loaded = Load();
  if (loaded.ok()) return;
  failure_ = loaded.error().ToString();
  dispatcher_.Log(LogLevel::kError, this, "could not be started again: " + failure_, true);
}

void Worker::OnPromiseReject(const v8::PromiseRejectMessage& message) {
  v8::Isolate* isolate = isolate_->v8();
  switch (message.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler: {
      Rejection rejection;
      rejection.promise.Reset(isolate, message.GetPromise());
      v8::Local<v8::Value> reason = message.GetValue();
      if (reason.IsEmpty()) reason = v8::Undefined(isolate);
      rejection.reason.Reset(isolate, reason);
      rejections_.push_back(std::move(rejection));
      return;
    }
    case v8::kPromiseHandlerAddedAfterReject:
      std::erase_if(rejections_, [&](const Rejection& rejection) {
        return rejection.promise == message.GetPromise();
      });
      return;
    default:
      return;
  }
}

void Worker::ReportRejections() {
  if (rejections_.empty()) [[likely]]
    return;
  std::vector<Rejection> rejections;
  rejections.swap(rejections_);
  if (isolate_->v8()->IsExecutionTerminating()) return;
  for (Rejection& rejection : rejections) {
    v8::HandleScope handles(isolate_->v8());
    dispatcher_.Log(LogLevel::kError, this,
                    "Uncaught (in promise) " +
                        js::StackOf(isolate_->v8(), rejection.reason.Get(isolate_->v8())),
                    true);
  }
}

}  // namespace isolane::worker
