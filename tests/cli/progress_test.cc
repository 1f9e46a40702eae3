#include "cli/progress.h"

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"

namespace isolane::cli {
namespace {

TEST_SUITE("cli/progress") {
  TEST_CASE("what is over at once is not told") {
    CHECK(Captured(STDOUT_FILENO, [] {
            const Progress progress("Building", LogLevel::kLog);
          }).empty());
    CHECK(Captured(STDOUT_FILENO, [] {
            const Progress progress("Building", LogLevel::kNone);
          }).empty());
  }

  TEST_CASE("lines come each second on a terminal, elsewhere at double times") {
    CHECK(Progress::Pause(0, true).count() == 1);
    CHECK(Progress::Pause(9, true).count() == 1);
    int64_t passed = 0;
    std::string times;
    for (int said = 0; said < 5; said++) {
      passed += Progress::Pause(said, false).count();
      times += std::to_string(passed) + " ";
    }
    CHECK(times == "5 10 20 40 80 ");
    CHECK(Progress::Pause(1000, false) == Progress::Pause(11, false));
  }
}

}  // namespace
}  // namespace isolane::cli
