// The `isolane` program: command line, configuration, then the server or the tests.

#include <malloc.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "cli/messages.h"
#include "cli/options.h"
#include "cli/serve.h"
#include "cli/test_run.h"
#include "wrangler-compat/config_file.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {
namespace {

constexpr int kFailure = 1;
// glibc's own most for the first, which it would approach by itself.
constexpr int kMmapThreshold = 32 << 20;
constexpr int kTrimThreshold = 64 << 20;

std::string CurrentDirectory() {
  char path[PATH_MAX];
  return getcwd(path, sizeof path) != nullptr ? path : "/";
}

int LoadAndRun(const CliOptions& options) {
  wrangler::ProjectOptions project_options;
  project_options.cwd = CurrentDirectory();
  project_options.configs = options.configs;
  project_options.vars = options.vars;
  project_options.unknown_service =
      options.command == Command::kServe ? UnknownService::kRefuse : UnknownService::kFailOnUse;
  const bool alone = options.command == Command::kTest && !options.files.empty();
  if (project_options.configs.empty() && !alone) {
    auto found = wrangler::FindConfigFile(project_options.cwd);
    if (!found.ok()) {
      PrintError(found.error().ToString());
      return kFailure;
    }
    project_options.configs.push_back(*found);
  }
  if (options.command == Command::kTest) return RunTests(options, project_options);

  wrangler::LoadedProject loaded = wrangler::LoadProject(project_options);
  PrintDiagnostics(loaded.diagnostics, options.log_level);
  if (!loaded.ok()) return kFailure;
  return RunServer(options, std::move(loaded.project));
}

// Bodies come and go by the MiB, and V8 frees buffers in batches. With glibc's threshold of twice
// the largest block the end of the heap is given back and faulted in again all the time, depending
// on what happens to lie there: up to twice the CPU time for such a request. Idle Workers have it
// given back (worker/idle_collector.h).
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kMmapThreshold);
  mallopt(M_TRIM_THRESHOLD, kTrimThreshold);
}

int Main(const std::vector<std::string>& arguments) {
  auto options = ParseOptions(arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "%s\n", HelpText().c_str());
    PrintError(options.error().message);
    return kFailure;
  }
  switch (options->command) {
    case Command::kHelp:
      std::fputs(HelpText().c_str(), stdout);
      return 0;
    case Command::kVersion:
      std::fputs(VersionText().c_str(), stdout);
      return 0;
    case Command::kServe:
    case Command::kDev:
    case Command::kTest:
      break;
  }
  KeepFreedMemory();
  return LoadAndRun(*options);
}

}  // namespace
}  // namespace isolane::cli

int main(int argc, char** argv) {
  return isolane::cli::Main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
