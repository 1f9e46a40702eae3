#include "cli/serve.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>

#include <isolane/runtime.h>

#include "cli/banner.h"
#include "cli/log_printer.h"
#include "cli/terminal.h"

namespace isolane::cli {

namespace {

constexpr int kDefaultPort = 8787;
constexpr const char* kDefaultIp = "127.0.0.1";

void PrintError(const Error& error) {
  const std::string mark = Paint("✘ [ERROR]", Colour::kRed, ColoursOf(STDERR_FILENO));
  std::fprintf(stderr, "%s %s\n", mark.c_str(), error.ToString().c_str());
}

}  // namespace

int RunServer(const CliOptions& options, wrangler::Project project) {
  LogPrinter printer(options.log_level, ColoursOf(STDOUT_FILENO));
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
  const std::string table = FormatWorkers(project.workers, ColoursOf(STDOUT_FILENO));
  const std::string ip = options.ip.has_value() ? *options.ip : project.dev.ip.value_or(kDefaultIp);
  const int port =
      options.port.has_value() ? *options.port : project.dev.port.value_or(kDefaultPort);
  auto runtime = Runtime::LoadSpecs(std::move(project.workers), runtime_options);
  if (!runtime.ok()) {
    PrintError(runtime.error());
    return 1;
  }
  auto listening = (*runtime)->Serve(ip, port);
  if (!listening.ok()) {
    PrintError(listening.error());
    return 1;
  }
  if (options.log_level >= LogLevel::kInfo) {
    std::fputs(table.c_str(), stdout);
    std::printf("%s\n", FormatReady(ip, *listening, ColoursOf(STDOUT_FILENO)).c_str());
    std::fflush(stdout);
  }
  (*runtime)->Run();
  return 0;
}

std::string VersionText() { return Runtime::VersionString() + "\n"; }

}  // namespace isolane::cli
