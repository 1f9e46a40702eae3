#include "runtime/worker/module_graph.h"

#include <chrono>
#include <thread>
#include <utility>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/isolate.h"
#include "runtime/js/platform.h"
#include "runtime/worker/compatibility.h"

namespace isolane::worker {

namespace {

constexpr uint32_t kGraphSlot = 1;  // isolate data; slot 0 is js::Isolate
// A module that awaits something V8 never finishes must not hold the start for ever.
constexpr auto kEvaluationPatience = std::chrono::seconds(5);

bool IsBare(std::string_view specifier) {
  return !specifier.starts_with("./") && !specifier.starts_with("../") &&
         !specifier.starts_with("/");
}

}  // namespace

std::string ResolveSpecifier(std::string_view specifier, std::string_view referrer) {
  if (IsBare(specifier)) return std::string(specifier);
  std::vector<std::string_view> parts;
  auto add = [&](std::string_view path) {
    size_t at = 0;
    while (at <= path.size()) {
      size_t end = path.find('/', at);
      if (end == std::string_view::npos) end = path.size();
      const std::string_view part = path.substr(at, end - at);
      at = end + 1;
      if (part.empty() || part == ".") continue;
      if (part == ".." && !parts.empty() && parts.back() != "..") {
        parts.pop_back();
      } else {
        parts.push_back(part);
      }
    }
  };
  if (!specifier.starts_with("/")) {
    const size_t slash = referrer.rfind('/');
    if (slash != std::string_view::npos) add(referrer.substr(0, slash));
  }
  add(specifier);
  std::string name;
  for (std::string_view part : parts) {
    if (!name.empty()) name += '/';
    name += part;
  }
  return name;
}

ModuleGraph::ModuleGraph(const WorkerSpec& spec, v8::Isolate* isolate)
    : spec_(spec), isolate_(isolate) {
  isolate->SetData(kGraphSlot, this);
  isolate->SetHostImportModuleDynamicallyCallback(ImportDynamically);
}

ModuleGraph::~ModuleGraph() = default;

ModuleGraph& ModuleGraph::Of(v8::Isolate* isolate) {
  return *static_cast<ModuleGraph*>(isolate->GetData(kGraphSlot));
}

void ModuleGraph::AddPlatformModule(const std::string& name, v8::Local<v8::Function> make) {
  platform_modules_[name].make.Reset(isolate_, make);
}

ModuleGraph::Module* ModuleGraph::Find(const std::string& name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const std::string* ModuleGraph::NameOf(v8::Local<v8::Module> module) {
  const auto [begin, end] = by_hash_.equal_range(module->GetIdentityHash());
  for (auto it = begin; it != end; ++it) {
    if (it->second->module == module) return &it->second->name;
  }
  return nullptr;
}

Result<bool> ModuleGraph::LoadIsServiceWorker() {
  ISOLANE_ASSIGN(ModuleSource source, spec_.modules(spec_.main_module));
  if (source.type != ModuleType::kEsModule) {
    return Error{"the main module of Worker \"" + spec_.name + "\" is not JavaScript",
                 {},
                 Display(spec_.main_module),
                 {}};
  }
  AddSourceMap(spec_.main_module, source);
  auto parsed = Parse(spec_.main_module, source.content);
  if (parsed.ok()) {
    v8::Local<v8::Module> module = parsed.value();
    bool is_module = module->GetModuleRequests()->Length() > 0;
    if (!is_module) {
      // Without imports it can be linked by itself, and only then are its exports known.
      ISOLANE_TRY(Link(module));
      v8::Local<v8::Array> exports;
      is_module =
          module->GetModuleNamespace()
              .As<v8::Object>()
              ->GetPropertyNames(isolate_->GetCurrentContext(), v8::KeyCollectionMode::kOwnOnly,
                                 v8::PropertyFilter::SKIP_SYMBOLS, v8::IndexFilter::kIncludeIndices)
              .ToLocal(&exports) &&
          exports->Length() > 0;
    }
    if (is_module) {
      ISOLANE_TRY(Adopt(spec_.main_module, module));
      ISOLANE_TRY(Link(module));
      return false;
    }
  }
  // Not a module: a script, or text that is neither, for which the module's error says more.
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::String> text;
  v8::Local<v8::String> name;
  v8::Local<v8::Script> script;
  if (js::FromUtf8(isolate_, source.content).ToLocal(&text) &&
      js::FromUtf8(isolate_, Display(spec_.main_module)).ToLocal(&name)) {
    v8::ScriptOrigin origin(name);
    v8::ScriptCompiler::Source compiled(text, origin);
    if (v8::ScriptCompiler::Compile(isolate_->GetCurrentContext(), &compiled).ToLocal(&script)) {
      script_.Reset(isolate_, script);
      return true;
    }
  }
  return parsed.ok() ? js::ErrorFrom(isolate_, try_catch) : parsed.error();
}

Result<v8::Local<v8::Module>> ModuleGraph::Load(const std::string& name,
                                                const std::string& importer,
                                                const std::string& specifier) {
  if (Module* known = Find(name)) return known->module.Get(isolate_);
  if (platform_modules_.contains(name)) return MakePlatformModule(name);
  if (platform_modules_.contains("node:" + name)) return Load("node:" + name, importer, specifier);
  if (name.starts_with("cloudflare:") || name.starts_with("node:")) {
    std::string known;
    for (const auto& [module, platform_module] : platform_modules_) {
      known += (known.empty() ? "" : ", ") + module;
    }
    std::string hint = "isolane has " + known + ", so far.";
    if (name == "node:async_hooks") {
      hint = "It comes with compatibility_flags = [\"nodejs_als\"] or [\"nodejs_compat\"].";
    } else if (name.starts_with("node:")) {
      auto flags =
          ResolveCompatibility(spec_.compatibility_date, spec_.compatibility_flags, Today());
      hint = flags.ok() && (flags->nodejs_compat || flags->nodejs_compat_v2)
                 ? "Modules of Node.js come with the bundler: leave out no_bundle (--no-bundle)."
                 : "Modules of Node.js come with compatibility_flags = [\"nodejs_compat\"].";
    }
    return Error{"No such module \"" + name + "\".\n  imported from \"" + importer + "\"",
                 std::move(hint),
                 Display(importer),
                 {}};
  }
  Result<ModuleSource> source = spec_.modules(name);
  if (!source.ok()) {
    Error error = source.error();
    if (!importer.empty()) {
      error.message = "No such module \"" + specifier + "\", imported from \"" + Display(importer) +
                      "\": " + error.message;
      if (error.where.empty()) error.where = Display(importer);
    }
    return error;
  }
  const std::string full = source->name.empty() ? name : source->name;
  if (full != name) {
    if (Module* known = Find(full)) {
      by_name_[name] = known;
      return known->module.Get(isolate_);
    }
  }
  v8::Local<v8::Module> module;
  if (source->type == ModuleType::kCommonJs) {
    ISOLANE_ASSIGN(module, MakeCommonJs(full, *source));
  } else if (source->type != ModuleType::kEsModule) {
    ISOLANE_ASSIGN(module, MakeSynthetic(full, *source));
  } else {
    AddSourceMap(full, *source);
    ISOLANE_ASSIGN(module, Parse(full, source->content));
    ISOLANE_TRY(Adopt(full, module));
  }
  by_name_[name] = by_name_[full];
  return module;
}

void ModuleGraph::AddSourceMap(const std::string& name, const ModuleSource& source) {
  if (source.source_map == nullptr) return;
  js::Isolate::From(isolate_).source_maps().Add(Display(name), source.source_map);
}

Result<v8::Local<v8::Module>> ModuleGraph::Parse(const std::string& name,
                                                 const std::string& content) {
  v8::EscapableHandleScope handles(isolate_);
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::String> text;
  v8::Local<v8::String> display;
  v8::Local<v8::Module> module;
  if (!js::FromUtf8(isolate_, content).ToLocal(&text) ||
      !js::FromUtf8(isolate_, Display(name)).ToLocal(&display)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  v8::ScriptOrigin origin(display, 0, 0, false, -1, {}, false, false, true);
  v8::ScriptCompiler::Source source(text, origin);
  if (!v8::ScriptCompiler::CompileModule(isolate_, &source).ToLocal(&module)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  return handles.Escape(module);
}

void ModuleGraph::Register(const std::string& name, v8::Local<v8::Module> module,
                           v8::Local<v8::Value> value) {
  auto owned = std::make_unique<Module>();
  owned->name = name;
  owned->module.Reset(isolate_, module);
  if (!value.IsEmpty()) owned->value.Reset(isolate_, value);
  by_name_[name] = owned.get();
  by_hash_.emplace(module->GetIdentityHash(), owned.get());
  modules_.push_back(std::move(owned));
}

Status ModuleGraph::Adopt(const std::string& name, v8::Local<v8::Module> module) {
  // Known before its imports are loaded: they may import it back.
  Register(name, module, {});
  v8::Local<v8::FixedArray> requests = module->GetModuleRequests();
  for (int i = 0; i < requests->Length(); i++) {
    auto request = requests->Get(i).As<v8::ModuleRequest>();
    const std::string specifier = js::ToUtf8(isolate_, request->GetSpecifier());
    auto loaded = Load(ResolveSpecifier(specifier, name), name, specifier);
    if (loaded.ok()) continue;
    v8::Location place = module->SourceOffsetToLocation(request->GetSourceOffset());
    Error error = loaded.error();
    if (error.where == Display(name)) {
      error.where += ":" + std::to_string(place.GetLineNumber() + 1) + ":" +
                     std::to_string(place.GetColumnNumber() + 1);
      js::Isolate::From(isolate_).source_maps().MapPlace(error.where);
    }
    return error;
  }
  return Ok{};
}

Result<v8::Local<v8::Module>> ModuleGraph::MakeSynthetic(const std::string& name,
                                                         const ModuleSource& source) {
  v8::EscapableHandleScope handles(isolate_);
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::Local<v8::Value> value;
  v8::Local<v8::String> text;
  bool made = false;
  switch (source.type) {
    case ModuleType::kEsModule:
    case ModuleType::kCommonJs:
      break;
    case ModuleType::kText:
      made = js::FromUtf8(isolate_, source.content).ToLocal(&text);
      value = text;
      break;
    case ModuleType::kJson:
      made = js::FromUtf8(isolate_, source.content).ToLocal(&text) &&
             v8::JSON::Parse(context, text).ToLocal(&value);
      break;
    case ModuleType::kData: {
      v8::Local<v8::ArrayBuffer> bytes;
      made = js::CopyToArrayBuffer(isolate_, source.content).ToLocal(&bytes);
      value = bytes;
      break;
    }
    case ModuleType::kWasm: {
      js::Isolate& owner = js::Isolate::From(isolate_);
      owner.allow_wasm = true;
      v8::Local<v8::WasmModuleObject> wasm;
      made = v8::WasmModuleObject::Compile(
                 isolate_,
                 {reinterpret_cast<const uint8_t*>(source.content.data()), source.content.size()})
                 .ToLocal(&wasm);
      owner.allow_wasm = false;
      value = wasm;
      break;
    }
  }
  if (!made) {
    Error error = js::ErrorFrom(isolate_, try_catch);
    error.where = Display(name);
    error.excerpt.clear();
    return error;
  }
  v8::Local<v8::String> exports[] = {js::Literal(isolate_, "default")};
  v8::Local<v8::String> display;
  if (!js::FromUtf8(isolate_, Display(name)).ToLocal(&display)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  v8::Local<v8::Module> module =
      v8::Module::CreateSyntheticModule(isolate_, display, {exports, 1}, EvaluateSynthetic);
  Register(name, module, value);
  return handles.Escape(module);
}

Result<v8::Local<v8::Module>> ModuleGraph::MakePlatformModule(const std::string& name) {
  v8::EscapableHandleScope handles(isolate_);
  v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  PlatformModule& known = platform_modules_[name];
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Value> made;
  if (!known.make.Get(isolate_)
           ->Call(context, v8::Undefined(isolate_), 0, nullptr)
           .ToLocal(&made)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  const auto exports = made.As<v8::Object>();
  known.exports.Reset(isolate_, exports);
  std::vector<v8::Local<v8::String>> names;
  v8::Local<v8::Array> keys;
  if (!exports->GetOwnPropertyNames(context).ToLocal(&keys)) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  for (uint32_t i = 0; i < keys->Length(); i++) {
    v8::Local<v8::Value> key;
    if (!keys->Get(context, i).ToLocal(&key)) return js::ErrorFrom(isolate_, try_catch);
    names.push_back(key.As<v8::String>());
  }
  v8::Local<v8::Module> module = v8::Module::CreateSyntheticModule(
      isolate_, js::Literal(isolate_, name), {names.data(), names.size()}, EvaluateSynthetic);
  Register(name, module, {});
  return handles.Escape(module);
}

v8::MaybeLocal<v8::Value> ModuleGraph::EvaluateSynthetic(v8::Local<v8::Context> context,
                                                         v8::Local<v8::Module> module) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  ModuleGraph& graph = Of(isolate);
  const std::string* name = graph.NameOf(module);
  if (name == nullptr) return {};
  Module* entry = graph.Find(*name);
  const auto platform = graph.platform_modules_.find(*name);
  if (platform != graph.platform_modules_.end()) {
    v8::Local<v8::Object> exports = platform->second.exports.Get(isolate);
    v8::Local<v8::Array> keys;
    if (!exports->GetOwnPropertyNames(context).ToLocal(&keys)) return {};
    for (uint32_t i = 0; i < keys->Length(); i++) {
      v8::Local<v8::Value> key;
      v8::Local<v8::Value> value;
      if (!keys->Get(context, i).ToLocal(&key) || !exports->Get(context, key).ToLocal(&value) ||
          module->SetSyntheticModuleExport(isolate, key.As<v8::String>(), value).IsNothing()) {
        return {};
      }
    }
  } else {
    v8::Local<v8::Value> value = entry->value.Get(isolate);
    if (!entry->script.IsEmpty() && !graph.ExportsOf(context, *entry).ToLocal(&value)) return {};
    if (module->SetSyntheticModuleExport(isolate, js::Literal(isolate, "default"), value)
            .IsNothing()) {
      return {};
    }
  }
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  resolver->Resolve(context, v8::Undefined(isolate)).Check();
  return resolver->GetPromise();
}

v8::MaybeLocal<v8::Module> ModuleGraph::Resolve(v8::Local<v8::Context>,
                                                v8::Local<v8::String> specifier,
                                                v8::Local<v8::FixedArray>,
                                                v8::Local<v8::Module> referrer) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  ModuleGraph& graph = Of(isolate);
  const std::string* from = graph.NameOf(referrer);
  const std::string text = js::ToUtf8(isolate, specifier);
  // Compile has loaded every static import already.
  Module* module = graph.Find(ResolveSpecifier(text, from == nullptr ? "" : *from));
  if (module != nullptr) return module->module.Get(isolate);
  js::ThrowError(isolate, "No such module \"" + text + "\".");
  return {};
}

v8::MaybeLocal<v8::Promise> ModuleGraph::ImportDynamically(v8::Local<v8::Context> context,
                                                           v8::Local<v8::Data>,
                                                           v8::Local<v8::Value> resource_name,
                                                           v8::Local<v8::String> specifier,
                                                           v8::Local<v8::FixedArray>) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  ModuleGraph& graph = Of(isolate);
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  std::string referrer = js::Describe(isolate, resource_name, "");
  const std::string& root = graph.spec_.display_root;
  if (referrer.starts_with(root)) referrer.erase(0, root.size());
  const std::string text = js::ToUtf8(isolate, specifier);
  v8::Local<v8::Module> module;
  {
    v8::TryCatch try_catch(isolate);
    if (!graph.LoadAndLink(text, referrer).ToLocal(&module)) {
      if (try_catch.HasTerminated()) return {};
      resolver->Reject(context, try_catch.Exception()).Check();
      return resolver->GetPromise();
    }
  }
  v8::Local<v8::Value> evaluated;
  if (!module->Evaluate(context).ToLocal(&evaluated)) return {};
  // import() gives the namespace once the module's own promise is settled.
  v8::Local<v8::Function> give;
  if (!v8::Function::New(
           context,
           [](const v8::FunctionCallbackInfo<v8::Value>& info) {
             info.GetReturnValue().Set(info.Data());
           },
           module->GetModuleNamespace())
           .ToLocal(&give)) {
    return {};
  }
  return evaluated.As<v8::Promise>()->Then(context, give);
}

v8::MaybeLocal<v8::Module> ModuleGraph::LoadAndLink(const std::string& specifier,
                                                    const std::string& referrer) {
  auto loaded = Load(ResolveSpecifier(specifier, referrer), referrer, specifier);
  if (loaded.ok() && loaded.value()->GetStatus() == v8::Module::kErrored) {
    isolate_->ThrowException(loaded.value()->GetException());
    return {};
  }
  const Status linked = loaded.ok() ? Link(loaded.value()) : Status(loaded.error());
  if (linked.ok()) return loaded.value();
  const Error& error = linked.error();
  js::ThrowError(isolate_, error.hint.empty() ? error.message : error.message + "\n" + error.hint);
  return {};
}

Status ModuleGraph::Link(v8::Local<v8::Module> module) {
  if (module->GetStatus() == v8::Module::kErrored) {
    return js::ErrorFromValue(isolate_, module->GetException());
  }
  if (module->GetStatus() != v8::Module::kUninstantiated) return Ok{};
  v8::TryCatch try_catch(isolate_);
  if (module->InstantiateModule(isolate_->GetCurrentContext(), Resolve).IsNothing()) {
    return js::ErrorFrom(isolate_, try_catch);
  }
  return Ok{};
}

Status ModuleGraph::Await(v8::Local<v8::Promise> promise) {
  const auto deadline = std::chrono::steady_clock::now() + kEvaluationPatience;
  js::Platform& platform = js::Platform::Start();
  for (;;) {
    isolate_->PerformMicrotaskCheckpoint();
    if (promise->State() != v8::Promise::kPending) break;
    if (platform.RunTasksOf(isolate_)) continue;
    // Nothing here waits for the world (global scope does no I/O): only V8's threads may still
    // work, and they do so only for WebAssembly.
    if (std::chrono::steady_clock::now() >= deadline) break;
    if (!js::Isolate::From(isolate_).allow_wasm) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  switch (promise->State()) {
    case v8::Promise::kFulfilled:
      return Ok{};
    case v8::Promise::kRejected:
      promise->MarkAsHandled();
      return js::ErrorFromValue(isolate_, promise->Result());
    case v8::Promise::kPending:
      break;
  }
  return Error{"Top-level await in module is unsettled: it waits for something that never comes.",
               "Timers, fetch() and other I/O work inside handlers only.",
               Display(spec_.main_module),
               {}};
}

Result<ModuleGraph::Main> ModuleGraph::Run() {
  v8::Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::TryCatch try_catch(isolate_);
  Main main;
  if (!script_.IsEmpty()) {
    main.service_worker = true;
    if (script_.Get(isolate_)->Run(context).IsEmpty()) {
      if (try_catch.HasTerminated()) return Error{"evaluation was terminated", {}, {}, {}};
      return js::ErrorFrom(isolate_, try_catch);
    }
    isolate_->PerformMicrotaskCheckpoint();
    return main;
  }
  Module* entry = Find(spec_.main_module);
  v8::Local<v8::Module> module = entry->module.Get(isolate_);
  v8::Local<v8::Value> evaluated;
  if (!module->Evaluate(context).ToLocal(&evaluated)) {
    if (try_catch.HasTerminated()) return Error{"evaluation was terminated", {}, {}, {}};
    return js::ErrorFrom(isolate_, try_catch);
  }
  ISOLANE_TRY(Await(evaluated.As<v8::Promise>()));
  main.exports = module->GetModuleNamespace();
  return main;
}

}  // namespace isolane::worker
