#include "cli/project_build.h"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "cli/messages.h"
#include "cli/terminal.h"

namespace isolane::cli {

wrangler::BuilderOptions BuilderOptionsOf(const CliOptions& options) {
  wrangler::BuilderOptions builder;
  builder.colours = ColoursOf(STDERR_FILENO);
  if (options.log_level >= LogLevel::kInfo) {
    builder.print = [](const std::string& line) {
      std::printf("%s\n", line.c_str());
      std::fflush(stdout);
    };
  }
  return builder;
}

void PrintBuild(const wrangler::BuildResult& result, LogLevel level) {
  if (level >= LogLevel::kInfo) {
    for (const std::string& note : result.notes) std::printf("%s\n", note.c_str());
    std::fflush(stdout);
  }
  if (level >= LogLevel::kWarn) {
    wrangler::Diagnostics diagnostics;
    for (const std::string& warning : result.warnings) diagnostics.AddGroup({}).Warn(warning, {});
    PrintDiagnostics(diagnostics, level);
    std::fputs(result.rendered_warnings.c_str(), stderr);
  }
  if (!result.ok()) PrintError(result.error);
}

bool BuildProject(wrangler::Builder& builder, const wrangler::BuildRequest& request,
                  wrangler::Project& project, LogLevel level) {
  const std::vector<wrangler::BuildResult> results = builder.BuildAll(project.builds, request);
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

}  // namespace isolane::cli
