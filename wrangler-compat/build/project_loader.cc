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

Mistakes FindMistakes(const BuildPlans& build, LoadedProject loaded,
                      const RuntimeOptions& options) {
  Mistakes mistakes;
  Project& project = loaded.project;
  std::vector<size_t> places;
  std::vector<BuildPlan> plans;
  for (size_t i = 0; i < project.workers.size(); i++) {
    if (!loaded.sound[i]) continue;
    places.push_back(i);
    plans.push_back(project.builds[i]);
  }
  const std::vector<BuildResult> results = build(plans, {});
  RuntimeOptions alone = options;
  alone.observer = nullptr;
  alone.unknown_services = UnknownService::kFailOnUse;
  for (size_t i = 0; i < results.size(); i++) {
    WorkerSpec& worker = project.workers[places[i]];
    if (!results[i].ok()) {
      mistakes.of_builds = true;
      continue;
    }
    TakeBuild(results[i], worker);
    auto runtime = Runtime::LoadSpecs({worker}, alone);
    if (!runtime.ok() && runtime.error().kind == ErrorKind::kBuild &&
        MayBeBundled(plans[i], results[i].bundled)) {
      const auto bundled = build({plans[i]}, {.run_custom = false, .always_bundle = true});
      if (!bundled.front().ok()) {
        mistakes.of_builds = true;
        continue;
      }
      TakeBuild(bundled.front(), worker);
      runtime = Runtime::LoadSpecs({worker}, alone);
    }
    if (!runtime.ok()) mistakes.of_code.push_back(std::move(runtime.error()));
  }
  if (mistakes.any() || !loaded.ok()) return mistakes;
  auto runtime = Runtime::LoadSpecs(std::move(project.workers), options);
  if (!runtime.ok()) mistakes.of_code.push_back(std::move(runtime.error()));
  return mistakes;
}

}  // namespace isolane::wrangler
