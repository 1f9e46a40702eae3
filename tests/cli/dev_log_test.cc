#include "cli/dev_log.h"

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"

namespace isolane::cli {
namespace {

// What is printed of a reload that takes its time, at this level.
std::string Reload(LogLevel level) {
  CliOptions options;
  options.log_level = level;
  int flushed = 0;
  DevLog log(options, [&flushed] { flushed++; });
  std::string text = Captured(STDOUT_FILENO, [&] {
    log.Building({"gateway", "auth"}, std::chrono::seconds(5));
    log.Reloading();
    log.Reloaded({"gateway", "auth"}, 12.6);
  });
  // What Workers have written comes first.
  CHECK(flushed == (text.empty() ? 0 : 3));
  return text;
}

TEST_SUITE("cli/dev_log") {
  TEST_CASE("a reload says who is built and how long it took") {
    CHECK(Reload(LogLevel::kLog) ==
          "⎔ Building gateway, auth ... 5 s\n"
          "⎔ Reloading local server...\n"
          "⎔ Local server updated and ready (gateway, auth, 13 ms)\n");
    CHECK(Reload(LogLevel::kWarn).empty());
  }

  TEST_CASE("what goes wrong is told at any level, warnings at theirs") {
    CliOptions options;
    options.log_level = LogLevel::kNone;
    DevLog silent(options, {});
    CHECK(Captured(STDERR_FILENO, [&] {
            silent.Warn("Changes will not be noticed: a");
            silent.Fail("no such Worker");
          }) == "✘ [ERROR] no such Worker\n");
    options.log_level = LogLevel::kWarn;
    DevLog log(options, {});
    CHECK(Captured(STDERR_FILENO, [&] { log.Warn("Changes will not be noticed: a"); }) ==
          "▲ [WARNING] Changes will not be noticed: a\n\n");
  }
}

}  // namespace
}  // namespace isolane::cli
