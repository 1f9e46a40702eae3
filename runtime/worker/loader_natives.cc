// Natives behind Worker Loaders (builtins/workers/worker_loader.js).
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/nearest_name.h"
#include "runtime/js/array_buffer.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/loader.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"
#include "runtime/worker/rpc_clone.h"

namespace isolane::worker {

namespace {

// As workerd has it: all modules of one Worker, and its env as a clone. Bytes.
constexpr size_t kMostCode = size_t{64} << 20;
constexpr size_t kMostEnv = size_t{1} << 20;

std::string TextArgument(const Arguments& info, int index) {
  return js::Describe(info.GetIsolate(), info[index]);
}

LoadedWorker* LoadedArgument(const Arguments& info, int index) {
  return WorkerOf(info).loader().At(IdArgument(info, index));
}

// The elements of an array that the built-in half has made; none of anything else.
v8::LocalVector<v8::Value> ListOf(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::LocalVector<v8::Value> elements(isolate);
  if (!value->IsArray()) return elements;
  const auto list = value.As<v8::Array>();
  for (uint32_t i = 0; i < list->Length(); i++) {
    v8::Local<v8::Value> element;
    if (!list->Get(isolate->GetCurrentContext(), i).ToLocal(&element)) break;
    elements.push_back(element);
  }
  return elements;
}

// The channel and the props of a Fetcher: [channel, props].
GivenChannel GivenOf(Worker& worker, v8::Isolate* isolate, v8::Local<v8::Value> value) {
  const v8::LocalVector<v8::Value> parts = ListOf(isolate, value);
  GivenChannel given;
  if (parts.size() != 2 || !parts[0]->IsUint32()) return given;
  const size_t number = parts[0].As<v8::Uint32>()->Value();
  if (number >= worker.channels().size()) return given;
  given.channel = &worker.channels()[number];
  if (parts[1]->IsString()) {
    given.props = js::ToUtf8(isolate, parts[1].As<v8::String>());
  } else if (parts[1]->IsArrayBuffer()) {
    const auto bytes = parts[1].As<v8::ArrayBuffer>();
    given.props.assign(static_cast<const char*>(bytes->Data()), bytes->ByteLength());
  }
  return given;
}

// The modules of a loaded Worker, by name.
struct Code {
  std::vector<std::pair<std::string, ModuleSource>> modules;
  size_t bytes = 0;

  std::string Names() const {
    std::vector<std::string> names;
    for (const auto& [name, source] : modules) names.push_back(name);
    return base::ListNames(names);
  }

