// Modules of CommonJS, for those who do not bundle: require() is synchronous, and finds modules of
// every kind.
//
// https://nodejs.org/api/modules.html; spec/wrangler.md section 4.
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/module_graph.h"

namespace isolane::worker {

namespace {

constexpr char kLateAwait[] =
    "require() of a module that awaits at its top level: import() it instead.";

}  // namespace

Result<v8::Local<v8::Module>> ModuleGraph::MakeCommonJs(const std::string& name,
                                                        const ModuleSource& source) {
  v8::EscapableHandleScope handles(isolate_);
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::Local<v8::String> text;
  v8::Local<v8::String> display;
  if (!js::FromUtf8(isolate_, source.content).ToLocal(&text) ||
      !js::FromUtf8(isolate_, Display(name)).ToLocal(&display)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  AddSourceMap(name, source);
  v8::ScriptCompiler::Source compiled(text, v8::ScriptOrigin(display));
  v8::Local<v8::String> parameters[] = {js::Literal(isolate_, "module"),
                                        js::Literal(isolate_, "exports"),
                                        js::Literal(isolate_, "require")};
  v8::Local<v8::Function> script;
  if (!v8::ScriptCompiler::CompileFunction(context, &compiled, std::size(parameters), parameters)
           .ToLocal(&script)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  v8::Local<v8::String> exports[] = {js::Literal(isolate_, "default")};
  v8::Local<v8::Module> module =
      v8::Module::CreateSyntheticModule(isolate_, display, {exports, 1}, EvaluateSynthetic);
  Register(name, module, {});
  Find(name)->script.Reset(isolate_, script);
  return handles.Escape(module);
}

v8::MaybeLocal<v8::Value> ModuleGraph::ExportsOf(v8::Local<v8::Context> context,
                                                 Module& common_js) {
  v8::EscapableHandleScope handles(isolate_);
  v8::Local<v8::String> key = js::Literal(isolate_, "exports");
  v8::Local<v8::Object> module;
  if (!common_js.value.IsEmpty()) {
    // It was run, or is being run by whoever requires it in a circle: then what there is so far.
    module = common_js.value.Get(isolate_).As<v8::Object>();
  } else {
    module = v8::Object::New(isolate_);
    v8::Local<v8::Object> exports = v8::Object::New(isolate_);
    v8::Local<v8::String> name;
    v8::Local<v8::Function> require;
    if (!js::FromUtf8(isolate_, common_js.name).ToLocal(&name) ||
        !v8::Function::New(context, Require, name).ToLocal(&require) ||
        module->CreateDataProperty(context, key, exports).IsNothing()) {
      return {};
    }
    common_js.value.Reset(isolate_, module);
    v8::Local<v8::Value> arguments[] = {module, exports, require};
    if (common_js.script.Get(isolate_)
            ->Call(context, exports, std::size(arguments), arguments)
            .IsEmpty()) {
      // As in Node.js, whoever requires it again runs it again.
      common_js.value.Reset();
      return {};
    }
  }
  v8::Local<v8::Value> exports;
  if (!module->Get(context, key).ToLocal(&exports)) return {};
  return handles.Escape(exports);
}

v8::MaybeLocal<v8::Value> ModuleGraph::Required(v8::Local<v8::Context> context,
                                                v8::Local<v8::Module> module) {
  const std::string* name = NameOf(module);
  Module* const known = name == nullptr ? nullptr : Find(*name);
  if (known != nullptr && !known->script.IsEmpty()) return ExportsOf(context, *known);
  if (known != nullptr && !known->value.IsEmpty()) return known->value.Get(isolate_);
  if (known != nullptr) {
    const auto platform = platform_modules_.find(*name);
    if (platform != platform_modules_.end()) return platform->second.exports.Get(isolate_);
  }
  // In a circle it is being evaluated, and has what it has so far.
  if (module->GetStatus() == v8::Module::kEvaluating) return module->GetModuleNamespace();
  v8::Local<v8::Value> evaluated;
  if (!module->Evaluate(context).ToLocal(&evaluated)) return {};
  v8::Local<v8::Promise> promise = evaluated.As<v8::Promise>();
  switch (promise->State()) {
    case v8::Promise::kFulfilled:
      return module->GetModuleNamespace();
    case v8::Promise::kRejected:
      promise->MarkAsHandled();
      isolate_->ThrowException(promise->Result());
      return {};
    case v8::Promise::kPending:
      break;
  }
  js::ThrowError(isolate_, kLateAwait);
  return {};
}

void ModuleGraph::Require(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  ModuleGraph& graph = Of(isolate);
  if (!info[0]->IsString()) {
    js::ThrowError(isolate, "The argument of require() must be a string.");
    return;
  }
  const std::string specifier = js::ToUtf8(isolate, info[0].As<v8::String>());
  const std::string referrer = js::ToUtf8(isolate, info.Data().As<v8::String>());
  v8::Local<v8::Module> module;
  v8::Local<v8::Value> value;
  if (graph.LoadAndLink(specifier, referrer).ToLocal(&module) &&
      graph.Required(isolate->GetCurrentContext(), module).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

}  // namespace isolane::worker
