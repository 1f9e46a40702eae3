#include "cli/serve.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
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
#include "cli/project_build.h"
#include "cli/run_plan.h"
#include "cli/service_graph.h"
#include "cli/terminal.h"
#include "runtime/loop/machine_addresses.h"
#include "runtime/worker/neighbours.h"
#include "runtime/worker/runtime_loop.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/build/project_loader.h"

namespace isolane::cli {

namespace {

constexpr int kFailure = 1;

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
    listening.urls.push_back(UrlOf(address.listen, port));
    listening.text += FormatReady(address.listen, port, colours);
    if (!address.listen.worker.empty()) listening.text += " (" + address.listen.worker + ")";
    listening.text += '\n';
    if (ListensAtAll(address.listen)) {
      listening.text += FormatOtherUrls(address.listen, port, loop::AddressesOfMachine());
    }
    const std::string more = DescribeAddress(address, options);
    if (!more.empty()) listening.text += more + '\n';
  }
  return listening;
}

// What is served, and what dev has besides.
struct Service {
  Console& console;
  const RunPlan& plan;
  Runtime& runtime;
  ConsoleActions actions = {};
  DevSession* session = nullptr;  // keeps the Workers up to date
  const ParentChannel* parent = nullptr;
};

// Serves until it is told to stop. Gives the exit code.
int Serve(const CliOptions& options, Service service) {
  auto& [console, plan, runtime, actions, session, parent] = service;
  auto listening = ListenAtAll(options, runtime, plan.addresses);
  if (!listening.ok()) {
    PrintError(listening.error().ToString());
    return kFailure;
  }
  console.ShowReady(listening->urls, listening->text);
  if (parent != nullptr) {
    parent->SendReady(plan.addresses.front().listen, listening->public_port);
  }
  if (plan.explains_crons) {
    PrintWarning(FormatCronAdvice(plan.addresses.front().listen, listening->public_port),
                 options.log_level);
  }
  console.ListenToKeys(runtime, std::move(actions));
  if (session != nullptr) session->Watch(runtime, worker::LoopOf(runtime));
  const int signal = runtime.Run();
  console.StopListening();
  if (session != nullptr) session->End();
  return console.exit_pressed() ? 0 : ExitCodeAfter(options.command, signal);
}

}  // namespace

int RunServer(const CliOptions& options, wrangler::Project project) {
  for (WorkerSpec& spec : project.workers) Complete(options, spec);
  Console console(options, project.workers, {});
  auto plan = PlanRun(options, project, {});
  if (!plan.ok()) {
    PrintError(plan.error().ToString());
    return kFailure;
  }
  plan->runtime.observer = &console.observer();
  wrangler::Builder builder(BuilderOptionsOf(options));
  const auto runtime =
      LoadProjectRuntime(builder, std::move(project), plan->runtime, options.log_level);
  if (runtime == nullptr) return kFailure;
  builder.Rest();
  return Serve(options, {console, *plan, *runtime});
}

int RunDev(const CliOptions& options, DevStart start) {
  const wrangler::ProjectOptions& project_options = start.project_options;
  wrangler::LoadedProject& loaded = start.loaded;
  Neighbours& neighbours = start.neighbours;
  std::string warning;
  const std::string registry = neighbours.Usable(&warning);
  PrintWarning(warning, options.log_level);
  Console console(options, loaded.project.workers, project_options.elsewhere);
  auto plan = PlanRun(options, loaded.project, registry);
  if (!plan.ok()) {
    PrintError(plan.error().ToString());
    return kFailure;
  }
  plan->runtime.observer = &console.observer();
  plan->runtime.on_connections = [&console](const std::vector<std::string>& connected) {
    console.ShowConnections(connected);
  };
  Runtime* running = nullptr;
  // Of our own the registry has the names until others are in place.
  const auto elsewhere = [&] {
    return running == nullptr ? neighbours.Names() : worker::WorkersElsewhere(*running);
  };
  DevSession::Hooks hooks;
  hooks.complete = [&options](WorkerSpec& spec) { Complete(options, spec); };
  hooks.before_print = [&console] { console.Flush(); };
  hooks.elsewhere = elsewhere;
  hooks.on_workers = [&](const std::vector<WorkerSpec>& workers) {
    console.ShowWorkers(workers, elsewhere());
  };
  hooks.on_config = [&, told = std::string()](const wrangler::Project& project) mutable {
    const auto now = PlanRun(options, project, registry);
    // A Worker that `--port` names may have another name now, a certificate may be missing.
    std::string text = now.ok()
                           ? DescribeMove(plan->addresses.front(), now.value().addresses.front())
                           : now.error().ToString();
    if (text != told && !text.empty()) {
      console.Flush();
      PrintWarning(text, options.log_level);
    }
    told = std::move(text);
  };
  DevSession session(options, project_options, std::move(hooks));
  ConsoleActions actions;
  actions.reload = [&session] { session.ReloadAll(); };
  actions.graph = [&] {
    // As files and processes are now.
    return GraphAsText(MakeServiceGraph(wrangler::LoadProject(project_options), elsewhere()),
                       ColoursOf(STDOUT_FILENO));
  };
  const auto runtime = session.Load(std::move(loaded), start.began, plan->runtime);
  if (runtime == nullptr) return kFailure;
  running = runtime.get();
  return Serve(options, {console, *plan, *runtime, std::move(actions), &session, &start.parent});
}

int CheckProject(const CliOptions& options, wrangler::LoadedProject loaded) {
  const bool sound = loaded.ok();
  Console console(options, loaded.project.workers, {});
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = loaded.project.unknown_service;
  runtime_options.observer = &console.observer();
  std::string names;
  for (const WorkerSpec& spec : loaded.project.workers) {
    names += (names.empty() ? "" : ", ") + spec.name;
  }
  const size_t count = loaded.project.workers.size();
  wrangler::Builder builder(BuilderOptionsOf(options));
  const wrangler::Mistakes mistakes = wrangler::FindMistakes(
      [&](const auto& plans, const auto& request) {
        return BuildAndPrint(builder, plans, request, options.log_level);
      },
      std::move(loaded), runtime_options);
  console.Flush();
  for (const Error& error : mistakes.of_code) PrintError(error.ToString());
  if (!sound || mistakes.any()) return kFailure;
  std::printf("No errors in %zu %s: %s\n", count, count == 1 ? "Worker" : "Workers", names.c_str());
  return 0;
}

std::string VersionText() { return Runtime::VersionString() + "\n"; }

}  // namespace isolane::cli
