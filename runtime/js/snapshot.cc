#include "runtime/js/snapshot.h"

#include <memory>
#include <optional>

#include "runtime/js/builtin_sources.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/platform.h"

namespace isolane::js {

namespace {

// require() of the built-in half, in the built-in language: it is made part of the snapshot, so it
// keeps no C++ state. `compile(id)` gives the function of a file, and exists only while the
// snapshot is made; afterwards every module that will ever be required has been.
constexpr std::string_view kLoader = R"JS((function (compile, native) {
  'use strict';
  const modules = new Map();
  function require(id) {
    let module = modules.get(id);
    if (module === undefined) {
      module = { exports: {} };
      modules.set(id, module);
      const body = compile(id);
      if (body === undefined) throw new Error('no built-in module ' + id);
      body(module.exports, require, module, native);
    }
    return module.exports;
  }
  const index = require('index');
  compile = () => undefined;
  return index;
}))JS";

struct Compilation {
  const std::vector<Builtin>* builtins;
  std::optional<Error> error;
};

// Set while CreateSnapshot runs; the snapshot must hold no pointer to it.
Compilation* g_compilation = nullptr;

void Compile(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (g_compilation == nullptr) return;
  const std::string id = Describe(isolate, info[0]);
  for (size_t number = 0; number < g_compilation->builtins->size(); number++) {
    const Builtin& builtin = (*g_compilation->builtins)[number];
    if (builtin.id != id) continue;
    v8::Local<v8::String> parameters[] = {Literal(isolate, "exports"), Literal(isolate, "require"),
                                          Literal(isolate, "module"), Literal(isolate, "native")};
    v8::ScriptOrigin origin(Literal(isolate, "isolane:" + id));
    v8::Local<v8::String> text;
    BuiltinSource& resource = BuiltinSourceAt(number);
    resource.set_text(builtin.source);
    if (!v8::String::NewExternalOneByte(isolate, &resource).ToLocal(&text)) return;
    v8::ScriptCompiler::Source source(text, origin);
    v8::Local<v8::Function> function;
    if (v8::ScriptCompiler::CompileFunction(isolate->GetCurrentContext(), &source, 4, parameters)
            .ToLocal(&function)) {
      info.GetReturnValue().Set(function);
    }
    return;
  }
}

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

std::optional<Error> Fill(v8::SnapshotCreator& creator, NativeTable natives) {
  v8::Isolate* isolate = creator.GetIsolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = v8::Context::New(isolate);
  std::optional<Error> error;
  {
    v8::Context::Scope context_scope(context);
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::Object> native = v8::Object::New(isolate);
    for (const NativeFunction& function : natives) {
      v8::Local<v8::Function> value = v8::FunctionTemplate::New(isolate, function.callback, {}, {},
                                                                0, v8::ConstructorBehavior::kThrow)
                                          ->GetFunction(context)
                                          .ToLocalChecked();
      value->SetName(Literal(isolate, function.name));
      native->Set(context, Literal(isolate, function.name), value).Check();
    }
    // How the request context travels along promises (builtins/internal/context.js).
    v8::Local<v8::Object> extras = context->GetExtrasBindingObject();
    auto adopt = [&](const char* name, const char* extra) {
      v8::Local<v8::Value> function =
          extras->Get(context, Literal(isolate, extra)).ToLocalChecked();
      native->Set(context, Literal(isolate, name), function).Check();
    };
    adopt("getFrame", "getContinuationPreservedEmbedderData");
    adopt("setFrame", "setContinuationPreservedEmbedderData");
    v8::Local<v8::Value> loader;
    v8::Local<v8::Value> exports;
    v8::Local<v8::Function> compile =
        v8::FunctionTemplate::New(isolate, Compile)->GetFunction(context).ToLocalChecked();
    v8::ScriptOrigin origin(Literal(isolate, "isolane:loader"));
    v8::ScriptCompiler::Source source(Literal(isolate, kLoader), origin);
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> arguments[] = {compile, native};
    if (!v8::ScriptCompiler::Compile(context, &source).ToLocal(&script) ||
        !script->Run(context).ToLocal(&loader) ||
        !loader.As<v8::Function>()
             ->Call(context, v8::Undefined(isolate), 2, arguments)
             .ToLocal(&exports) ||
        !exports->IsObject()) {
      error = try_catch.HasCaught() ? PlacedError(isolate, try_catch)
                                    : Error{"builtins/index.js exports no object", {}, {}, {}};
    } else {
      isolate->PerformMicrotaskCheckpoint();
      creator.AddData(context, exports.As<v8::Object>());
      creator.AddData(context, native);
    }
  }
  creator.SetDefaultContext(context);
  return error;
}

}  // namespace

const intptr_t* ExternalReferences(NativeTable natives) {
  static std::vector<intptr_t> references;
  if (references.empty()) {
    references.push_back(reinterpret_cast<intptr_t>(Compile));
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
  Compilation compilation{&builtins, std::nullopt};
  g_compilation = &compilation;
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
  g_compilation = nullptr;
  platform.Forget(isolate);
  std::unique_ptr<const char[]> owner(blob.data);
  if (error.has_value()) return *error;
  if (blob.data == nullptr) return Error{"V8 could not make the snapshot", {}, {}, {}};
  return std::string(blob.data, static_cast<size_t>(blob.raw_size));
}

}  // namespace isolane::js
