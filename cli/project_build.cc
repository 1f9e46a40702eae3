#include "cli/project_build.h"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/messages.h"
#include "cli/progress.h"
#include "cli/terminal.h"

namespace isolane::cli {

namespace {

// What V8 says of modules that do not compile or link. Code that throws this itself when it is
// loaded costs one more try.
bool MayBeSyntax(const Error& error) {
  return error.message.starts_with("SyntaxError") || error.message.starts_with("No such module");
}

}  // namespace

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

bool BuildProject(wrangler::Builder& builder, const wrangler::BuildRequest& request,
                  wrangler::Project& project, LogLevel level) {
  std::string names;
  for (const WorkerSpec& spec : project.workers) names += (names.empty() ? "" : ", ") + spec.name;
  std::optional<Progress> progress(std::in_place, "Building " + names, level);
  const std::vector<wrangler::BuildResult> results = builder.BuildAll(project.builds, request);
  progress.reset();
  bool built = true;
  for (size_t i = 0; i < results.size(); i++) {
    PrintBuild(results[i], level);
    if (results[i].ok()) {
      wrangler::TakeBuild(results[i], project.workers[i]);
    } else {
      built = false;
    }
  }
  return built;
}

std::unique_ptr<Runtime> LoadProjectRuntime(wrangler::Builder& builder, wrangler::Project project,
                                            const RuntimeOptions& options, LogLevel level) {
  if (!BuildProject(builder, {}, project, level)) return nullptr;
  auto runtime = Runtime::LoadSpecs(project.workers, options);
  if (!runtime.ok() && MayBeSyntax(runtime.error())) {
    wrangler::BuildRequest request;
    request.always_bundle = true;
    // A custom build has just run.
    for (wrangler::BuildPlan& plan : project.builds) plan.custom.command.clear();
    if (!BuildProject(builder, request, project, level)) return nullptr;
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
