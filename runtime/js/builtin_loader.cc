#include "runtime/js/builtin_loader.h"

#include <memory>
#include <string_view>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/js/builtin_sources.h"
#include "runtime/js/convert.h"
#include "runtime/js/isolate.h"

namespace isolane::js {

namespace {

// In the built-in language, because it becomes part of the snapshot.
//
// A part may be loaded in the middle of a request, after the Worker has changed what it likes of
// the intrinsics. So nothing here looks anything up in a prototype: a patched Map.prototype.get
// would be handed all modules.
//
//   require(id)                        the exports of a module, loaded now if it was not yet. What
//                                      comes after the id stands for globals in a file of
//                                      third_party
//   require.loaded(id)                 likewise, or undefined: for "is this a Blob?", which nothing
//                                      can be before web/blob was loaded
//   require.define(object, name, id)   a data property that gets the export `name` of module `id`
//                                      when somebody first reads it
//
// A module whose load failed is forgotten: the next require() begins again. (The stack was full, or
// a patched intrinsic threw. After a termination the isolate is condemned anyway.)
constexpr std::string_view kLoader = R"JS((function (compile, define, native) {
  'use strict';
  const modules = { __proto__: null };
  const complete = { __proto__: null };
  function require(id, Promise, globalThis, AbortController, queueMicrotask) {
    let module = modules[id];
    if (module === undefined) {
      const body = compile(id);
      if (body === undefined) throw new Error('no built-in module ' + id);
      module = { __proto__: null, exports: { __proto__: null } };
      modules[id] = module;
      let done = false;
      try {
        body(module.exports, require, module, native,
          Promise, globalThis, AbortController, queueMicrotask);
        done = true;
      } finally {
        if (!done) delete modules[id];
      }
      complete[id] = module.exports;
    }
    return module.exports;
  }
  require.loaded = (id) => complete[id];
  require.define = define;
  return require;
}))JS";

CodeCacheRecorder* g_recorder = nullptr;
size_t g_rejected_code_caches = 0;

// compile(id): the function of a file, or undefined.
void Compile(const v8::FunctionCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  const std::string id = Describe(isolate, info[0]);
  const int number = BuiltinSourceNumber(id);
  if (number < 0) return;
  BuiltinSource& resource = BuiltinSourceAt(static_cast<size_t>(number));
  v8::Local<v8::String> parameters[] = {
      Literal(isolate, "exports"),         Literal(isolate, "require"),
      Literal(isolate, "module"),          Literal(isolate, "native"),
      Literal(isolate, "Promise"),         Literal(isolate, "globalThis"),
      Literal(isolate, "AbortController"), Literal(isolate, "queueMicrotask")};
  // The last four only shadow what third-party code would take from the Worker's globals.
  const size_t count = id.starts_with("third_party/") ? 8 : 4;
  v8::ScriptOrigin origin(Literal(isolate, "isolane:" + id));
  v8::Local<v8::String> text;
  if (!v8::String::NewExternalOneByte(isolate, &resource).ToLocal(&text)) return;
  const std::string_view cache = resource.text().code_cache;
  auto options = v8::ScriptCompiler::kNoCompileOptions;
  v8::ScriptCompiler::CachedData* cached = nullptr;
  if (!cache.empty()) {
    // The bytes stay ours, the object is the source's.
    cached = new v8::ScriptCompiler::CachedData(reinterpret_cast<const uint8_t*>(cache.data()),
                                                static_cast<int>(cache.size()));
    options = v8::ScriptCompiler::kConsumeCodeCache;
  }
  v8::ScriptCompiler::Source source(text, origin, cached);
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(isolate->GetCurrentContext(), &source, count, parameters,
                                           0, nullptr, options)
           .ToLocal(&function)) {
    return;
  }
  if (cached != nullptr && cached->rejected) g_rejected_code_caches++;
  if (g_recorder != nullptr) g_recorder->Add(static_cast<size_t>(number), function);
  info.GetReturnValue().Set(function);
}

