// One Worker of a dev session: what its configuration says, what it was made of, and the version
// that waits to be put in place.
//
// Main thread. Owned by the session.
#pragma once

#include <cstdint>
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

// A build that can be loaded.
struct BuiltVersion {
  WorkerSpec spec;
  std::shared_ptr<RememberedModules> modules;
  bool bundled = false;
};

struct DevWorker {
  uint32_t id = 0;
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
  std::string changed;        // what happened below `directories`
  bool building = false;
  int64_t began = 0;  // FileTime of the newest build
  config::FileUses built_from;
  std::optional<BuiltVersion> next;
  // The modules of the version that was put in place last, or tried to.
  std::shared_ptr<RememberedModules> modules;
  std::string told;  // the error that was printed last; empty: none since it worked

  // Makes `next` of a build that is ok, or lets go of it. What counts from now on is known.
  void TakeBuild(const wrangler::BuildResult& result);
  // What was read is complete: the version was loaded, or cannot be.
  void TakeStamps();
};

}  // namespace isolane::cli
