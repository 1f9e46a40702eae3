// esbuild's questions about imports: what `alias` and the module rules say of them. Files that a
// rule matches do not go into the bundle but become modules beside it.
//
// Called on the thread of esbuild's service that reads, except where said otherwise.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/build/bundle_flags.h"
#include "wrangler-compat/build/esbuild_service.h"
#include "wrangler-compat/build/node_globals.h"

namespace isolane::wrangler {

class ModuleCollector {
 public:
  // All outlive the collector. `node_globals`: those that the bundle has.
  ModuleCollector(const BuildPlan& plan, BundleFormat format, const NodeNames& node_globals,
                  EsbuildService& service);

  // What goes with the build as its plugin. Any thread.
  EsbuildValue Plugin() const;

  // Forgets what the build before has collected. `attached` are the additional modules, by name.
  // Any thread, while no build is under way.
  void Begin(std::map<std::string, ModuleSource> attached, std::vector<std::string> attached_paths);

  // A question with the command "on-resolve" or "on-load".
  void OnResolve(uint32_t key, const EsbuildValue& question, EsbuildService::Reply reply);
  void OnLoad(const EsbuildValue& question, EsbuildService::Reply reply);

  // What was collected, by name relative to the root; and the files it was read from. Any thread,
  // once the build is done.
  std::map<std::string, ModuleSource> modules();
  std::vector<std::string> files();
  // What a Service Worker finds as globals, because it cannot import it and no code can make it.
  std::vector<BindingSpec> globals();
  // Modules of Node.js that are imported, with those that import them.
  std::map<std::string, std::vector<std::string>> node_imports();

 private:
  struct Pattern {
    std::string filter;  // a regular expression of Go
    const ModuleRule* rule = nullptr;
  };

  void Resolve(uint32_t key, const EsbuildValue& question, const std::string& path,
               const std::string& directory, EsbuildService::Answer answer);
  void ResolveAlias(uint32_t key, uint32_t id, const EsbuildValue& question,
                    EsbuildService::Reply reply);
  // `name`: what the question is about, or what an alias gives for that.
  void ResolveNode(std::string name, uint32_t id, const EsbuildValue& question,
                   EsbuildService::Reply reply);
  void ResolvePackage(uint32_t key, uint32_t id, const EsbuildValue& question,
                      EsbuildService::Reply reply);
  void ResolveByRule(uint32_t key, uint32_t id, const EsbuildValue& question,
                     EsbuildService::Reply reply);
  EsbuildValue Collect(const ModuleRule& rule, const std::string& written, const std::string& path);

  const BuildPlan& plan_;
  const BundleFormat format_;
  const NodeNames& node_globals_;
  EsbuildService& service_;
  std::vector<Pattern> patterns_;

  std::mutex mutex_;
  std::map<std::string, ModuleSource> modules_;
  std::vector<std::string> attached_paths_;
  std::vector<std::string> files_;
  std::map<std::string, const ModuleRule*> inlined_;  // by path
  std::map<std::string, BindingSpec> globals_;        // by name
  std::map<std::string, std::vector<std::string>> node_imports_;
};

}  // namespace isolane::wrangler
