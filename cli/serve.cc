#include "cli/serve.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include <isolane/runtime.h>

#include "cli/banner.h"
#include "cli/log_printer.h"
#include "cli/messages.h"
#include "cli/terminal.h"

namespace isolane::cli {

namespace {

// What a shell adds to the number of the signal that ended a process.
constexpr int kSignalled = 128;
constexpr int kDefaultPort = 8787;
constexpr const char* kDefaultIp = "127.0.0.1";

}  // namespace

std::string AddressOf(const CliOptions& options, const wrangler::DevSettings& dev) {
  return options.ip.has_value() ? *options.ip : dev.ip.value_or(kDefaultIp);
}

int PortOf(const CliOptions& options, const wrangler::DevSettings& dev) {
  return options.port.has_value() ? *options.port : dev.port.value_or(kDefaultPort);
}

int RunServer(const CliOptions& options, wrangler::Project project) {
  LogPrinter printer(StyleOf(options, project.workers.size()));
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = project.unknown_service;
  runtime_options.observer = &printer;
  for (WorkerSpec& spec : project.workers) spec.frozen_clock |= options.frozen_clock;
  runtime_options.public_only = options.public_only;
  if (!options.no_persist) {
    const std::string& config = project.workers.front().config_path;
    runtime_options.persist_to =
        options.persist_to.value_or(config.substr(0, config.rfind('/') + 1) + ".isolane/state");
  }
  if (options.test_scheduled) {
    runtime_options.local_endpoints = LocalEndpoints::kTestScheduled;
  } else if (options.command == Command::kDev) {
    runtime_options.local_endpoints = LocalEndpoints::kTriggers;
  }
  const bool by_hand = runtime_options.local_endpoints == LocalEndpoints::kTriggers &&
                       std::any_of(project.workers.begin(), project.workers.end(),
                                   [](const WorkerSpec& spec) { return !spec.crons.empty(); });
  const std::string table = FormatWorkers(project.workers, ColoursOf(STDOUT_FILENO));
  const std::string ip = AddressOf(options, project.dev);
  const int port = PortOf(options, project.dev);
  auto runtime = Runtime::LoadSpecs(std::move(project.workers), runtime_options);
  if (!runtime.ok()) {
    PrintError(runtime.error().ToString());
    return 1;
  }
  auto listening = (*runtime)->Serve(ip, port);
  if (!listening.ok()) {
    PrintError(listening.error().ToString());
    return 1;
  }
  if (options.log_level >= LogLevel::kInfo) {
    std::fputs(table.c_str(), stdout);
    std::printf("%s\n", FormatReady(ip, *listening, ColoursOf(STDOUT_FILENO)).c_str());
    std::fflush(stdout);
  }
  if (by_hand && options.log_level >= LogLevel::kWarn) {
    wrangler::Diagnostics diagnostics;
    diagnostics.AddGroup({}).Warn(FormatCronAdvice(ip, *listening), {});
    PrintDiagnostics(diagnostics, options.log_level);
  }
  const int signal = (*runtime)->Run();
  // Wrangler's way; for whoever supervises a server, a stop that was asked for is no failure.
  return options.command == Command::kDev ? kSignalled + signal : 0;
}

int CheckProject(const CliOptions& options, wrangler::Project project) {
  LogPrinter printer(StyleOf(options, project.workers.size()));
  RuntimeOptions runtime_options;
  runtime_options.unknown_services = project.unknown_service;
  runtime_options.observer = &printer;
  std::string names;
  for (const WorkerSpec& spec : project.workers) {
    names += (names.empty() ? "" : ", ") + spec.name;
  }
  const size_t count = project.workers.size();
  auto runtime = Runtime::LoadSpecs(std::move(project.workers), runtime_options);
  printer.OnFlush();
  if (!runtime.ok()) {
    PrintError(runtime.error().ToString());
    return 1;
  }
  std::printf("No errors in %zu %s: %s\n", count, count == 1 ? "Worker" : "Workers", names.c_str());
  return 0;
}

std::string VersionText() { return Runtime::VersionString() + "\n"; }

}  // namespace isolane::cli
