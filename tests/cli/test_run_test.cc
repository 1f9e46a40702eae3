#include "cli/test_run.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

std::string Format(const TestResult& test, const std::string& file = {}) {
  return FormatTest(test, file, Colours::kNever);
}

TEST_SUITE("cli/test_run") {
  TEST_CASE("the line of a test") {
    SUBCASE("that has passed has its name and time") {
      CHECK(Format({"adds", {}, 1.26}) == "PASS adds (1.3 ms)\n");
    }
    SUBCASE("that has failed has the error below it") {
      CHECK(Format({"adds", {"exception", false, "Error: no\n    at a.js:1:2"}, 0}) ==
            "FAIL adds (0.0 ms)\n    Error: no\n        at a.js:1:2\n");
    }
    SUBCASE("that ended otherwise has the outcome") {
      CHECK(Format({"adds", {"canceled", false, ""}, 0}) ==
            "FAIL adds (0.0 ms)\n    outcome: canceled\n");
    }
    SUBCASE("has the file where there are several") {
      CHECK(Format({"adds", {}, 0}, "a.js") == "PASS a.js > adds (0.0 ms)\n");
    }
    SUBCASE("cannot move the cursor") {
      CHECK(Format({"a\x1b[2J", {}, 0}) == "PASS a\\x1b[2J (0.0 ms)\n");
    }
  }
}

}  // namespace
}  // namespace isolane::cli
