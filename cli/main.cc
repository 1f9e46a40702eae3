// The `isolane` program: command line, configuration, then the server or the tests.

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/explain.h"
#include "cli/graph_svg.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/parent_channel.h"
#include "cli/registry.h"
#include "cli/serve.h"
#include "cli/service_graph.h"
#include "cli/terminal.h"
#include "cli/test_run.h"
#include "cli/types_command.h"
#include "cli/vercel.h"
#include "runtime/base/ascii.h"
#include "runtime/config/config_tree.h"
#include "runtime/config/files.h"
#include "wrangler-compat/dotenv_process.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {
namespace {

constexpr int kFailure = 1;
// glibc's own most for the first, which it would approach by itself.
constexpr int kMmapThreshold = 32 << 20;
constexpr int kTrimThreshold = 64 << 20;

void PrintGraph(const CliOptions& options, const wrangler::LoadedProject& loaded,
                const std::vector<std::string>& elsewhere) {
  const ServiceGraph graph = MakeServiceGraph(loaded, elsewhere);
  std::string text;
  switch (options.graph_format) {
    case GraphFormat::kText:
      text = GraphAsText(graph, ColoursOf(STDOUT_FILENO));
      break;
    case GraphFormat::kMermaid:
      text = GraphAsMermaid(graph);
      break;
    case GraphFormat::kSvg:
      text = GraphAsSvg(graph);
      break;
  }
  std::fputs(text.c_str(), stdout);
}

// To this process: the bundler, custom builds and what is looked up here find what .env had at the
// start. No other thread runs yet.
void AddVariablesBeside(const wrangler::ProjectOptions& project_options) {
  const wrangler::DotenvSource source{project_options.cwd, project_options.env_files,
                                      project_options.environment.value_or("")};
  for (const auto& var : wrangler::VariablesBeside(source, project_options.process)) {
    setenv(var.name.c_str(), var.value.c_str(), 1);
  }
}

void TakeLogLevel(CliOptions& options) {
  const char* const name = std::getenv("WRANGLER_LOG");
  if (options.log_level_given || name == nullptr) return;
  if (const auto level = LogLevelOf(name)) {
    options.log_level = *level;
  } else {
    PrintWarning("Unrecognised WRANGLER_LOG value " + config::JsonQuote(base::LowerCased(name)) +
                     ", expected \"none\" | \"error\" | \"warn\" | \"info\" | \"log\" | "
                     "\"debug\", defaulting to \"log\"...",
                 options.log_level);
  }
}

// As the command line says, and the environment that the program has.
wrangler::ProjectOptions ProjectOptionsOf(const CliOptions& options) {
  wrangler::ProjectOptions project_options;
  project_options.cwd = config::CurrentDirectory();
  project_options.configs = options.configs;
  project_options.environment = options.environment;
  project_options.vars = options.vars;
  project_options.env_files = options.env_files;
  project_options.script = options.script;
  project_options.assets = options.assets;
  project_options.name = options.name;
  project_options.compatibility_date = options.compatibility_date;
  if (options.latest) project_options.compatibility_date = wrangler::kDefaultCompatibilityDate;
  project_options.routes = options.routes;
  project_options.compatibility_flags = options.compatibility_flags;
  project_options.build = options.build;
  if (options.command == Command::kServe) {
    project_options.target = wrangler::BuildTarget::kProduction;
  }
  project_options.refuses_large_assets =
      options.command == Command::kServe || options.command == Command::kDev ||
      options.command == Command::kTest || options.command == Command::kCheck;
  project_options.to_run = options.command != Command::kTypes &&
                           options.command != Command::kExplain &&
                           options.command != Command::kGraph;
  project_options.process = wrangler::CurrentProcessVariables();
  project_options.unknown_service =
      options.command == Command::kServe || options.command == Command::kCheck
          ? UnknownService::kRefuse
          : UnknownService::kFailOnUse;
  return project_options;
}

int LoadAndRun(CliOptions options) {
  if (!options.cwd.empty() && chdir(options.cwd.c_str()) != 0) {
    PrintError("--cwd " + options.cwd + ": " + std::strerror(errno));
    return kFailure;
  }
  const bool runs_vercel = options.command == Command::kServe || options.command == Command::kDev ||
                           options.command == Command::kCheck;
  const ParentChannel parent;
  wrangler::ProjectOptions project_options = ProjectOptionsOf(options);
  std::optional<VercelRun> vercel;
  if (runs_vercel) vercel = FindVercelProject(options, project_options.cwd);
  // The .env of a vercel.json is for its services.
  project_options.reads_beside = !vercel || !vercel->workers.empty();
  if (project_options.reads_beside) AddVariablesBeside(project_options);
  TakeLogLevel(options);
  for (const std::string& flag : options.without_effect) {
    PrintWarning(flag + " has no effect: isolane has no inspector yet.", options.log_level);
  }
  if (vercel) return RunVercel(options, *vercel, std::move(project_options), parent);
  if (options.command == Command::kTest) return RunTests(options, project_options);
  Neighbours neighbours(RegistryDirectory(options, wrangler::CurrentProcessVariables()));
  project_options.elsewhere = neighbours.Names();

  const int64_t began = config::FileTime();
  wrangler::LoadedProject loaded = wrangler::LoadProject(project_options);
  PrintDiagnostics(loaded.diagnostics, options.log_level);
  if (options.command == Command::kCheck) {
    PrintNotes(loaded.notes, options.log_level);
    return CheckProject(options, std::move(loaded));
  }
  if (!loaded.ok()) return kFailure;
  if (options.command == Command::kExplain) {
    const std::string text = options.json
                                 ? ExplainAsJson(options, loaded)
                                 : ExplainAsText(options, loaded, ColoursOf(STDOUT_FILENO));
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  if (options.command == Command::kGraph) {
    PrintGraph(options, loaded, project_options.elsewhere);
    return 0;
  }
  if (options.command == Command::kTypes) {
    return WriteTypes(options, project_options.cwd, loaded);
  }
  PrintNotes(loaded.notes, options.log_level);
  if (options.command == Command::kDev) {
    if (options.write_types) {
      const int status = WriteTypes(options, project_options.cwd, loaded);
      if (status != 0) return status;
    }
    return RunDev(options, {project_options, std::move(loaded), began, neighbours, parent});
  }
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

// Each connection is a file, and the soft limit of most systems is for few of them.
void AllowManyFiles() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int Main(const std::vector<std::string>& arguments) {
  auto options = ParseOptions(arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "%s\n", HelpText().c_str());
    PrintError(options.error().message);
    return kFailure;
  }
  if (options->log_format == LogFormat::kJson) SpeakJson();
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
    case Command::kCheck:
    case Command::kExplain:
    case Command::kGraph:
    case Command::kTypes:
      break;
  }
  KeepFreedMemory();
  AllowManyFiles();
  return LoadAndRun(std::move(*options));
}

}  // namespace
}  // namespace isolane::cli

int main(int argc, char** argv) {
  return isolane::cli::Main(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
