#include "cli/console.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/banner.h"
#include "cli/json_log.h"
#include "cli/log_printer.h"
#include "cli/messages.h"
#include "runtime/worker/runtime_loop.h"

namespace isolane::cli {
namespace {

// The whole screen, and what has scrolled away.
constexpr char kClear[] = "\x1b[2J\x1b[3J\x1b[H";

}  // namespace

Console::Console(const CliOptions& options, const std::vector<WorkerSpec>& workers,
                 std::vector<std::string> elsewhere)
    : options_(options), colours_(ColoursOf(STDOUT_FILENO)) {
  TakeWorkers(workers, std::move(elsewhere));
  const LogStyle style = StyleOf(options, workers.size());
  if (options.log_format == LogFormat::kJson) {
    observer_ = std::make_unique<JsonLog>(style.level, style.calls);
    return;
  }
  auto printer = std::make_unique<LogPrinter>(style);
  printer_ = printer.get();
  observer_ = std::move(printer);
}

Console::~Console() = default;

void Console::TakeWorkers(const std::vector<WorkerSpec>& workers,
                          std::vector<std::string> elsewhere) {
  workers_.clear();
  for (const WorkerSpec& worker : workers) {
    WorkerSpec& copy = workers_.emplace_back();
    copy.name = worker.name;
    copy.bindings = worker.bindings;
    copy.tail_consumers = worker.tail_consumers;
  }
  elsewhere_ = std::move(elsewhere);
}

void Console::TakeServices(std::vector<std::string> names, std::string table) {
  if (printer_ != nullptr) printer_->set_services(ServiceOutput(names, colours_));
  services_ = std::move(names);
  services_table_ = std::move(table);
}

std::string Console::Table() const {
  return services_.empty() ? FormatWorkers(workers_, colours_, elsewhere_) : services_table_;
}

bool Console::ShowsInfo() const { return options_.log_level >= LogLevel::kInfo; }

void Console::Show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void Console::ShowReady(const std::vector<std::string>& urls, const std::string& text) {
  Flush();
  if (!urls.empty()) url_ = urls.front();
  ready_ = text;
  if (!ShowsInfo()) return;
  if (options_.log_format == LogFormat::kJson) {
    std::vector<std::string> names = services_;
    for (const WorkerSpec& worker : workers_) {
      if (std::find(names.begin(), names.end(), worker.name) == names.end()) {
        names.push_back(worker.name);
      }
    }
    Show(JsonReady(urls, names));
    return;
  }
  Show(Table() + ready_);
}

void Console::ShowWorkers(const std::vector<WorkerSpec>& workers,
                          std::vector<std::string> elsewhere) {
  TakeWorkers(workers, std::move(elsewhere));
  if (!ShowsInfo() || options_.log_format == LogFormat::kJson) return;
  Flush();
  Show(Table());
}

void Console::ShowConnections(const std::vector<std::string>& connected) {
  elsewhere_ = connected;
  if (!ShowsInfo()) return;
  Flush();
  Show(options_.log_format == LogFormat::kJson ? JsonConnections(connected)
                                               : "⎔ Connection status updated\n" + Table());
}

void Console::ListenToKeys(Runtime& runtime, ConsoleActions actions) {
  const bool wanted = options_.command == Command::kDev && options_.interactive &&
                      options_.log_format == LogFormat::kText;
  if (!wanted) return;
  HotkeyActions keys;
  keys.open_browser = [this] {
    Flush();
    if (!OpenBrowser(url_)) PrintError("No program opens a page here. Open " + url_ + " yourself.");
  };
  if (actions.graph != nullptr) {
    keys.show_graph = [this, graph = std::move(actions.graph)] {
      Flush();
      Show(graph());
    };
  }
  if (actions.reload != nullptr) {
    keys.reload = [this, reload = std::move(actions.reload)] {
      Flush();
      reload();
    };
  }
  keys.clear_console = [this] {
    Flush();
    Show(kClear + Table() + ready_);
  };
  keys.exit = [this] {
    exit_pressed_ = true;
    // The same way as everybody ends a server: it drains first, and a second time ends it at once.
    kill(getpid(), SIGTERM);
  };
  const std::string description = Hotkeys::Describe(keys, colours_) + "\n";
  hotkeys_ = Hotkeys::Listen(worker::LoopOf(runtime), std::move(keys));
  if (hotkeys_ == nullptr || !ShowsInfo()) return;
  ready_ += description;
  Show(description);
}

}  // namespace isolane::cli
