#include "runtime/worker/worker.h"

#include <algorithm>
#include <utility>

#include "runtime/base/responder.h"
#include "runtime/js/convert.h"
#include "runtime/js/enter.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/platform.h"
#include "runtime/js/snapshot.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/binding.h"
#include "runtime/worker/builtin_flags.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/module_graph.h"
#include "runtime/worker/native_registry.h"
#include "runtime/worker/services/service_url.h"
#include "runtime/worker/snapshot_blob.h"
#include "runtime/worker/tails.h"

namespace isolane::worker {

namespace {

constexpr size_t kMaxCallSites = 500;
constexpr size_t kMebibyte = size_t{1} << 20;
// CPU time that the evaluation of a worker's modules may take. ms.
constexpr int64_t kStartupMs = 10'000;

void OnReject(js::Isolate& isolate, const v8::PromiseRejectMessage& message) {
  static_cast<Worker*>(isolate.owner())->OnPromiseReject(message);
}

}  // namespace

Worker::Worker(WorkerSpec spec, Dispatcher& dispatcher, const OwnPorts& ports, bool develops,
               std::shared_ptr<LoadedParts> loaded)
    : spec_(std::move(spec)),
      dispatcher_(dispatcher),
      ports_(ports),
      develops_(develops),
      loaded_(std::move(loaded)) {
  if (spec_.responder != nullptr) spec_.responder->Start(dispatcher_.responder_host());
  for (const BindingSpec& binding : spec_.bindings) {
    Channel channel;
    channel.binding = binding.name;
    if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
      channel.props = service->props_json;
      channel.entrypoint = service->entrypoint;
    } else if (const auto objects = ActorTargetOf(binding)) {
      channel.entrypoint = objects->class_name;
    } else if (std::get_if<AssetsBinding>(&binding.value) != nullptr) {
      channel.target = this;
      channel.responder_only = true;
    } else if (std::get_if<OriginBinding>(&binding.value) == nullptr) {
      continue;
    }
    channels_.push_back(std::move(channel));
  }
  for (const DurableObjectClass& one : spec_.durable_objects) AddActorClass(one.name);
  declared_channels_ = channels_.size();
  const auto& flags = spec_.compatibility_flags;
  frozen_clock_ = spec_.frozen_clock ||
                  std::find(flags.begin(), flags.end(), "isolane_edge_clock") != flags.end();
  if (loaded_ != nullptr) ConnectGiven();
}

Worker::~Worker() { DropHandles(); }

void Worker::DropHandles() {
  loader_.reset();
  hooks_ = Hooks();
  rejections_.clear();
  modules_.reset();
}

int Worker::ChannelOf(const std::string& binding) const {
  for (size_t i = 0; i < declared_channels_; i++) {
    if (channels_[i].binding == binding) return static_cast<int>(i);
  }
  return -1;
}

const Channel* Worker::ChannelOfUrl(std::string_view url) const {
  for (size_t i = 0; i < declared_channels_; i++) {
    const std::string& origin = channels_[i].origin;
    if (!origin.empty() && IsBelow(url, origin)) return &channels_[i];
  }
  return nullptr;
}

ActorClass* Worker::FindActorClass(const std::string& name) {
  for (const auto& known : actor_classes_) {
    if (known->name == name) return known.get();
  }
  return nullptr;
}

ActorClass& Worker::AddActorClass(const std::string& name) {
  if (ActorClass* known = FindActorClass(name)) return *known;
  bool sqlite = false;
  for (const DurableObjectClass& one : spec_.durable_objects) {
    if (one.name == name) sqlite = one.sqlite;
  }
  actor_classes_.push_back(
      std::make_unique<ActorClass>(*this, name, sqlite, spec_.name, dispatcher_.persist_to()));
  actor_classes_.back()->number = static_cast<int>(actor_classes_.size()) - 1;
  return *actor_classes_.back();
}

