#include "wrangler-compat/build/project_loader.h"

#include <map>
#include <numeric>
#include <string>
#include <utility>

namespace isolane::wrangler {
namespace {

// Builds of the Workers at some places of a project.
struct Round {
  std::vector<size_t> places;
  std::vector<BuildResult> results;  // in this order
};

Round BuildAt(std::vector<size_t> places, const Project& project, const BuildPlans& build,
              const BuildRequest& request) {
  std::vector<BuildPlan> plans;
  for (const size_t place : places) plans.push_back(project.builds[place]);
  return {std::move(places), build(plans, request)};
}

Round BundleAt(std::vector<size_t> places, const Project& project, const BuildPlans& build) {
  return BuildAt(std::move(places), project, build, {.run_custom = false, .always_bundle = true});
}

// Gives the Workers what was built of them.
Status TakeBuilds(const Round& round, Project& project) {
  std::string failed;
  for (size_t i = 0; i < round.results.size(); i++) {
    const BuildResult& result = round.results[i];
    if (result.ok()) {
      TakeBuild(result, project.workers[round.places[i]]);
    } else {
      failed += (failed.empty() ? "" : "\n") + result.error;
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
  std::vector<size_t> all(project.builds.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const Round round = BuildAt(std::move(all), project, build, {});
  ISOLANE_TRY(TakeBuilds(round, project));
  std::vector<size_t> plain;
  for (const size_t place : round.places) {
    if (MayBeBundled(project.builds[place], round.results[place].bundled)) plain.push_back(place);
  }
  if (plain.empty()) return Runtime::LoadSpecs(std::move(project.workers), options);
  auto runtime = Runtime::LoadSpecs(project.workers, options);
  if (runtime.ok() || runtime.error().kind != ErrorKind::kBuild) return runtime;
  ISOLANE_TRY(TakeBuilds(BundleAt(std::move(plain), project, build), project));
  return Runtime::LoadSpecs(std::move(project.workers), options);
}

Mistakes FindMistakes(const BuildPlans& build, LoadedProject loaded,
                      const RuntimeOptions& options) {
  Mistakes mistakes;
  Project& project = loaded.project;
  std::vector<size_t> sound;
  for (size_t i = 0; i < project.workers.size(); i++) {
    if (loaded.sound[i]) sound.push_back(i);
  }
  RuntimeOptions alone = options;
  alone.observer = nullptr;
  alone.unknown_services = UnknownService::kFailOnUse;
  std::map<size_t, Error> of_code;  // by place
  // Answers which ones are worth a bundle.
  const auto load_each = [&](const Round& round) {
    std::vector<size_t> refused;
    for (size_t i = 0; i < round.results.size(); i++) {
      const size_t place = round.places[i];
      const BuildResult& result = round.results[i];
      if (!result.ok()) {
        mistakes.of_builds = true;
        continue;
      }
      TakeBuild(result, project.workers[place]);
      auto runtime = Runtime::LoadSpecs({project.workers[place]}, alone);
      if (runtime.ok()) continue;
      if (runtime.error().kind == ErrorKind::kBuild &&
          MayBeBundled(project.builds[place], result.bundled)) {
        refused.push_back(place);
      } else {
        of_code.emplace(place, std::move(runtime.error()));
      }
    }
    return refused;
  };
  std::vector<size_t> refused = load_each(BuildAt(std::move(sound), project, build, {}));
  if (!refused.empty()) load_each(BundleAt(std::move(refused), project, build));
  for (auto& [place, error] : of_code) mistakes.of_code.push_back(std::move(error));
  if (mistakes.any() || !loaded.ok()) return mistakes;
  auto runtime = Runtime::LoadSpecs(std::move(project.workers), options);
  if (!runtime.ok()) mistakes.of_code.push_back(std::move(runtime.error()));
  return mistakes;
}

}  // namespace isolane::wrangler
