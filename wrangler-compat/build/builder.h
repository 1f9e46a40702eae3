// Builds Workers: runs the custom build, decides whether modules can be served as they are, and has
// esbuild bundle the others. Keeps esbuild's service running for the next build.
//
// Thread: any. Each build has a thread of its own; what it has to say is called there.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

class EsbuildService;

struct BuildRequest {
  // A custom build runs before its output is looked at: at first, and when something has changed
  // that it watches (CustomBuild::Watches).
  bool run_custom = true;
  // What that was, absolute, to be told; empty: nothing.
  std::string changed = {};
  // Has esbuild look at modules also where they could be served as they are: it says better than V8
  // what is wrong with them, and understands more.
  bool always_bundle = false;
};

struct BuildResult {
  // What the WorkerSpec needs (see TakeBuild); complete if ok().
  std::string main_module;
  std::string display_root;
  ModuleLoader modules;
  bool bundled = false;

  // What the code finds in env besides: files that a Service Worker has as globals.
  std::vector<BindingSpec> bindings;

  // Why there is nothing to serve, to be printed as an error: "Build failed with 1 error:" and
  // esbuild's messages with their code frames. Empty if ok().
  std::string error;
  // False: no edit of a module repairs it (a custom build that fails, or that writes no main
  // module). At the start that is the end, as wrangler has it.
  bool may_recover = true;
  // Each to be printed as a warning.
  std::vector<std::string> warnings;
  // esbuild's warnings, to be printed as they are; ends with a newline unless empty.
  std::string rendered_warnings;
  // Lines to be printed: what was attached.
  std::vector<std::string> notes;
  // When it began to read (config::FileTime): after the custom build.
  int64_t began = 0;
  // How long it took, the custom build included.
  double duration_ms = 0;
  // What the main module exports, if it was bundled.
  std::vector<std::string> exports;

  // A change of any of these asks for a new build, after a failure too; then some may not exist
  // yet. Absolute, each once.
  std::vector<std::string> files;
  // A change below any of these does so too: `watch_dir`, and where additional modules are found.
  std::vector<std::string> directories;

  bool ok() const { return error.empty(); }
};

// Gives `spec` what was built, if it has a main module. Precondition: result.ok().
void TakeBuild(const BuildResult& result, WorkerSpec& spec);

struct BuilderOptions {
  Colours colours = Colours::kNever;
  // Called with each line that a custom build prints, prefix included. On a thread of the builder,
  // one call at a time.
  std::function<void(const std::string& line)> print;
};

class Builder {
 public:
  using Done = std::function<void(BuildResult)>;

  explicit Builder(BuilderOptions options);
  // Stops.
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Starts a build and returns. `done` is called once, on a thread of the builder, unless another
  // build of a plan for the same Worker is started before: then that one's alone. `done` may start
  // builds, but not destroy the Builder.
  void Start(const BuildPlan& plan, const BuildRequest& request, Done done);

  // The same, waiting for it. Several plans are built at the same time; results in their order,
  // errors if Stop comes first.
  std::vector<BuildResult> BuildAll(const std::vector<BuildPlan>& plans,
                                    const BuildRequest& request);

  // Ends what is under way, with the programs that it has started, without calling `done`, and
  // waits for that. Nothing can be built from then on.
  void Stop();

  // Ends esbuild's process, once no build is under way; the next build that needs it starts
  // another. For who will not build for long.
  void Rest();

 private:
  struct Job;
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace isolane::wrangler