const ActorClass* Worker::MissingActorClass() {
  for (const auto& one : actor_classes_) {
    if (!one->exported) return one.get();
  }
  return nullptr;
}

v8::MaybeLocal<v8::Value> Worker::MakeNamespace(int channel) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Value> arguments[] = {v8::Integer::New(isolate, channel)};
  return hooks_.make_namespace.Get(isolate)->Call(isolate->GetCurrentContext(),
                                                  v8::Undefined(isolate), 1, arguments);
}

v8::MaybeLocal<v8::Value> Worker::MakeBuiltin(std::string_view module,
                                              v8::Local<v8::Object> configuration) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Value> hook;
  v8::Local<v8::Value> arguments[] = {js::Literal(isolate, module), configuration};
  if (!isolate_->builtins()->Get(context, js::Literal(isolate, "makeBinding")).ToLocal(&hook)) {
    return {};
  }
  return hook.As<v8::Function>()->Call(context, v8::Undefined(isolate), 2, arguments);
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

Status Worker::Load(js::CpuMeter* payer) {
  failure_.clear();
  Status made = MakeIsolate();
  if (!made.ok()) return made;
  // JavaScript's clock stands at 0 in global scope.
  js::Platform& platform = js::Platform::Start();
  platform.set_clock_at_zero(true);
  js::CpuMeter meter{0, dispatcher_.watchdog().CyclesOf(kStartupMs)};
  if (payer != nullptr) meter.budget = std::min(meter.budget, payer->budget - payer->spent);
  Status loaded = Ok{};
  {
    js::Enter enter(*isolate_, dispatcher_.watchdog(), meter);
    loaded = Evaluate();
    // What stopped the start is told once, by whoever asked for it.
    if (!loaded.ok()) rejections_.clear();
    ReportRejections();
  }
  platform.set_clock_at_zero(false);
  if (payer != nullptr) payer->spent += meter.spent;
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
  hooks_.make_namespace.Reset(isolate, get("makeNamespace"));
  hooks_.start_actor.Reset(isolate, get("startActor"));
  hooks_.handle_actor_fetch.Reset(isolate, get("handleActorFetch"));
  hooks_.handle_actor_method.Reset(isolate, get("handleActorMethod"));
  hooks_.on_actor_alarm.Reset(isolate, get("onActorAlarm"));
  hooks_.on_actor_socket.Reset(isolate, get("onActorSocket"));
  hooks_.handle_fetch.Reset(isolate, get("handleFetch"));
  hooks_.handle_method.Reset(isolate, get("handleMethod"));
  hooks_.handle_stub_call.Reset(isolate, get("handleStubCall"));
  hooks_.on_method_result.Reset(isolate, get("onMethodResult"));
  hooks_.on_dropped.Reset(isolate, get("onDropped"));
  hooks_.on_socket.Reset(isolate, get("onSocket"));
  hooks_.describe_object.Reset(isolate, get("describeObject"));
  hooks_.revive_object.Reset(isolate, get("reviveObject"));
  hooks_.on_response.Reset(isolate, get("onResponse"));
  hooks_.on_connected.Reset(isolate, get("onConnected"));
  hooks_.on_call_error.Reset(isolate, get("onCallError"));
  hooks_.on_timer.Reset(isolate, get("onTimer"));
  hooks_.on_news.Reset(isolate, get("onNews"));
  hooks_.on_abort.Reset(isolate, get("onAbort"));
  hooks_.release_context.Reset(isolate, get("releaseContext"));

  ISOLANE_ASSIGN(
      const CompatibilityFlags flags,
      ResolveCompatibility(spec_.compatibility_date, spec_.compatibility_flags, Today()));
  enhanced_errors_ = flags.enhanced_error_serialization;
  v8::Local<v8::Value> nothing;
  const uint32_t bits = BuiltinFlagsOf(flags, !tail_consumers_.empty());
  v8::Local<v8::Value> configuration[] = {v8::Integer::NewFromUnsigned(isolate, bits)};
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
  ISOLANE_TRY(AddPlatformModules(env));
  auto compiled = modules_->LoadIsServiceWorker();
  if (!compiled.ok()) {
    compiled.error().kind = ErrorKind::kBuild;
    return compiled.error();
  }
  const bool service_worker = *compiled;
  if (service_worker) {
    ISOLANE_ASSIGN(env, MakeEnv(context, true));
  }
  ISOLANE_ASSIGN(const ModuleGraph::Main main, modules_->Run());
  v8::Local<v8::Value> exports =
      main.exports.IsEmpty() ? v8::Undefined(isolate).As<v8::Value>() : main.exports;
  return SetHandlers(exports, env, service_worker);
}

