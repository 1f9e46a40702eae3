#include "cli/project_build.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/until_signal.h"
#include "runtime/base/nearest_name.h"
#include "wrangler-compat/build/child_process.h"

namespace isolane::cli {

wrangler::BuilderOptions BuilderOptionsOf(const CliOptions& options) {
  wrangler::BuilderOptions builder;
  builder.colours = ColoursOf(STDERR_FILENO);
  if (options.log_level >= LogLevel::kInfo) {
    builder.print = [level = options.log_level](const std::string& line) {
      PrintNotes({line}, level);
    };
  }
  return builder;
}

void PrintBuild(const wrangler::BuildResult& result, LogLevel level) {
  PrintNotes(result.notes, level);
  if (level >= LogLevel::kWarn) {
    wrangler::Diagnostics diagnostics;
    for (const std::string& warning : result.warnings) diagnostics.AddGroup({}).Warn(warning, {});
    PrintDiagnostics(diagnostics, level);
    PrintRenderedWarnings(result.rendered_warnings);
  }
  if (!result.ok()) PrintError(result.error);
}

std::vector<wrangler::BuildResult> BuildAndPrint(wrangler::Builder& builder,
                                                 const std::vector<wrangler::BuildPlan>& plans,
                                                 const wrangler::BuildRequest& request,
                                                 LogLevel level) {
  if (plans.empty()) return {};
  std::vector<std::string> names;
  for (const wrangler::BuildPlan& plan : plans) names.push_back(plan.worker);
  std::vector<wrangler::BuildResult> results;
  // A custom build says itself what it does, on the same terminal.
  const bool silent = std::none_of(plans.begin(), plans.end(),
                                   [](const auto& plan) { return !plan.custom.command.empty(); });
  std::optional<Progress> progress;
  if (silent) progress.emplace("Building " + base::ListNames(names), level);
  const int signal =
      RunUntilSignal([&] { results = builder.BuildAll(plans, request); }, [&] { builder.Stop(); });
  progress.reset();
  if (signal != 0) {
    // Nothing is served yet, so there is nothing to finish.
    std::fflush(stdout);
    _exit(wrangler::kSignalled + signal);
  }
  for (const wrangler::BuildResult& result : results) PrintBuild(result, level);
  return results;
}

bool MayBeBundled(const wrangler::BuildPlan& plan, bool was_bundled) {
  return plan.bundle && !plan.files.main.empty() && !was_bundled;
}

std::optional<std::vector<wrangler::BuildResult>> BuildProject(wrangler::Builder& builder,
                                                               wrangler::Project& project,
                                                               LogLevel level) {
  std::vector<wrangler::BuildResult> results = BuildAndPrint(builder, project.builds, {}, level);
  for (size_t i = 0; i < results.size(); i++) {
    if (!results[i].ok()) return std::nullopt;
    wrangler::TakeBuild(results[i], project.workers[i]);
  }
  return results;
}

std::unique_ptr<Runtime> LoadProjectRuntime(wrangler::Builder& builder, wrangler::Project project,
                                            const RuntimeOptions& options, LogLevel level) {
  const auto results = BuildProject(builder, project, level);
  if (!results) return nullptr;
  std::vector<size_t> plain;  // those that may be built once more
  for (size_t i = 0; i < results->size(); i++) {
    if (MayBeBundled(project.builds[i], (*results)[i].bundled)) plain.push_back(i);
  }
  auto runtime = Runtime::LoadSpecs(project.workers, options);
  if (!runtime.ok() && runtime.error().kind == ErrorKind::kBuild && !plain.empty()) {
    std::vector<wrangler::BuildPlan> plans;
    for (const size_t i : plain) plans.push_back(project.builds[i]);
    const auto bundled =
        BuildAndPrint(builder, plans, {.run_custom = false, .always_bundle = true}, level);
    for (size_t i = 0; i < bundled.size(); i++) {
      if (!bundled[i].ok()) return nullptr;
      wrangler::TakeBuild(bundled[i], project.workers[plain[i]]);
    }
    runtime = Runtime::LoadSpecs(std::move(project.workers), options);
  }
  if (!runtime.ok()) {
    if (options.observer != nullptr) options.observer->OnFlush();
    PrintError(runtime.error().ToString());
    return nullptr;
  }
  return std::move(*runtime);
}

}  // namespace isolane::cli
