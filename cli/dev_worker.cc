#include "cli/dev_worker.h"

#include <utility>

namespace isolane::cli {

ModuleLoader LoaderOf(const std::shared_ptr<RememberedModules>& modules) {
  return [modules](const std::string& name) -> Result<ModuleSource> {
    const auto known = modules->known.find(name);
    if (known != modules->known.end()) return known->second;
    const config::FileRecorder recorder;
    Result<ModuleSource> source = modules->files(name);
    modules->uses.Add(recorder.uses());
    if (source.ok()) modules->known.emplace(name, *source);
    return source;
  };
}

void DevWorker::TakeBuild(const wrangler::BuildResult& result) {
  building = false;
  built_from = {};
  built_from.read.insert(result.files.begin(), result.files.end());
  directories = result.directories;
  next.reset();
  modules.reset();
  if (!result.ok()) return;
  modules = std::make_shared<RememberedModules>();
  next = BuiltVersion{spec, modules, result.bundled};
  wrangler::TakeBuild(result, next->spec);
  // Not the result's: a Worker that is nothing but assets keeps what it had.
  modules->files = next->spec.modules;
  next->spec.modules = LoaderOf(modules);
}

void DevWorker::TakeStamps() {
  config::FileUses uses = built_from;
  if (modules != nullptr) uses.Add(modules->uses);
  sources.Take(uses, began);
}

}  // namespace isolane::cli