Status Worker::AddPlatformModules(v8::Local<v8::Object> env) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::TryCatch try_catch(isolate);
  v8::Local<v8::Value> hook;
  v8::Local<v8::Value> arguments[] = {env};
  v8::Local<v8::Value> modules;
  v8::Local<v8::Array> names;
  if (!isolate_->builtins()->Get(context, js::Literal(isolate, "platformModules")).ToLocal(&hook) ||
      !hook.As<v8::Function>()
           ->Call(context, v8::Undefined(isolate), 1, arguments)
           .ToLocal(&modules) ||
      !modules.As<v8::Object>()->GetOwnPropertyNames(context).ToLocal(&names)) {
    return js::ErrorFrom(isolate, try_catch);
  }
  for (uint32_t i = 0; i < names->Length(); i++) {
    v8::Local<v8::Value> name;
    v8::Local<v8::Value> make;
    if (!names->Get(context, i).ToLocal(&name) ||
        !modules.As<v8::Object>()->Get(context, name).ToLocal(&make)) {
      return js::ErrorFrom(isolate, try_catch);
    }
    modules_->AddPlatformModule(js::Describe(isolate, name), make.As<v8::Function>());
  }
  return Ok{};
}

Status Worker::SetHandlers(v8::Local<v8::Value> exports, v8::Local<v8::Object> env,
                           bool service_worker) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::TryCatch try_catch(isolate);
  // The worker's code has run: a termination it provoked makes every step from here come back
  // empty, a property that is certainly there included.
  auto call = [&](const char* name, auto& arguments) -> v8::MaybeLocal<v8::Value> {
    v8::Local<v8::Value> hook;
    if (!isolate_->builtins()->Get(context, js::Literal(isolate, name)).ToLocal(&hook)) return {};
    return hook.As<v8::Function>()->Call(context, v8::Undefined(isolate),
                                         static_cast<int>(std::size(arguments)), arguments);
  };
  v8::LocalVector<v8::Value> classes(isolate);
  for (const auto& one : actor_classes_) {
    v8::Local<v8::String> name;
    if (!js::FromUtf8(isolate, one->name).ToLocal(&name)) return js::ErrorFrom(isolate, try_catch);
    classes.push_back(name);
  }
  v8::Local<v8::Value> handlers[] = {exports, env, v8::Boolean::New(isolate, service_worker),
                                     v8::Array::New(isolate, classes.data(), classes.size())};
  v8::Local<v8::Value> names;
  if (!call("setHandlers", handlers).ToLocal(&names)) return js::ErrorFrom(isolate, try_catch);
  if (!names->IsArray()) {
    return Error{"Worker \"" + spec_.name + "\": " + js::Describe(isolate, names),
                 {},
                 spec_.display_root + spec_.main_module,
                 {}};
  }
  for (const auto& one : actor_classes_) {
    v8::Local<v8::Value> number[] = {v8::Integer::New(isolate, one->number)};
    v8::Local<v8::Value> exported;
    if (!call("hasActorClass", number).ToLocal(&exported)) {
      return js::ErrorFrom(isolate, try_catch);
    }
    one->exported = exported->IsTrue();
  }
  const auto list = names.As<v8::Array>();
  std::vector<std::string> entrypoints;
  for (uint32_t i = 0; i < list->Length(); i++) {
    v8::Local<v8::Value> name;
    if (!list->Get(context, i).ToLocal(&name)) return js::ErrorFrom(isolate, try_catch);
    entrypoints.push_back(js::Describe(isolate, name));
  }
  if (loopback_ < 0 || entrypoints != entrypoints_) {
    loopback_ = static_cast<int>(channels_.size());
    for (size_t i = 0; i < entrypoints.size(); i++) {
      Channel channel;
      channel.binding = "ctx.exports." + entrypoints[i];
      channel.target = this;
      channel.entrypoint = entrypoints[i];
      channel.entrypoint_number = static_cast<int>(i);
      channel.past_responder = true;
      channels_.push_back(std::move(channel));
    }
    for (const auto& one : actor_classes_) {
      Channel channel;
      channel.binding = "ctx.exports." + one->name;
      channel.target = this;
      channel.actor_class = one.get();
      channel.entrypoint = one->name;
      channels_.push_back(std::move(channel));
    }
    entrypoints_ = std::move(entrypoints);
  }
  v8::Local<v8::Value> loopback[] = {v8::Integer::New(isolate, loopback_)};
  v8::Local<v8::Value> nothing;
  if (!call("setLoopback", loopback).ToLocal(&nothing)) return js::ErrorFrom(isolate, try_catch);
  return Ok{};
}

