// A project's Workers, built and loaded.
//
// Main thread.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <isolane/runtime.h>

#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/project.h"

namespace isolane::wrangler {

// Whether esbuild could make something of modules that V8 has refused: it understands more (JSX in
// .js files), or says better what is wrong with them.
bool MayBeBundled(const BuildPlan& plan, bool was_bundled);

// Builds plans: Builder::BuildAll, and what the caller has to do besides. Results in their order.
using BuildPlans = std::function<std::vector<BuildResult>(const std::vector<BuildPlan>& plans,
                                                          const BuildRequest& request)>;

// Builds all and loads them; Workers that were to be served as they are, and that V8 cannot
// compile, once more if MayBeBundled. An error is that of loading, or has the texts of all builds
// that failed.
Result<std::unique_ptr<Runtime>> BuildAndLoad(const BuildPlans& build, Project project,
                                              const RuntimeOptions& options);

// Every mistake that building and loading finds, not only the first, also of a project that has
// others: the Workers that are sound are built, and loaded each alone, and all together if nothing
// was found before. What `options` observes is the last of these.
struct Mistakes {
  bool of_builds = false;      // `build` has seen them
  std::vector<Error> of_code;  // and those of loading

  bool any() const { return of_builds || !of_code.empty(); }
};
Mistakes FindMistakes(const BuildPlans& build, LoadedProject loaded, const RuntimeOptions& options);

}  // namespace isolane::wrangler
