#include "cli/vercel.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <isolane/runtime.h>

#include "cli/addresses.h"
#include "cli/banner.h"
#include "cli/console.h"
#include "cli/dev_session.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "cli/run_plan.h"
#include "cli/terminal.h"
#include "cli/vercel_build.h"
#include "cli/vercel_messages.h"
#include "runtime/config/files.h"
#include "runtime/js/regex_engine.h"
#include "runtime/loop/file_watch.h"
#include "runtime/loop/loop.h"
#include "runtime/loop/tcp_listener.h"
#include "runtime/worker/runtime_loop.h"
#include "vercel-compat/project.h"
#include "vercel-compat/project_router.h"
#include "vercel-compat/reloading_router.h"
#include "wrangler-compat/config_file.h"

namespace isolane::cli {
namespace {

constexpr int kFailure = 1;
constexpr int kDefaultPort = 3000;
constexpr const char* kDefaultIp = "127.0.0.1";
// Ports after a busy one that are tried, as `vercel dev` does.
constexpr int kPortsToTry = 100;

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

// Whether what is in the directory is a project of vercel.json, and not a Worker's.
bool IsVercelProject(const std::string& directory) {
  return config::KindOf(directory) == config::PathKind::kDirectory &&
         vercel::HasVercelConfig(directory) &&
         wrangler::ConfigPathOf(directory, directory) == directory;
}

// The directory of such a project, absolute, that a configuration names: by its file, or by itself.
// Empty: it is another's.
std::string VercelDirectoryOf(const std::string& cwd, const std::string& config) {
  const std::string path = config::AbsolutePath(cwd, config);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (name == "vercel.json" || name == "vercel.toml") return config::DirectoryOf(path);
  return IsVercelProject(path) ? path : std::string();
}

std::vector<std::string> NamesOf(const std::vector<WorkerSpec>& workers) {
  std::vector<std::string> names;
  for (const WorkerSpec& worker : workers) names.push_back(worker.name);
  return names;
}

// The Workers beside the services, as files are now.
wrangler::LoadedProject LoadBeside(const VercelRun& run, wrangler::ProjectOptions loading) {
  if (run.workers.empty()) return {};
  loading.configs = run.workers;
  loading.script.reset();
  for (std::string& name : vercel::ServiceNames(run.directory)) {
    loading.elsewhere.push_back(std::move(name));
  }
  return wrangler::LoadProject(loading);
}

// Whether somebody listens at the port.
bool IsBusy(const std::string& ip, int port) {
  loop::Loop loop;
  bool busy = false;
  {
    const auto listening = loop::TcpListener::Listen(
        loop.uv(), ip, port, [](void*, uv_stream_s*) {}, nullptr);
    busy = !listening.ok() && listening.error().kind == ErrorKind::kAddressInUse;
  }
  loop.RunClosing();
  return busy;
}

// The port, or the next one that is free: services are told which it is before they start.
int FindPort(const std::string& ip, int port, LogLevel level) {
  for (int tried = 0; port != 0 && tried < kPortsToTry && port < 65535; tried++) {
    if (!IsBusy(ip, port)) break;
    PrintVercelNote("Requested port " + std::to_string(port) + " is already in use", level);
    port++;
  }
  return port;
}

// Tells of an error after everything that was gathered before.
using OnError = std::function<void(const Error&)>;

// A project that was read, and what it needs to run.
struct Prepared {
  js::RegexEngine regexes;
  vercel::Project project;
  std::unique_ptr<vercel::ReloadingRouter> router;
  ServiceBuilds services;
};

Status Prepare(const vercel::ProjectOptions& loading, OnError on_error, Prepared* prepared) {
  ISOLANE_ASSIGN(prepared->project, vercel::LoadProject(loading, prepared->regexes));
  const vercel::Project& project = prepared->project;
  ISOLANE_ASSIGN(auto tables, vercel::ProjectRouter::Create(project.routing, project.services,
                                                            prepared->regexes, project.variables));
  prepared->router = std::make_unique<vercel::ReloadingRouter>(
      std::move(tables), project.config_path, project.elsewhere, prepared->regexes,
      std::move(on_error));
  ISOLANE_ASSIGN(prepared->services, ServiceBuilds::Plan(project, config::CurrentDirectory()));
  return Ok{};
}

// Requests that come after a change find the rules of then.
std::unique_ptr<loop::FileWatch> WatchRules(vercel::ReloadingRouter& router,
                                            const std::string& config_path, loop::Loop& loop) {
  auto watch = std::make_unique<loop::FileWatch>(
      loop.uv(),
      [](void* context, const std::string&, const std::string&) {
        static_cast<vercel::ReloadingRouter*>(context)->NoteChange();
      },
      &router);
  // Without it they are looked at every 20 ms.
  static_cast<void>(watch->Watch({config_path}, {}));
  return watch;
}

// Routes are files: one that comes or goes makes their service another one.
class RouteWatch {
 public:
  RouteWatch(ServiceBuilds& services, OnError on_error, LogLevel level, loop::Loop& loop)
      : services_(services), on_error_(std::move(on_error)), watch_(loop.uv(), OnChange, this) {
    for (const std::string& why : Watch()) {
      PrintVercelWarning("New routes will not be noticed: " + why, level);
    }
  }