  Result<ModuleSource> Find(const std::string& name, bool main) const {
    for (const auto& [known, source] : modules) {
      if (known == name) return source;
    }
    return Error{main ? "No such module: " + name : "no module of the code is called so",
                 "Its modules are " + Names() + ".",
                 {},
                 {}};
  }
};

size_t BytesOf(v8::Isolate* isolate, v8::Local<v8::Value> content) {
  if (content->IsArrayBufferView()) return content.As<v8::ArrayBufferView>()->ByteLength();
  if (content->IsString()) return content.As<v8::String>()->Utf8LengthV2(isolate);
  return 0;
}

// `list` is name, type (ModuleType), content, name, ... Without the modules if they are more than
// kMostCode.
std::shared_ptr<Code> CodeOf(v8::Isolate* isolate, v8::Local<v8::Value> list) {
  auto code = std::make_shared<Code>();
  const v8::LocalVector<v8::Value> parts = ListOf(isolate, list);
  for (size_t i = 2; i < parts.size(); i += 3) code->bytes += BytesOf(isolate, parts[i]);
  if (code->bytes > kMostCode) return code;
  for (size_t i = 0; i + 2 < parts.size(); i += 3) {
    if (!parts[i + 1]->IsUint32()) continue;
    ModuleSource source;
    source.type = static_cast<ModuleType>(parts[i + 1].As<v8::Uint32>()->Value());
    if (parts[i + 2]->IsArrayBufferView()) {
      const auto view = parts[i + 2].As<v8::ArrayBufferView>();
      source.content.resize(view->ByteLength());
      view->CopyContents(source.content.data(), source.content.size());
    } else if (parts[i + 2]->IsString()) {
      source.content = js::ToUtf8(isolate, parts[i + 2].As<v8::String>());
    }
    code->modules.emplace_back(js::Describe(isolate, parts[i]), std::move(source));
  }
  return code;
}

std::string TooLarge(const char* what, size_t bytes, size_t most) {
  return std::string("Dynamic Worker ") + what + " size (" + std::to_string(bytes) +
         " bytes) exceeds the maximum allowed size of " + std::to_string(most) + " bytes.";
}

// Why there is no such Worker; empty: there may be.
std::string WrongCompatibility(const Worker& maker, const WorkerSpec& spec, bool experimental) {
  const auto asks_for_it = [](const WorkerSpec& one) {
    const auto& flags = one.compatibility_flags;
    return std::find(flags.begin(), flags.end(), "experimental") != flags.end();
  };
  if (experimental && !asks_for_it(maker.spec())) {
    return "'allowExperimental' is only allowed when the calling worker has the 'experimental' "
           "compat flag set.";
  }
  if (spec.compatibility_date.empty()) return "Invalid compatibility date: ";
  const auto resolved =
      ResolveCompatibility(spec.compatibility_date, spec.compatibility_flags, Today());
  if (!resolved.ok()) {
    const Error& error = resolved.error();
    return error.message + (error.hint.empty() ? "" : " " + error.hint);
  }
  if (!experimental && asks_for_it(spec)) {
    return "The compatibility flag experimental is experimental and may break or be removed in a "
           "future version of workerd. To use this flag, you must pass allowExperimental: true.";
  }
  return {};
}

// `field` of the code: Workers that are told. False: an exception is pending.
bool TakeTails(Worker& maker, v8::Isolate* isolate, v8::Local<v8::Value> list,
               const std::string& field, std::vector<GivenChannel>& tails) {
  for (v8::Local<v8::Value> tail : ListOf(isolate, list)) {
    GivenChannel given = GivenOf(maker, isolate, tail);
    const Channel* const channel = given.channel;
    if (channel == nullptr || channel->target == nullptr || channel->actor_class != nullptr ||
        channel->responder_only) {
      js::ThrowError(isolate, "Worker Loader: \"" + field +
                                  "\" of the code must be bindings to Workers of this process, as "
                                  "ctx.exports.NAME is; others are not supported by isolane.");
      return false;
    }
    tails.push_back(std::move(given));
  }
  return true;
}

// loaderFind(binding, name) -> the number of the Worker that it has made by that name, or 0
void LoaderFind(const Arguments& info) {
  const LoadedWorker* loaded =
      WorkerOf(info).loader().Find(TextArgument(info, 0), TextArgument(info, 1));
  info.GetReturnValue().Set(loaded == nullptr ? 0 : loaded->number);
}

// loaderOpen(context, binding, name | undefined) -> number of a new one; 0: the context has ended
void LoaderOpen(const Arguments& info) {
  const Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr) {
    info.GetReturnValue().Set(0);
    return;
  }
  const std::string name = info[2]->IsString() ? TextArgument(info, 2) : "";
  const LoadedWorker& loaded = WorkerOf(info).loader().Open(invocation->id, TextArgument(info, 1),
                                                            info[2]->IsString() ? &name : nullptr);
  info.GetReturnValue().Set(loaded.number);
}

// loaderHold(number, token)
void LoaderHold(const Arguments& info) {
  LoadedWorker* loaded = LoadedArgument(info, 0);
  if (loaded != nullptr) WorkerOf(info).loader().Hold(*loaded, info[1].As<v8::Object>());
}

// loaderGive(number, env, code): `env` is undefined or an object; `code` an array of date,
// flags, main module, modules (CodeOf), experimental, outbound (undefined, null or GivenOf), tails,
// streamingTails
void LoaderGive(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Worker& maker = WorkerOf(info);
  const v8::LocalVector<v8::Value> code = ListOf(isolate, info[2]);
  if (code.size() != 8) return;
  const std::shared_ptr<const Code> modules = CodeOf(isolate, code[3]);
  if (modules->bytes > kMostCode) {
    js::ThrowError(isolate, TooLarge("code", modules->bytes, kMostCode));
    return;
  }
  WorkerSpec spec;
  spec.compatibility_date = js::Describe(isolate, code[0]);
  for (v8::Local<v8::Value> flag : ListOf(isolate, code[1])) {
    spec.compatibility_flags.push_back(js::Describe(isolate, flag));
  }
  spec.main_module = js::Describe(isolate, code[2]);
  spec.modules = [modules, main = spec.main_module](const std::string& name) {
    return modules->Find(name, name == main);
  };
  const std::string wrong = WrongCompatibility(maker, spec, code[4]->IsTrue());
  if (!wrong.empty()) {
    js::ThrowError(isolate, wrong);
    return;
  }
  auto parts = std::make_shared<LoadedParts>();
  if (info[1]->IsObject()) {
    if (!CloneTo(maker, info[1], parts->env)) return;
    if (parts->env.clone.size() > kMostEnv) {
      js::ThrowError(isolate, TooLarge("env", parts->env.clone.size(), kMostEnv));
      return;
    }
  }
  if (!code[5]->IsUndefined()) parts->outbound = GivenOf(maker, isolate, code[5]);
  if (!TakeTails(maker, isolate, code[6], "tails", parts->tails) ||
      !TakeTails(maker, isolate, code[7], "streamingTails", parts->streaming_tails)) {
    return;
  }
  // Only now: a getter in env may have done anything.
  LoadedWorker* loaded = LoadedArgument(info, 0);
  if (loaded == nullptr || loaded->state != LoadedWorker::State::kLoading) return;
  maker.loader().Give(*loaded, std::move(spec), std::move(parts), modules->bytes);
}

// loaderFail(number, type, message, error, extra, hint): there is no code, for this reason
void LoaderFail(const Arguments& info) {
  std::string log;
  RemoteError error = ErrorArguments(info, 1, log);
  error.remote = false;
  LoadedWorker* loaded = LoadedArgument(info, 0);
  if (loaded == nullptr || loaded->state != LoadedWorker::State::kLoading) return;
  WorkerOf(info).loader().Fail(*loaded, std::move(error));
}

// loaderEntrypoint(number, props, token, name) -> the number of a channel: `props` undefined or an
// object, `name` empty for the default export
void LoaderEntrypoint(const Arguments& info) {
  Worker& maker = WorkerOf(info);
  std::unique_ptr<RpcMessage> props;
  if (info[1]->IsObject()) {
    props = std::make_unique<RpcMessage>();
    if (!CloneTo(maker, info[1], *props)) return;
  }
  LoadedWorker* loaded = LoadedArgument(info, 0);
  if (loaded == nullptr) return;
  info.GetReturnValue().Set(maker.loader().HoldEntrypoint(*loaded, info[2].As<v8::Object>(),
                                                          TextArgument(info, 3), std::move(props)));
}

// loadedProps(context) -> the ctx.props that a loaded Worker was called with
void LoadedProps(const Arguments& info) {
  Worker& worker = WorkerOf(info);
  const Invocation* invocation = InvocationArgument(info, 0);
  const Call* call =
      invocation == nullptr ? nullptr : worker.dispatcher().FindCall(invocation->call);
  if (call == nullptr || call->channel == nullptr || call->channel->loaded == nullptr) return;
  RpcMessage* props = call->channel->loaded->props.get();
  v8::Local<v8::Value> value;
  if (props != nullptr && CloneFrom(worker, *props).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

// givenOutbound() -> where the Worker's way to the network leads: undefined (there), null
// (nowhere), or channel and props
void GivenOutbound(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  const Worker& worker = WorkerOf(info);
  const GivenChannel* const outbound = worker.outbound();
  if (outbound == nullptr) return;
  if (outbound->channel == nullptr) {
    info.GetReturnValue().SetNull();
    return;
  }
  v8::Local<v8::Value> props = v8::Undefined(isolate);
  v8::Local<v8::ArrayBuffer> bytes;
  if (!outbound->props.empty()) {
    if (!js::CopyToArrayBuffer(isolate, outbound->props).ToLocal(&bytes)) return;
    props = bytes;
  }
  v8::Local<v8::Value> way[] = {v8::Integer::New(isolate, worker.NumberOf(*outbound->channel)),
                                props};
  info.GetReturnValue().Set(v8::Array::New(isolate, way, 2));
}

// wasmBytes(value) -> the bytes that a WebAssembly.Module was compiled from; undefined for all else
void WasmBytes(const Arguments& info) {
  if (!info[0]->IsWasmModuleObject()) return;
  v8::CompiledWasmModule module = info[0].As<v8::WasmModuleObject>()->GetCompiledModule();
  const v8::MemorySpan<const uint8_t> bytes = module.GetWireBytesRef();
  v8::Local<v8::ArrayBuffer> buffer;
  if (!js::CopyToArrayBuffer(info.GetIsolate(),
                             {reinterpret_cast<const char*>(bytes.data()), bytes.size()})
           .ToLocal(&buffer)) {
    return;
  }
  info.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, bytes.size()));
}

constexpr js::NativeFunction kNatives[] = {
    {"loaderFind", LoaderFind},       {"loaderOpen", LoaderOpen},
    {"loaderHold", LoaderHold},       {"loaderGive", LoaderGive},
    {"loaderFail", LoaderFail},       {"loaderEntrypoint", LoaderEntrypoint},
    {"wasmBytes", WasmBytes},         {"loadedProps", LoadedProps},
    {"givenOutbound", GivenOutbound},
};

}  // namespace

js::NativeTable LoaderNatives() { return kNatives; }

}  // namespace isolane::worker
