#include "cli/vercel.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <isolane/runtime.h>

#include "cli/banner.h"
#include "cli/exit_code.h"
#include "cli/log_printer.h"
#include "cli/messages.h"
#include "cli/project_build.h"
#include "cli/run_plan.h"
#include "cli/terminal.h"
#include "cli/vercel_build.h"
#include "runtime/config/files.h"
#include "runtime/js/regex_engine.h"
#include "vercel-compat/project.h"
#include "vercel-compat/project_router.h"
#include "vercel-compat/reloading_router.h"
#include "wrangler-compat/dev_vars.h"

namespace isolane::cli {
namespace {

constexpr int kFailure = 1;
constexpr int kDefaultPort = 3000;
constexpr const char* kDefaultIp = "127.0.0.1";
// Ports after a busy one that are tried, as `vercel dev` does.
constexpr int kPortsToTry = 100;

// "Error: [CODE] message", then where and the way out.
void PrintVercelError(const Error& error) {
  // What was thrown may say so itself.
  const char* const kind = error.message.starts_with("Error: ") ? "" : "Error: ";
  std::string text = kind + error.message + "\n";
  if (!error.where.empty()) text += error.where + "\n";
  if (!error.excerpt.empty()) text += error.excerpt + "\n";
  if (!error.hint.empty()) text += error.hint + "\n";
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

const char* HostName(vercel::ServiceHost host) {
  switch (host) {
    case vercel::ServiceHost::kIsolate:
      return "isolate";
    case vercel::ServiceHost::kFiles:
      return "files";
    case vercel::ServiceHost::kChild:
      return "process";
    case vercel::ServiceHost::kContainer:
      return "container";
  }
  return "";
}

std::string FormatServices(const std::vector<vercel::Service>& services) {
  size_t width = 0;
  for (const vercel::Service& service : services) {
    width = std::max(width, service.config.name.size());
  }
  std::string text = "Detected services:\n";
  for (const vercel::Service& service : services) {
    std::string name = service.config.name;
    name.resize(width, ' ');
    text += "  " + name + "  [" +
            (service.framework.empty() ? HostName(service.host) : service.framework.c_str()) +
            "]\n";
  }
  return text;
}

// Listens at the port, or at the next one that is free. `worker`: as in ListenOptions.
Result<int> Listen(Runtime& runtime, const std::string& ip, int port, const std::string& worker) {
  for (int tried = 0;; tried++) {
    auto listening = runtime.Listen({.ip = ip, .port = port, .worker = worker});
    const bool busy =
        !listening.ok() && listening.error().message.find("already in use") != std::string::npos;
    if (!busy || tried == kPortsToTry || port == 65535) return listening;
    std::fprintf(stderr, "Requested port %d is already in use\n", port);
    port++;
  }
}

bool IsVercelConfig(const std::string& path) {
  return path == "vercel.json" || path.ends_with("/vercel.json");
}

// The Workers beside the services. False: why was told.
bool LoadWorkers(const CliOptions& options, const VercelRun& run, wrangler::ProjectOptions loading,
                 wrangler::Project* project) {
  if (run.workers.empty()) return true;
  loading.configs = run.workers;
  loading.script.reset();
  for (std::string& name : vercel::ServiceNames(run.directory)) {
    loading.elsewhere.push_back(std::move(name));
  }
  wrangler::LoadedProject loaded = wrangler::LoadProject(loading);
  PrintDiagnostics(loaded.diagnostics, options.log_level);
  if (!loaded.ok()) return false;
  *project = std::move(loaded.project);
  return true;
}

std::vector<std::string> NamesOf(const std::vector<WorkerSpec>& workers) {
  std::vector<std::string> names;
  for (const WorkerSpec& worker : workers) names.push_back(worker.name);
  return names;
}

}  // namespace

std::optional<VercelRun> FindVercelProject(const CliOptions& options, const std::string& cwd) {
  VercelRun run;
  if (!options.configs.empty()) {
    for (const std::string& path : options.configs) {
      if (!IsVercelConfig(path)) {
        run.workers_first |= run.directory.empty();
        run.workers.push_back(path);
      } else if (run.directory.empty()) {
        run.directory = config::DirectoryOf(config::AbsolutePath(cwd, path));
      }
    }
    return run.directory.empty() ? std::nullopt : std::optional(run);
  }
  run.directory = options.script ? config::AbsolutePath(cwd, *options.script) : cwd;
  if (config::KindOf(run.directory) != config::PathKind::kDirectory) return std::nullopt;
  if (!vercel::HasVercelConfig(run.directory)) return std::nullopt;
  for (const char* name : {"wrangler.json", "wrangler.jsonc", "wrangler.toml"}) {
    if (config::KindOf(run.directory + "/" + name) == config::PathKind::kFile) return std::nullopt;
  }
  return run;
}

int RunVercel(const CliOptions& options, const VercelRun& run, wrangler::ProjectOptions loading) {
  if (options.local_protocol.value_or("http") != "http") {
    PrintError("--local-protocol https is not supported beside vercel.json yet");
    return kFailure;
  }
  wrangler::Project beside;
  if (!LoadWorkers(options, run, std::move(loading), &beside)) return kFailure;
  js::RegexEngine regexes;
  auto project = vercel::LoadProject(run.directory, wrangler::CurrentProcessVariables(), regexes,
                                     NamesOf(beside.workers));
  if (!project.ok()) {
    PrintVercelError(project.error());
    return kFailure;
  }
  auto tables = vercel::ProjectRouter::Create(project->routing, project->services, regexes,
                                              project->variables);
  if (!tables.ok()) {
    PrintVercelError(tables.error());
    return kFailure;
  }
  if (options.log_level >= LogLevel::kWarn) {
    for (const std::string& warning : project->warnings) {
      std::fprintf(stderr, "WARNING! %s\n", warning.c_str());
    }
  }
  vercel::ReloadingRouter router(std::move(*tables), project->config_path, project->elsewhere,
                                 regexes, PrintVercelError);
  LogPrinter printer(StyleOf(options, project->services.size() + beside.workers.size()));
  RuntimeOptions runtime_options;
  runtime_options.observer = &printer;
  runtime_options.public_only = options.public_only;
  runtime_options.router = &router;
  runtime_options.processes = std::move(project->processes);
  std::vector<std::string> names;
  for (const vercel::Service& service : project->services) names.push_back(service.config.name);
  printer.set_services(ServiceOutput(std::move(names), ColoursOf(STDOUT_FILENO)));
  wrangler::Builder builder(BuilderOptionsOf(options));
  auto workers = BuildServices(*project, builder, config::CurrentDirectory(), options.log_level);
  if (!workers || !BuildProject(builder, beside, options.log_level)) return kFailure;
  const std::string public_worker = run.workers_first ? beside.workers.front().name : "";
  if (!beside.workers.empty()) {
    runtime_options.unknown_services = beside.unknown_service;
    if (options.command == Command::kDev) {
      runtime_options.local_endpoints = LocalEndpoints::kTriggers;
    }
    runtime_options.persist_to = PersistDirectory(options, beside.workers.front().config_path);
    for (WorkerSpec& worker : beside.workers) workers->push_back(std::move(worker));
  }
  auto runtime = Runtime::LoadSpecs(std::move(*workers), runtime_options);
  printer.OnFlush();
  if (!runtime.ok()) {
    PrintVercelError(runtime.error());
    const std::string blame = BlameService(*project, runtime.error(), config::CurrentDirectory());
    if (!blame.empty()) std::fprintf(stderr, "Error: %s\n", blame.c_str());
    return kFailure;
  }
  if (options.command == Command::kCheck) {
    std::printf("No errors in %zu %s\n", project->services.size(),
                project->services.size() == 1 ? "service" : "services");
    return 0;
  }
  const std::string ip = options.ip.value_or(kDefaultIp);
  auto listening = Listen(**runtime, ip, options.port.value_or(kDefaultPort), public_worker);
  if (!listening.ok()) {
    PrintVercelError(listening.error());
    return kFailure;
  }
  if (options.log_level >= LogLevel::kInfo) {
    std::printf("%s%s\n", FormatServices(project->services).c_str(),
                FormatReady({.ip = ip}, *listening, ColoursOf(STDOUT_FILENO)).c_str());
    if ((*runtime)->metrics_port() != 0) {
      std::printf("Metrics on http://127.0.0.1:%d/_isolane/metrics\n", (*runtime)->metrics_port());
    }
    std::fflush(stdout);
  }
  const int signal = (*runtime)->Run();
  printer.OnFlush();
  if (const auto& failure = (*runtime)->failure()) {
    Error error = *failure;
    if (!error.message.starts_with('[')) {
      error.message.insert(0, "[DEV_SERVICE_START_FAILED] ");
    }
    PrintVercelError(error);
    return kFailure;
  }
  return ExitCodeAfter(options.command, signal);
}

}  // namespace isolane::cli
