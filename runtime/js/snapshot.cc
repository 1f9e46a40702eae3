#include "runtime/js/snapshot.h"

#include <memory>
#include <optional>

#include "runtime/js/builtin_loader.h"
#include "runtime/js/builtin_sources.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/isolate.h"
#include "runtime/js/platform.h"

namespace isolane::js {

namespace {

Error PlacedError(v8::Isolate* isolate, const v8::TryCatch& try_catch) {
  Error error;
  v8::Local<v8::Value> stack;
  const bool has_stack =
      try_catch.StackTrace(isolate->GetCurrentContext()).ToLocal(&stack) && stack->IsString();
  error.message = Describe(isolate, has_stack ? stack : try_catch.Exception());
  v8::Local<v8::Message> message = try_catch.Message();
  if (!message.IsEmpty()) {
    error.where = Describe(isolate, message->GetScriptResourceName()) + ":" +
                  std::to_string(message->GetLineNumber(isolate->GetCurrentContext()).FromMaybe(0));
  }
  return error;
}

// The object through which the built-in half reaches C++: all of `natives`, and what is set later.
//
// An instance of a template, because V8 keeps the properties of such an object where compiled code
// finds them by offset; one that gets its properties one by one becomes a hash table.
v8::Local<v8::Object> MakeNative(v8::Isolate* isolate, v8::Local<v8::Context> context,
                                 NativeTable natives) {
  v8::Local<v8::ObjectTemplate> native = v8::ObjectTemplate::New(isolate);
  for (const NativeFunction& function : natives) {
    native->Set(isolate, function.name,
                v8::FunctionTemplate::New(isolate, function.callback, {}, {}, 0,
                                          v8::ConstructorBehavior::kThrow));
  }
  // How the request context travels along promises (builtins/internal/context.js), and the words
  // that Isolate::Create shares with C++.
  for (const char* name : {"getFrame", "setFrame", "scratch"}) {
    native->Set(isolate, name, v8::Undefined(isolate));
  }
  v8::Local<v8::Object> instance = native->NewInstance(context).ToLocalChecked();
  v8::Local<v8::Object> extras = context->GetExtrasBindingObject();
  auto adopt = [&](const char* name, const char* extra) {
    v8::Local<v8::Value> function = extras->Get(context, Literal(isolate, extra)).ToLocalChecked();
    instance->Set(context, Literal(isolate, name), function).Check();
  };
  adopt("getFrame", "getContinuationPreservedEmbedderData");
  adopt("setFrame", "setContinuationPreservedEmbedderData");
  return instance;
}

std::optional<Error> Fill(v8::SnapshotCreator& creator, NativeTable natives) {
  v8::Isolate* isolate = creator.GetIsolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = v8::Context::New(isolate);
  std::optional<Error> error;
  {
    v8::Context::Scope context_scope(context);
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Object> native = MakeNative(isolate, context, natives);
    v8::Local<v8::Function> require;
    v8::Local<v8::Value> exports;
    v8::Local<v8::Value> arguments[] = {Literal(isolate, "index")};
    if (!MakeRequire(context, native).ToLocal(&require) ||
        !require->Call(context, v8::Undefined(isolate), 1, arguments).ToLocal(&exports) ||
        !exports->IsObject()) {
      error = try_catch.HasCaught() ? PlacedError(isolate, try_catch)
                                    : Error{"builtins/index.js exports no object", {}, {}, {}};
    } else {
      isolate->PerformMicrotaskCheckpoint();
      creator.AddData(context, exports.As<v8::Object>());
      creator.AddData(context, native);
      creator.AddData(context, require);
    }
  }
  creator.SetDefaultContext(context);
  return error;
}

}  // namespace

const intptr_t* ExternalReferences(NativeTable natives) {
  static std::vector<intptr_t> references;
  if (references.empty()) {
    AppendLoaderReferences(references);
    for (const NativeFunction& function : natives) {
      references.push_back(reinterpret_cast<intptr_t>(function.callback));
    }
    for (size_t i = 0; i < kMaxBuiltinSources; i++) {
      references.push_back(reinterpret_cast<intptr_t>(&BuiltinSourceAt(i)));
    }
    references.push_back(0);
  }
  return references.data();
}

Result<std::string> CreateSnapshot(const std::vector<Builtin>& builtins, NativeTable natives) {
  for (const Builtin& builtin : builtins) {
    for (char c : builtin.source) {
      if (static_cast<unsigned char>(c) < 0x80) continue;
      return Error{
          "the built-in module " + builtin.id + " has a character that is not ASCII", {}, {}, {}};
    }
  }
  Platform& platform = Platform::Start();
  std::vector<BuiltinText> texts;
  for (const Builtin& builtin : builtins) texts.push_back({builtin.id, builtin.source, {}});
  SetSources(texts);
  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator(
      v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = allocator.get();
  params.external_references = ExternalReferences(natives);
  std::optional<Error> error;
  v8::StartupData blob{nullptr, 0};
  v8::Isolate* isolate = nullptr;
  {
    v8::SnapshotCreator creator(params);
    isolate = creator.GetIsolate();
    isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
    error = Fill(creator, natives);
    // Compiled functions are kept: the first request of a fresh isolate finds bytecode.
    blob = creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
  }
  platform.Forget(isolate);
  std::unique_ptr<const char[]> owner(blob.data);
  if (error.has_value()) return *error;
  if (blob.data == nullptr) return Error{"V8 could not make the snapshot", {}, {}, {}};
  return std::string(blob.data, static_cast<size_t>(blob.raw_size));
}

Result<std::vector<std::string>> CreateCodeCaches(const std::string& snapshot,
                                                  NativeTable natives) {
  IsolateOptions options;
  options.snapshot = {snapshot.data(), static_cast<int>(snapshot.size())};
  options.external_references = ExternalReferences(natives);
  options.heap_limit = size_t{64} << 20;
  options.buffer_limit = options.heap_limit;
  const std::unique_ptr<Isolate> owner = Isolate::Create(options);
  if (owner == nullptr) return Error{"V8 rejects the snapshot", {}, {}, {}};
  v8::Isolate* isolate = owner->v8();
  const v8::Isolate::Scope isolate_scope(isolate);
  const v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = owner->context();
  const v8::Context::Scope context_scope(context);
  v8::TryCatch try_catch(isolate);
  // What warm_up.js does with promises fails the build as well.
  static bool rejected;
  rejected = false;
  owner->on_promise_reject = [](Isolate&, const v8::PromiseRejectMessage& message) {
    if (message.GetEvent() == v8::kPromiseRejectWithNoHandler) rejected = true;
  };
  CodeCacheRecorder recorder(isolate);
  for (size_t number = 0; number < kMaxBuiltinSources; number++) {
    const std::string_view id = BuiltinSourceAt(number).text().id;
    // Those of third_party are required by the built-in that wraps them.
    if (id.empty() || id == "index" || id.starts_with("third_party/")) continue;
    v8::Local<v8::Value> arguments[] = {Literal(isolate, id)};
    v8::Local<v8::Value> exports;
    if (!owner->require()->Call(context, v8::Undefined(isolate), 1, arguments).ToLocal(&exports)) {
      return PlacedError(isolate, try_catch);
    }
  }
  // What internal/warm_up.js began goes on here.
  isolate->PerformMicrotaskCheckpoint();
  if (rejected) return Error{"internal/warm_up.js: a promise was rejected", {}, {}, {}};
  return recorder.Make();
}

}  // namespace isolane::js
