#include "cli/console.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/json_log.h"
#include "cli/log_printer.h"
#include "cli/messages.h"
#include "runtime/worker/runtime_loop.h"

namespace isolane::cli {
namespace {

// The whole screen, and what has scrolled away.
constexpr char kClear[] = "\x1b[2J\x1b[3J\x1b[H";

std::unique_ptr<Observer> MakeObserver(const CliOptions& options, size_t workers) {
  const LogStyle style = StyleOf(options, workers);
  if (options.log_format == LogFormat::kJson) {
    return std::make_unique<JsonLog>(style.level, style.calls);
  }
  return std::make_unique<LogPrinter>(style);
}

}  // namespace

Console::Console(const CliOptions& options, const std::vector<WorkerSpec>& workers)
    : options_(options),
      colours_(ColoursOf(STDOUT_FILENO)),
      observer_(MakeObserver(options, workers.size())) {}

Console::~Console() = default;

void Console::Show(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void Console::ShowReady(const std::vector<std::string>& workers,
                        const std::vector<std::string>& urls, const std::string& banner) {
  Flush();
  if (!urls.empty()) url_ = urls.front();
  if (options_.log_level < LogLevel::kInfo) return;
  if (options_.log_format == LogFormat::kJson) {
    Show(JsonReady(urls, workers));
    return;
  }
  banner_ = banner;
  Show(banner_);
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
    Show(kClear + banner_);
  };
  keys.exit = [this] {
    exit_pressed_ = true;
    // The same way as everybody ends a server: it drains first, and a second time ends it at once.
    kill(getpid(), SIGTERM);
  };
  const std::string description = Hotkeys::Describe(keys, colours_) + "\n";
  hotkeys_ = Hotkeys::Listen(worker::LoopOf(runtime), std::move(keys));
  if (hotkeys_ == nullptr || options_.log_level < LogLevel::kInfo) return;
  banner_ += description;
  Show(description);
}

}  // namespace isolane::cli
