// The modules of one Worker in one isolate: resolved, compiled, linked, evaluated.
//
// Loop thread. The isolate is entered in every call; dies before the isolate does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <v8.h>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

namespace isolane::worker {

// "lib/../a.js" relative to the module "src/index.js" is "src/a.js". A bare specifier stays as it
// is.
std::string ResolveSpecifier(std::string_view specifier, std::string_view referrer);

class ModuleGraph {
 public:
  // `spec` and `isolate` outlive the graph.
  ModuleGraph(const WorkerSpec& spec, v8::Isolate* isolate);
  ~ModuleGraph();
  ModuleGraph(const ModuleGraph&) = delete;
  ModuleGraph& operator=(const ModuleGraph&) = delete;

  // A module that comes with isolane ("cloudflare:workers"); `make` gives its exports when somebody
  // imports it. Before anything is loaded.
  void AddPlatformModule(const std::string& name, v8::Local<v8::Function> make);

  struct Main {
    // The namespace object; empty for a Service Worker script.
    v8::Local<v8::Value> exports;
    bool service_worker = false;
  };

  // Compiles the main module and all it imports, and tells whether it is a Service Worker script:
  // text without any import or export.
  Result<bool> LoadIsServiceWorker();
  // Evaluates what was loaded, with top-level await.
  Result<Main> Run();

 private:
  struct Module {
    std::string name;
    v8::Global<v8::Module> module;
    // Of a synthetic module: the value of its default export. Of CommonJS: `module`, from when it
    // is begun.
    v8::Global<v8::Value> value;
    // Of CommonJS: its text, a function of module, exports and require.
    v8::Global<v8::Function> script;
  };
  struct PlatformModule {
    // Gives the exports. Called when the module is first imported.
    v8::Global<v8::Function> make;
    v8::Global<v8::Object> exports;
  };

  static ModuleGraph& Of(v8::Isolate* isolate);
  static v8::MaybeLocal<v8::Module> Resolve(v8::Local<v8::Context> context,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes,
                                            v8::Local<v8::Module> referrer);
  static v8::MaybeLocal<v8::Promise> ImportDynamically(v8::Local<v8::Context> context,
                                                       v8::Local<v8::Data> host_defined_options,
                                                       v8::Local<v8::Value> resource_name,
                                                       v8::Local<v8::String> specifier,
                                                       v8::Local<v8::FixedArray> attributes);
  static v8::MaybeLocal<v8::Value> EvaluateSynthetic(v8::Local<v8::Context> context,
                                                     v8::Local<v8::Module> module);

  // The module called `name`, compiled with all its imports. `importer` is for messages.
  Result<v8::Local<v8::Module>> Load(const std::string& name, const std::string& importer,
                                     const std::string& specifier);
  void AddSourceMap(const std::string& name, const ModuleSource& source);
  Result<v8::Local<v8::Module>> Parse(const std::string& name, const std::string& content);
  // Makes a parsed module part of the graph and loads its imports.
  Status Adopt(const std::string& name, v8::Local<v8::Module> module);
  void Register(const std::string& name, v8::Local<v8::Module> module, v8::Local<v8::Value> value);
  Result<v8::Local<v8::Module>> MakeSynthetic(const std::string& name, const ModuleSource& source);
  Result<v8::Local<v8::Module>> MakePlatformModule(const std::string& name);
  // module_graph_common_js.cc
  Result<v8::Local<v8::Module>> MakeCommonJs(const std::string& name, const ModuleSource& source);
  // Its module.exports; it is run if it was not. Empty: an exception is pending.
  v8::MaybeLocal<v8::Value> ExportsOf(v8::Local<v8::Context> context, Module& common_js);
  // What require() gives of a module that was loaded; likewise.
  v8::MaybeLocal<v8::Value> Required(v8::Local<v8::Context> context, v8::Local<v8::Module> module);
  static void Require(const v8::FunctionCallbackInfo<v8::Value>& info);
  // For code that runs: the module that `specifier` means there. Empty: an exception is pending, of
  // a module that threw before the same one again.
  v8::MaybeLocal<v8::Module> LoadAndLink(const std::string& specifier, const std::string& referrer);
  Status Link(v8::Local<v8::Module> module);
  // Runs microtasks and V8's own tasks until `promise` settles.
  Status Await(v8::Local<v8::Promise> promise);
  std::string Display(const std::string& name) const { return spec_.display_root + name; }
  Module* Find(const std::string& name);
  const std::string* NameOf(v8::Local<v8::Module> module);

  const WorkerSpec& spec_;
  v8::Isolate* const isolate_;
  std::vector<std::unique_ptr<Module>> modules_;
  std::unordered_map<std::string, Module*> by_name_;
  std::unordered_multimap<int, Module*> by_hash_;
  std::map<std::string, PlatformModule> platform_modules_;
  v8::Global<v8::Script> script_;  // of a Service Worker
};

}  // namespace isolane::worker