int Worker::EntrypointOf(const std::string& name) const {
  const auto found =
      std::find(entrypoints_.begin(), entrypoints_.end(), name.empty() ? "default" : name);
  return found == entrypoints_.end() ? -1 : static_cast<int>(found - entrypoints_.begin());
}

const Channel* Worker::LoopbackOf(int entrypoint) const {
  if (loopback_ < 0) return nullptr;
  return &channels_[static_cast<size_t>(loopback_ + entrypoint)];
}

int Worker::ImportChannel(const Channel& channel) {
  for (const auto& [origin, number] : imported_channels_) {
    if (origin != &channel) continue;
    // It may lead somewhere again, or elsewhere.
    Channel& known = channels_[static_cast<size_t>(number)];
    if (&known != &channel && !LeadsTheSameWay(known, channel)) known = channel;
    return number;
  }
  int number = -1;
  for (size_t i = 0; i < channels_.size(); i++) {
    if (&channels_[i] == &channel) number = static_cast<int>(i);
  }
  // One that came from a version that is gone serves again, so that reloads leave none behind.
  for (auto& [origin, known] : imported_channels_) {
    if (number >= 0) break;
    if (origin != nullptr || !LeadsTheSameWay(channels_[static_cast<size_t>(known)], channel))
      continue;
    origin = &channel;
    return known;
  }
  if (number < 0) {
    number = static_cast<int>(channels_.size());
    channels_.push_back(channel);
  }
  imported_channels_.emplace_back(&channel, number);
  return number;
}

bool Worker::Owns(const Channel& channel) const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](const Channel& one) { return &one == &channel; });
}

bool LeadsTheSameWay(const Channel& one, const Channel& other) {
  return one.binding == other.binding && one.target == other.target &&
         one.actor_class == other.actor_class &&
         (one.remote_ids == nullptr) == (other.remote_ids == nullptr) &&
         one.entrypoint == other.entrypoint && one.props == other.props &&
         one.unresolved == other.unresolved && one.past_responder == other.past_responder &&
         one.responder_only == other.responder_only && one.remote == other.remote &&
         one.service == other.service && one.link == other.link && one.number == other.number &&
         one.child == other.child && one.router == other.router &&
         one.router_number == other.router_number && one.declared == other.declared && !one.stub &&
         !other.stub;
}

std::string NoEntrypointText(const Worker& worker, const std::string& entrypoint) {
  return "Worker \"" + worker.name() + "\" does not export an entrypoint named \"" +
         (entrypoint.empty() ? "default" : entrypoint) + "\"";
}

