#include "wrangler-compat/build/project_loader.h"

#include <string>
#include <utility>

namespace isolane::wrangler {
namespace {

// Gives the Workers at these places of the project what was built of them.
Status TakeBuilds(const std::vector<BuildResult>& results, const std::vector<size_t>& places,
                  Project& project) {
  std::string failed;
  for (size_t i = 0; i < results.size(); i++) {
    if (results[i].ok()) {
      TakeBuild(results[i], project.workers[places[i]]);
    } else {
      failed += (failed.empty() ? "" : "\n") + results[i].error;
    }
  }
  if (failed.empty()) return Ok{};
  return Error{
      .message = failed, .hint = {}, .where = {}, .excerpt = {}, .kind = ErrorKind::kBuild};
}

}  // namespace

bool MayBeBundled(const BuildPlan& plan, bool was_bundled) {
  return plan.bundle && !plan.files.main.empty() && !was_bundled;
}

Result<std::unique_ptr<Runtime>> BuildAndLoad(const BuildPlans& build, Project project,
                                              const RuntimeOptions& options) {
  std::vector<size_t> all;
  for (size_t i = 0; i < project.builds.size(); i++) all.push_back(i);
  const std::vector<BuildResult> results = build(project.builds, {});
  ISOLANE_TRY(TakeBuilds(results, all, project));
  std::vector<size_t> plain;
  std::vector<BuildPlan> plans;
  for (const size_t i : all) {
    if (!MayBeBundled(project.builds[i], results[i].bundled)) continue;
    plain.push_back(i);
    plans.push_back(project.builds[i]);
  }
  if (plain.empty()) return Runtime::LoadSpecs(std::move(project.workers), options);
  auto runtime = Runtime::LoadSpecs(project.workers, options);
  if (runtime.ok() || runtime.error().kind != ErrorKind::kBuild) return runtime;
  const auto bundled = build(plans, {.run_custom = false, .always_bundle = true});
  ISOLANE_TRY(TakeBuilds(bundled, plain, project));
  return Runtime::LoadSpecs(std::move(project.workers), options);
}

}  // namespace isolane::wrangler
