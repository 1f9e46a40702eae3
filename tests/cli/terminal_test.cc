#include "cli/terminal.h"

#include <unistd.h>

#include <cstdlib>

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

TEST_SUITE("cli/terminal") {
  TEST_CASE("colours") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    unsetenv("FORCE_COLOR");
    unsetenv("NO_COLOR");
    SUBCASE("are not for a pipe") { CHECK(ColoursOf(ends[1]) == Colours::kNever); }
    SUBCASE("can be forced") {
      setenv("FORCE_COLOR", "1", 1);
      CHECK(ColoursOf(ends[1]) == Colours::kAlways);
      unsetenv("FORCE_COLOR");
    }
    close(ends[0]);
    close(ends[1]);
  }

  TEST_CASE("text") {
    SUBCASE("is painted or not") {
      CHECK(Paint("x", Colour::kRed, Colours::kAlways) == "\x1b[31mx\x1b[0m");
      CHECK(Paint("x", Colour::kRed, Colours::kNever) == "x");
    }
    SUBCASE("is as wide as its letters") { CHECK(DisplayWidth("aé→") == 3); }
    SUBCASE("is printable without control characters") {
      CHECK(Printable("a\tb\x7f é") == "a\\x09b\\x7f é");
    }
  }
}

}  // namespace
}  // namespace isolane::cli
