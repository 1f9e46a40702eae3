#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "cli/messages.h"

namespace isolane::cli {

namespace {

constexpr std::chrono::seconds kFirstLine{5};
// To the beginning of the line, and nothing on it.
constexpr char kEmptyLine[] = "\r\x1b[K";

}  // namespace

std::chrono::seconds Progress::Pause(int said, bool terminal) {
  if (terminal) return std::chrono::seconds(1);
  // After 5 s, 10 s, 20 s, ...: each as long after the last one as that was after the beginning.
  return said == 0 ? kFirstLine : kFirstLine * (1 << (said - 1 < 10 ? said - 1 : 10));
}

Progress::Progress(std::string what, LogLevel level)
    : what_(std::move(what)), level_(level), terminal_(isatty(STDOUT_FILENO) != 0) {
  if (level_ >= LogLevel::kInfo) thread_ = std::thread([this] { Run(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Progress::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  std::chrono::seconds passed{0};
  int said = 0;
  while (true) {
    const std::chrono::seconds pause = Pause(said, terminal_);
    if (ended_.wait_for(lock, pause, [this] { return over_; })) break;
    passed += pause;
    said++;
    const std::string line = "⎔ " + what_ + " ... " + std::to_string(passed.count()) + " s";
    if (terminal_) {
      std::printf("%s%s", kEmptyLine, line.c_str());
      std::fflush(stdout);
    } else {
      PrintNotes({line}, level_);
    }
  }
  if (terminal_ && said > 0) {
    std::fputs(kEmptyLine, stdout);
    std::fflush(stdout);
  }
}

}  // namespace isolane::cli
