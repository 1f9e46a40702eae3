// One Worker of a dev session: what its configuration says, what it was made of, and the version
// that waits to be put in place.
//
// Main thread. Owned by the session.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "cli/file_stamps.h"
#include "runtime/config/file_recorder.h"
#include "wrangler-compat/build/builder.h"

namespace isolane::cli {

// Modules as they were when they were first asked for, so that an isolate that must be replaced
// starts from the same text, whatever became of the files. And the files that they came from.
struct RememberedModules {
  ModuleLoader files;
  std::map<std::string, ModuleSource> known;
  config::FileUses uses;
};

// Shares the ownership of `modules`.
ModuleLoader LoaderOf(const std::shared_ptr<RememberedModules>& modules);

struct DevWorker {
  WorkerSpec spec;  // as configured
  wrangler::BuildPlan plan;
  // The name it had, if the configuration was given another one since it was put in place.
  std::string replaces;

  FileStamps config;                     // what the configuration was read from
  FileStamps sources;                    // what the newest build was made of
  std::vector<std::string> directories;  // anything below counts as well

  bool config_changed = false;  // it will be read anew once it can be
  bool needs_build = false;
  bool needs_bundle = false;  // V8 does not understand the modules: esbuild is to
  bool needs_custom = false;  // the custom build runs as well, because of
  std::string changed;        // this file; empty: of no file
  bool building = false;
  int64_t began = 0;  // when the newest build began to read
  config::FileUses built_from;
  bool bundled = false;            // by the newest build
  std::optional<WorkerSpec> next;  // what it gave, if that waits
  // The modules of the version that was put in place last, or tried to.
  std::shared_ptr<RememberedModules> modules;
  bool runs = false;  // some version is in place; else calls wait
  std::string told;   // the error that was printed last; empty: none since it worked

  // Something has happened to `path`, below one of `directories`.
  void NoteChange(const std::string& path);
  // Everything of it is to be made again.
  void NeedAll();
  // What the next build is to do; from now on it is building.
  wrangler::BuildRequest TakeRequest();
  // Makes `next` of a build that is ok, or lets go of it. What counts from now on is known.
  // `complete` completes what was built; may be empty.
  void TakeBuild(const wrangler::BuildResult& result,
                 const std::function<void(WorkerSpec&)>& complete);
  // What was read is complete: the version was loaded, or cannot be.
  void TakeStamps();
};

// A version of `worker` whose modules give `error` instead: loading it fails for this reason.
WorkerSpec BrokenVersion(const WorkerSpec& worker, const std::string& error);

}  // namespace isolane::cli
