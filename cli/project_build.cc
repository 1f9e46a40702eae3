#include "cli/project_build.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/until_signal.h"
#include "runtime/base/nearest_name.h"
#include "wrangler-compat/build/child_process.h"
#include "wrangler-compat/build/project_loader.h"

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

std::unique_ptr<Runtime> LoadProjectRuntime(wrangler::Builder& builder, wrangler::Project project,
                                            const RuntimeOptions& options, LogLevel level) {
  bool told = false;
  auto runtime = wrangler::BuildAndLoad(
      [&](const auto& plans, const auto& request) {
        auto results = BuildAndPrint(builder, plans, request, level);
        told = std::any_of(results.begin(), results.end(),
                           [](const wrangler::BuildResult& result) { return !result.ok(); });
        return results;
      },
      std::move(project), options);
  if (runtime.ok()) return std::move(*runtime);
  if (!told) {
    if (options.observer != nullptr) options.observer->OnFlush();
    PrintError(runtime.error().ToString());
  }
  return nullptr;
}

}  // namespace isolane::cli