 private:
  static void OnChange(void* self, const std::string&, const std::string&) {
    auto& watch = *static_cast<RouteWatch*>(self);
    watch.Watch();
    const Status found = watch.services_.FindRoutes();
    if (!found.ok()) watch.on_error_(found.error());
  }

  // Folders that are new are watched from now on; what is made in one before that may be another.
  std::vector<std::string> Watch() {
    std::vector<std::string> failures;
    size_t watched = 0;
    do {
      watched = watch_.watched_directories();
      failures = watch_.Watch({}, services_.RouteTrees());
    } while (watched != watch_.watched_directories());
    return failures;
  }

  ServiceBuilds& services_;
  const OnError on_error_;
  loop::FileWatch watch_;
};

// `address` is completed by what the command line says. Gives the port.
Result<int> ListenWith(const CliOptions& options, Runtime& runtime, ListenOptions& address) {
  ISOLANE_ASSIGN(address.tls, ReadTls(options, {}));
  return runtime.Listen(address);
}

std::string FormatListening(const Runtime& runtime, const ListenOptions& address, int port) {
  std::string text = FormatReady(address, port, ColoursOf(STDOUT_FILENO)) + "\n";
  if (runtime.metrics_port() != 0) {
    text += "Metrics on http://127.0.0.1:" + std::to_string(runtime.metrics_port()) +
            "/_isolane/metrics\n";
  }
  return text;
}

}  // namespace

std::optional<VercelRun> FindVercelProject(const CliOptions& options, const std::string& cwd) {
  VercelRun run;
  if (!options.configs.empty()) {
    for (const std::string& path : options.configs) {
      const std::string directory = VercelDirectoryOf(cwd, path);
      if (directory.empty()) {
        run.workers_first |= run.directory.empty();
        run.workers.push_back(path);
      } else if (run.directory.empty()) {
        run.directory = directory;
      }
    }
    return run.directory.empty() ? std::nullopt : std::optional(run);
  }
  run.directory = options.script ? config::AbsolutePath(cwd, *options.script) : cwd;
  if (!IsVercelProject(run.directory)) return std::nullopt;
  return run;
}

int RunVercel(const CliOptions& options, const VercelRun& run, wrangler::ProjectOptions loading,
              const ParentChannel& parent) {
  const int64_t began = config::FileTime();
  wrangler::LoadedProject workers = LoadBeside(run, loading);
  PrintDiagnostics(workers.diagnostics, options.log_level);
  if (!workers.ok()) return kFailure;
  const std::vector<WorkerSpec> beside = workers.project.workers;
  const std::string ip = options.ip.value_or(kDefaultIp);
  const int port = options.command == Command::kCheck
                       ? 0
                       : FindPort(ip, options.port.value_or(kDefaultPort), options.log_level);
  Console* terminal = nullptr;
  const OnError tell = [&terminal](const Error& error) {
    if (terminal != nullptr) terminal->Flush();
    PrintVercelError(error);
  };
  vercel::ProjectOptions services;
  services.directory = run.directory;
  services.process = loading.process;
  services.elsewhere = NamesOf(beside);
  if (port != 0) services.address = "localhost:" + std::to_string(port);
  services.colours = ColoursOf(STDOUT_FILENO) == Colours::kAlways;
  Prepared prepared;
  const Status ready = Prepare(services, tell, &prepared);
  if (!ready.ok()) {
    PrintVercelError(ready.error());
    return kFailure;
  }
  const vercel::Project& project = prepared.project;
  for (const std::string& warning : project.warnings)
    PrintVercelWarning(warning, options.log_level);
  prepared.services.AppendTo(workers.project);

  Console console(options, workers.project.workers, {});
  terminal = &console;
  std::vector<std::string> names;
  for (const vercel::Service& service : project.services) names.push_back(service.config.name);
  console.TakeServices(names, FormatServices(project.services));
  DevSession::Hooks hooks;
  hooks.complete = [&options](WorkerSpec& worker) { Complete(options, worker); };
  hooks.before_print = [&console] { console.Flush(); };
  loading.refuses_large_assets = false;
  hooks.load = [&] {
    wrangler::LoadedProject again = LoadBeside(run, loading);
    if (again.ok()) prepared.services.AppendTo(again.project);
    return again;
  };
  hooks.built = [&prepared](WorkerSpec& worker) { prepared.services.Complete(worker); };
  hooks.on_failed_start = [&](const std::string& worker, const Error& why) {
    if (worker.empty()) PrintVercelError(why);
    const std::string blame = worker.empty()
                                  ? BlameService(project, why, config::CurrentDirectory())
                                  : prepared.services.Blame(worker);
    if (!blame.empty()) PrintVercelError({blame, {}, {}, {}});
  };
  DevSession session(options, loading, std::move(hooks));

  RuntimeOptions runtime_options;
  runtime_options.observer = &console.observer();
  runtime_options.public_only = options.public_only;
  runtime_options.router = prepared.router.get();
  runtime_options.processes = project.processes;
  if (!beside.empty()) {
    runtime_options.unknown_services = workers.project.unknown_service;
    if (options.command == Command::kDev) {
      runtime_options.local_endpoints = LocalEndpoints::kTriggers;
    }
    runtime_options.persist_to = PersistDirectory(options, beside.front().config_path);
  }
  const auto runtime = session.Load(std::move(workers), began, runtime_options);
  console.Flush();
  if (runtime == nullptr) return kFailure;
  // Nothing will be built any more: esbuild need not stay.
  if (options.command != Command::kDev) session.End();
  if (options.command == Command::kCheck) {
    std::printf("No errors in %zu %s\n", names.size(), names.size() == 1 ? "service" : "services");
    return 0;
  }
  ListenOptions address{.ip = ip, .port = port};
  if (run.workers_first) address.worker = beside.front().name;
  auto listening = ListenWith(options, *runtime, address);
  if (!listening.ok()) {
    PrintVercelError(listening.error());
    return kFailure;
  }
  console.ShowReady({UrlOf(address, *listening)}, FormatListening(*runtime, address, *listening));

  loop::Loop& loop = worker::LoopOf(*runtime);
  std::unique_ptr<loop::FileWatch> rules;
  std::unique_ptr<RouteWatch> routes;
  if (options.command == Command::kDev) {
    parent.SendReady(address, *listening);
    ConsoleActions keys;
    keys.reload = [&session] { session.ReloadAll(); };
    console.ListenToKeys(*runtime, std::move(keys));
    session.Watch(*runtime, loop);
    rules = WatchRules(*prepared.router, project.config_path, loop);
    routes = std::make_unique<RouteWatch>(prepared.services, tell, options.log_level, loop);
  }
  const int signal = runtime->Run();
  rules.reset();
  routes.reset();
  console.StopListening();
  session.End();
  console.Flush();
  if (const auto& failure = runtime->failure()) {
    Error error = *failure;
    if (!error.message.starts_with('[')) {
      error.message.insert(0, "[DEV_SERVICE_START_FAILED] ");
    }
    PrintVercelError(error);
    return kFailure;
  }
  return console.exit_pressed() ? 0 : ExitCodeAfter(options.command, signal);
}

}  // namespace isolane::cli
