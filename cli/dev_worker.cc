#include "cli/dev_worker.h"

#include <utility>

#include "cli/terminal.h"
#include "wrangler-compat/build/additional_modules.h"

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

void DevWorker::NoteChange(const std::string& path) {
  if (plan.custom.Watches(path)) {
    needs_build = needs_custom = true;
    changed = path;
  } else if (wrangler::ConcernsAdditionalModules(plan, path)) {
    needs_build = true;
  }
}

void DevWorker::NeedAll() { config_changed = needs_build = needs_custom = true; }

wrangler::BuildRequest DevWorker::TakeRequest() {
  needs_build = false;
  building = true;
  wrangler::BuildRequest request;
  request.run_custom = std::exchange(needs_custom, false);
  request.changed = std::exchange(changed, {});
  request.always_bundle = std::exchange(needs_bundle, false);
  return request;
}

void DevWorker::TakeBuild(const wrangler::BuildResult& result,
                          const std::function<void(WorkerSpec&)>& complete) {
  building = false;
  began = result.began;
  built_from = {};
  built_from.read.insert(result.files.begin(), result.files.end());
  directories = result.directories;
  bundled = result.bundled;
  next.reset();
  modules.reset();
  if (!result.ok()) return;
  modules = std::make_shared<RememberedModules>();
  next = spec;
  wrangler::TakeBuild(result, *next);
  if (complete) complete(*next);
  // Not the result's: a Worker that is nothing but assets keeps what it had.
  modules->files = next->modules;
  next->modules = LoaderOf(modules);
}

void DevWorker::TakeStamps() {
  config::FileUses uses = built_from;
  if (modules != nullptr) uses.Add(modules->uses);
  sources.Take(uses, began);
}

WorkerSpec BrokenVersion(const WorkerSpec& worker, const std::string& error) {
  WorkerSpec broken = worker;
  // It is read elsewhere than on the terminal.
  broken.modules = [text = WithoutColours(error)](const std::string&) -> Result<ModuleSource> {
    return Error{text, {}, {}, {}};
  };
  return broken;
}

}  // namespace isolane::cli
