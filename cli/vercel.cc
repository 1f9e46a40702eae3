#include "cli/vercel.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <isolane/runtime.h>

#include "cli/banner.h"
#include "cli/log_printer.h"
#include "cli/messages.h"
#include "cli/project_build.h"
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
// What a shell adds to the number of the signal that ended a process.
constexpr int kSignalled = 128;
constexpr int kDefaultPort = 3000;
constexpr const char* kDefaultIp = "127.0.0.1";
// Ports after a busy one that are tried, as `vercel dev` does.
constexpr int kPortsToTry = 100;

std::string CurrentDirectory() {
  char path[PATH_MAX];
  return getcwd(path, sizeof path) != nullptr ? path : "/";
}

// "Error: [CODE] message", then where and the way out.
void PrintVercelError(const Error& error) {
  std::string text = "Error: " + error.message + "\n";
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

// Listens at the port, or at the next one that is free.
Result<int> Listen(Runtime& runtime, const std::string& ip, int port) {
  for (int tried = 0;; tried++) {
    auto listening = runtime.Serve(ip, port);
    const bool busy =
        !listening.ok() && listening.error().message.find("already in use") != std::string::npos;
    if (!busy || tried == kPortsToTry || port == 65535) return listening;
    std::fprintf(stderr, "Requested port %d is already in use\n", port);
    port++;
  }
}

}  // namespace

std::optional<std::string> FindVercelProject(const CliOptions& options, const std::string& cwd) {
  if (!options.configs.empty()) return std::nullopt;
  const std::string directory = options.script ? config::AbsolutePath(cwd, *options.script) : cwd;
  if (config::KindOf(directory) != config::PathKind::kDirectory) return std::nullopt;
  if (!vercel::HasVercelConfig(directory)) return std::nullopt;
  for (const char* name : {"wrangler.json", "wrangler.jsonc", "wrangler.toml"}) {
    if (config::KindOf(directory + "/" + name) == config::PathKind::kFile) return std::nullopt;
  }
  return directory;
}

int RunVercel(const CliOptions& options, const std::string& directory) {
  js::RegexEngine regexes;
  auto project = vercel::LoadProject(directory, wrangler::CurrentProcessVariables(), regexes);
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
  vercel::ReloadingRouter router(std::move(*tables), project->config_path, regexes,
                                 PrintVercelError);
  LogPrinter printer(StyleOf(options, project->services.size()));
  RuntimeOptions runtime_options;
  runtime_options.observer = &printer;
  runtime_options.public_only = options.public_only;
  runtime_options.router = &router;
  runtime_options.processes = std::move(project->processes);
  std::vector<std::string> names;
  for (const vercel::Service& service : project->services) names.push_back(service.config.name);
  printer.set_services(ServiceOutput(std::move(names), ColoursOf(STDOUT_FILENO)));
  wrangler::Builder builder(BuilderOptionsOf(options));
  auto workers = BuildServices(*project, builder, CurrentDirectory(), options.log_level);
  if (!workers) return kFailure;
  auto runtime = Runtime::LoadSpecs(std::move(*workers), runtime_options);
  printer.OnFlush();
  if (!runtime.ok()) {
    PrintVercelError(runtime.error());
    return kFailure;
  }
  if (options.command == Command::kCheck) {
    std::printf("No errors in %zu %s\n", project->services.size(),
                project->services.size() == 1 ? "service" : "services");
    return 0;
  }
  const std::string ip = options.ip.value_or(kDefaultIp);
  auto listening = Listen(**runtime, ip, options.port.value_or(kDefaultPort));
  if (!listening.ok()) {
    PrintVercelError(listening.error());
    return kFailure;
  }
  if (options.log_level >= LogLevel::kInfo) {
    std::printf("%s%s\n", FormatServices(project->services).c_str(),
                FormatReady(ip, *listening, ColoursOf(STDOUT_FILENO)).c_str());
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
  return options.command == Command::kDev ? kSignalled + signal : 0;
}

}  // namespace isolane::cli
