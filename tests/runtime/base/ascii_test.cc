#include "runtime/base/ascii.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

TEST_SUITE("runtime/base/ascii") {
  TEST_CASE("letters of ASCII become small ones, and nothing else changes") {
    CHECK(LowerCased("AZaz09-_@[`{") == "azaz09-_@[`{");
    CHECK(LowerCased("\xC3\x84") == "\xC3\x84");
    CHECK(LowerCased('Q') == 'q');
  }

  TEST_CASE("spaces and tabs are taken from both ends") {
    CHECK(Trimmed(" \ta b\t ") == "a b");
    CHECK(Trimmed("a\n") == "a\n");
    CHECK(Trimmed(" \t").empty());
    CHECK(Trimmed("").empty());
  }
}

}  // namespace
}  // namespace isolane::base