// The getter of a lazy property, called once: V8 puts a plain data property in its place.
void Load(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& info) {
  v8::Isolate* isolate = info.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  // Null while the snapshot is made: there is nobody yet who would look.
  if (isolate->GetData(0) == nullptr) return;
  v8::Local<v8::Value> arguments[] = {info.Data()};
  v8::Local<v8::Value> exports;
  v8::Local<v8::Value> value;
  if (!Isolate::From(isolate)
           .require()
           ->Call(context, v8::Undefined(isolate), 1, arguments)
           .ToLocal(&exports) ||
      !exports.As<v8::Object>()->Get(context, name).ToLocal(&value)) {
    return;
  }
  if (value->IsUndefined()) {
    // A patched intrinsic looked while the module was being loaded. An exception leaves the
    // property as it is.
    isolate->ThrowException(v8::Exception::ReferenceError(
        Literal(isolate, "Cannot access a global while it is being loaded")));
    return;
  }
  info.GetReturnValue().Set(value);
}

// define(object, name, id). Nothing here may refer to a context: V8 keeps the getter and its data
// in the part of the snapshot that has none, and would keep a second context there with it.
void Define(const v8::FunctionCallbackInfo<v8::Value>& info) {
  if (!info[0]->IsObject() || !info[1]->IsName() || !info[2]->IsString()) return;
  info[0]
      .As<v8::Object>()
      ->SetLazyDataProperty(info.GetIsolate()->GetCurrentContext(), info[1].As<v8::Name>(), Load,
                            info[2], v8::DontEnum)
      .Check();
}

}  // namespace

v8::MaybeLocal<v8::Function> MakeRequire(v8::Local<v8::Context> context,
                                         v8::Local<v8::Object> native) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Value> arguments[] = {
      v8::FunctionTemplate::New(isolate, Compile)->GetFunction(context).ToLocalChecked(),
      v8::FunctionTemplate::New(isolate, Define)->GetFunction(context).ToLocalChecked(), native};
  v8::ScriptOrigin origin(Literal(isolate, "isolane:loader"));
  v8::ScriptCompiler::Source source(Literal(isolate, kLoader), origin);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> loader;
  v8::Local<v8::Value> require;
  if (!v8::ScriptCompiler::Compile(context, &source).ToLocal(&script) ||
      !script->Run(context).ToLocal(&loader) ||
      !loader.As<v8::Function>()
           ->Call(context, v8::Undefined(isolate), 3, arguments)
           .ToLocal(&require)) {
    return {};
  }
  return require.As<v8::Function>();
}

void AppendLoaderReferences(std::vector<intptr_t>& references) {
  references.push_back(reinterpret_cast<intptr_t>(Compile));
  references.push_back(reinterpret_cast<intptr_t>(Define));
  references.push_back(reinterpret_cast<intptr_t>(Load));
}

size_t RejectedCodeCaches() { return g_rejected_code_caches; }

CodeCacheRecorder::CodeCacheRecorder(v8::Isolate* isolate) : isolate_(isolate) {
  ISOLANE_CHECK(g_recorder == nullptr);
  g_recorder = this;
}

CodeCacheRecorder::~CodeCacheRecorder() { g_recorder = nullptr; }

void CodeCacheRecorder::Add(size_t number, v8::Local<v8::Function> function) {
  compiled_.push_back({number, v8::Global<v8::Function>(isolate_, function)});
}

std::vector<std::string> CodeCacheRecorder::Make() const {
  std::vector<std::string> caches(kMaxBuiltinSources);
  for (const Compiled& compiled : compiled_) {
    const std::unique_ptr<v8::ScriptCompiler::CachedData> cache(
        v8::ScriptCompiler::CreateCodeCacheForFunction(compiled.function.Get(isolate_)));
    if (cache == nullptr) continue;
    caches[compiled.number].assign(reinterpret_cast<const char*>(cache->data),
                                   static_cast<size_t>(cache->length));
  }
  return caches;
}

}  // namespace isolane::js