void RedirectChannel(Channel& channel, Worker& from, Worker* to) {
  // Of one that was never loaded nobody knew what it would have.
  const char* const any_more = from.held() ? "." : " any more.";
  if (channel.actor_class != nullptr && &channel.actor_class->worker == &from) {
    ActorClass* const next =
        to == nullptr ? nullptr : to->FindActorClass(channel.actor_class->name);
    if (next == nullptr) {
      const ActorKey& key = channel.actor_class->key;
      const std::string what = key.is_workflow()
                                   ? key.Describe()
                                   : "class of Durable Objects called \"" + key.exported() + "\"";
      channel.unresolved = "Worker \"" + from.name() + "\" has no " + what + any_more;
      to = nullptr;
    }
    channel.actor_class = next;
    if (channel.target != nullptr) channel.target = to;
    return;
  }
  if (channel.target != &from) return;
  channel.target = to;
  if (to == nullptr) {
    channel.unresolved = "Worker \"" + from.name() + "\" was removed.";
  } else if (channel.responder_only) {
    if (to->spec().responder != nullptr) return;
    channel.target = nullptr;
    channel.unresolved = "Worker \"" + to->name() + "\" has no assets any more.";
  } else if (!to->held()) {
    channel.entrypoint_number = to->EntrypointOf(channel.entrypoint);
    if (channel.entrypoint_number >= 0) return;
    channel.target = nullptr;
    channel.unresolved = NoEntrypointText(*to, channel.entrypoint) + any_more;
  }
}

std::string Worker::HeldText() const {
  return "Worker \"" + name() + "\" cannot run: its build failed.\n\n" + held_;
}

void Worker::Redirect(Worker& from, Worker* to) {
  // Those of the configuration are looked up by name.
  if (loaded_ != nullptr) RedirectTails(tail_consumers_, from, to);
  for (size_t i = 0; i < channels_.size(); i++) {
    Channel& channel = channels_[i];
    if (this == &from) {
      // What belongs to this code: its exports, its assets, classes that the next version has not.
      const bool own_export = loopback_ >= 0 && i >= static_cast<size_t>(loopback_) &&
                              i < static_cast<size_t>(loopback_) + entrypoints_.size();
      if (own_export || channel.responder_only) continue;
      if (channel.actor_class != nullptr && &channel.actor_class->worker == &from &&
          (to == nullptr || to->FindActorClass(channel.actor_class->name) == nullptr)) {
        continue;
      }
    }
    RedirectChannel(channel, from, to);
  }
}

void Worker::ForgetChannelsOf(const Worker& gone) {
  for (auto& [origin, number] : imported_channels_) {
    if (origin != nullptr && gone.Owns(*origin)) origin = nullptr;
  }
}

uint32_t Worker::AddCallSite(std::string text) {
  for (size_t i = 0; i < call_sites_.size(); i++) {
    if (call_sites_[i].text == text) return static_cast<uint32_t>(i + 1);
  }
  // Names of methods may be made up for each call; the warnings are only a help.
  if (call_sites_.size() >= kMaxCallSites) return 0;
  call_sites_.push_back({std::move(text)});
  return static_cast<uint32_t>(call_sites_.size());
}

const std::string* Worker::FirstWarningOf(uint32_t site) {
  if (site == 0 || site > call_sites_.size()) return nullptr;
  CallSite& place = call_sites_[site - 1];
  return std::exchange(place.warned, true) ? nullptr : &place.text;
}

Result<v8::Local<v8::Object>> Worker::MakeEnv(v8::Local<v8::Context> context, bool as_globals) {
  v8::Isolate* isolate = isolate_->v8();
  v8::Local<v8::Object> env = as_globals ? context->Global() : v8::Object::New(isolate);
  if (loaded_ != nullptr) ISOLANE_TRY(FillGivenEnv(context, env));
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
  if (!in_service_) {
    failure_ = "another version has taken its place";
    return;
  }
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
