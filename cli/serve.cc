#include "cli/serve.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <isolane/runtime.h>

#include "cli/addresses.h"
#include "cli/banner.h"
#include "cli/console.h"
#include "cli/dev_session.h"
#include "cli/messages.h"
#include "cli/project_build.h"
#include "cli/registry.h"
#include "cli/terminal.h"
#include "runtime/worker/runtime_loop.h"

namespace isolane::cli {

namespace {

// What a shell adds to the number of the signal that ended a process.
constexpr int kSignalled = 128;

struct Listening {
  std::string text;               // "Ready on ..." and what is to be said of each address
  std::vector<std::string> urls;  // of each
  int public_port = 0;
};

// Listens at all of them.
Result<Listening> ListenAtAll(const CliOptions& options, Runtime& runtime,
                              const std::vector<Address>& addresses) {
  const Colours colours = ColoursOf(STDOUT_FILENO);
  const bool random = std::getenv("CI") != nullptr;
  Listening listening;
  for (const Address& address : addresses) {
    ISOLANE_ASSIGN(const int port, ListenAt(runtime, address, random));
    if (address.listen.worker.empty()) listening.public_port = port;
    listening.urls.push_back(UrlOf(address.listen.ip, port));
    listening.text += FormatReady(address.listen.ip, port, colours);
    if (!address.listen.worker.empty()) listening.text += " (" + address.listen.worker + ")";
    listening.text += '\n';
    const std::string more = DescribeAddress(address, options);
    if (!more.empty()) listening.text += more + '\n';
  }
  return listening;
}

// What the table of bindings is made of, for when the Workers are elsewhere.
std::vector<WorkerSpec> ForTable(const std::vector<WorkerSpec>& workers) {
  std::vector<WorkerSpec> shown;
  for (const WorkerSpec& worker : workers) {
    WorkerSpec& copy = shown.emplace_back();
    copy.name = worker.name;
    copy.bindings = worker.bindings;
    copy.tail_consumers = worker.tail_consumers;
  }
  return shown;
}

void PrintWarning(const CliOptions& options, const std::string& text) {
  if (text.empty() || options.log_level < LogLevel::kWarn) return;
  wrangler::Diagnostics diagnostics;
  diagnostics.AddGroup({}).Warn(text, {});
  PrintDiagnostics(diagnostics, options.log_level);
}

// What the command line says of every Worker.
void Complete(const CliOptions& options, WorkerSpec& spec) {
  spec.frozen_clock |= options.frozen_clock;
}

// Makes a Runtime of the project; null if that failed, which was told.
using Load = std::function<std::unique_ptr<Runtime>(wrangler::Project, RuntimeOptions&)>;

// Serves what `load` makes of `project` until it is told to stop; `session` if there is one keeps
// it up to date.
int Run(const CliOptions& options, Console& console, wrangler::Project project, const Load& load,
        const std::string& registry, ConsoleActions actions, DevSession* session) {
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = project.unknown_service;
  runtime_options.observer = &console.observer();
  runtime_options.public_only = options.public_only;
  std::string warning;
  runtime_options.registry = UsableRegistry(registry, &warning);
  PrintWarning(options, warning);
  if (options.log_level >= LogLevel::kInfo && options.log_format == LogFormat::kText) {
    runtime_options.on_connections = [shown = ForTable(project.workers),
                                      &console](const std::vector<std::string>& connected) {
      console.Flush();
      std::printf("⎔ Connection status updated\n%s",
                  FormatWorkers(shown, ColoursOf(STDOUT_FILENO), connected).c_str());
      std::fflush(stdout);
    };
  }
  if (!options.no_persist) {
    const std::string& config = project.workers.front().config_path;
    runtime_options.persist_to =
        options.persist_to.value_or(config.substr(0, config.rfind('/') + 1) + ".isolane/state");
  }
  if (options.command == Command::kDev) runtime_options.error_pages = ErrorPages::kForDevelopers;
  runtime_options.fire_crons = options.cron;
  if (options.test_scheduled) {
    runtime_options.local_endpoints = LocalEndpoints::kTestScheduled;
  } else if (options.command == Command::kDev) {
    runtime_options.local_endpoints = LocalEndpoints::kTriggers;
  }
  const bool by_hand = !options.cron &&
                       runtime_options.local_endpoints == LocalEndpoints::kTriggers &&
                       std::any_of(project.workers.begin(), project.workers.end(),
                                   [](const WorkerSpec& spec) { return !spec.crons.empty(); });
  const std::string table =
      FormatWorkers(project.workers, ColoursOf(STDOUT_FILENO), WorkersElsewhere(registry));
  std::vector<std::string> names;
  for (const WorkerSpec& spec : project.workers) names.push_back(spec.name);
  auto addresses = PlanAddresses(options, project);
  if (!addresses.ok()) {
    PrintError(addresses.error().ToString());
    return 1;
  }
  runtime_options.live_reload = session != nullptr && options.live_reload;
  const auto runtime = load(std::move(project), runtime_options);
  if (runtime == nullptr) return 1;
  auto listens = ListenAtAll(options, *runtime, *addresses);
  if (!listens.ok()) {
    PrintError(listens.error().ToString());
    return 1;
  }
  const Listening listening = std::move(*listens);
  console.ShowReady(names, listening.urls, table + listening.text);
  if (by_hand) {
    PrintWarning(options, FormatCronAdvice(addresses->front().listen.ip, listening.public_port));
  }
  console.ListenToKeys(*runtime, std::move(actions));
  if (session != nullptr) session->Watch(*runtime, worker::LoopOf(*runtime));
  const int signal = runtime->Run();
  console.StopListening();
  if (session != nullptr) session->End();
  if (console.exit_pressed()) return 0;
  // Wrangler's way; for whoever supervises a server, a stop that was asked for is no failure.
  return options.command == Command::kDev ? kSignalled + signal : 0;
}

}  // namespace

int RunServer(const CliOptions& options, wrangler::Builder& builder, wrangler::Project project,
              const std::string& registry, ConsoleActions actions) {
  Console console(options, project.workers);
  for (WorkerSpec& spec : project.workers) Complete(options, spec);
  const Load load = [&](wrangler::Project built, RuntimeOptions& runtime_options) {
    auto runtime =
        LoadProjectRuntime(builder, std::move(built), runtime_options, options.log_level);
    if (runtime != nullptr && options.command == Command::kServe) builder.Rest();
    return runtime;
  };
  return Run(options, console, std::move(project), load, registry, std::move(actions), nullptr);
}

int RunDev(const CliOptions& options, const wrangler::ProjectOptions& project_options,
           wrangler::LoadedProject loaded, int64_t began, const std::string& registry,
           ConsoleActions actions) {
  Console console(options, loaded.project.workers);
  DevSession::Hooks hooks;
  hooks.complete = [&options](WorkerSpec& spec) { Complete(options, spec); };
  hooks.before_print = [&console] { console.Flush(); };
  hooks.describe = [registry](const std::vector<WorkerSpec>& workers) {
    return FormatWorkers(workers, ColoursOf(STDOUT_FILENO), WorkersElsewhere(registry));
  };
  DevSession session(options, project_options, std::move(hooks));
  actions.reload = [&session] { session.ReloadAll(); };
  wrangler::Project project = loaded.project;
  const Load load = [&](wrangler::Project, RuntimeOptions& runtime_options) {
    return session.Load(std::move(loaded), began, runtime_options);
  };
  return Run(options, console, std::move(project), load, registry, std::move(actions), &session);
}

int CheckProject(const CliOptions& options, wrangler::Builder& builder, wrangler::Project project) {
  Console console(options, project.workers);
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = project.unknown_service;
  runtime_options.observer = &console.observer();
  std::string names;
  for (const WorkerSpec& spec : project.workers) {
    names += (names.empty() ? "" : ", ") + spec.name;
  }
  const size_t count = project.workers.size();
  const auto runtime =
      LoadProjectRuntime(builder, std::move(project), runtime_options, options.log_level);
  console.Flush();
  if (runtime == nullptr) return 1;
  std::printf("No errors in %zu %s: %s\n", count, count == 1 ? "Worker" : "Workers", names.c_str());
  return 0;
}

std::string VersionText() { return Runtime::VersionString() + "\n"; }

}  // namespace isolane::cli
