#include "runtime/storage/key_range.h"

#include <doctest/doctest.h>

namespace isolane::storage {

TEST_SUITE_BEGIN("runtime/storage/key_range");

namespace {

std::string Show(const KeyRangeOptions& options) {
  const KeyRange range = MakeKeyRange(options);
  if (range.empty) return "empty";
  std::string text = range.start + " .. " + range.end.value_or("the end");
  for (size_t i; (i = text.find('\0')) != std::string::npos;) text.replace(i, 1, "\\0");
  return text;
}

}  // namespace

TEST_CASE("the range of a list") {
  SUBCASE("is everything when nothing is asked for") { CHECK(Show({}) == " .. the end"); }
  SUBCASE("begins at start, or just after startAfter") {
    CHECK(Show({.start = "b"}) == "b .. the end");
    CHECK(Show({.start_after = "b"}) == "b\\0 .. the end");
    CHECK(Show({.start_after = ""}) == "\\0 .. the end");
  }
  SUBCASE("ends before end") {
    CHECK(Show({.end = "m"}) == " .. m");
    CHECK(Show({.start = "m", .end = "m"}) == "empty");
    CHECK(Show({.start = "n", .end = "m"}) == "empty");
    CHECK(Show({.end = ""}) == "empty");
  }
  SUBCASE("of a prefix ends where the last byte is one more") {
    CHECK(Show({.prefix = "ab"}) == "ab .. ac");
    CHECK(Show({.prefix = "a\xff"}) == "a\xff .. b");
    CHECK(Show({.prefix = "\xff\xff"}) == "\xff\xff .. the end");
    CHECK(Show({.prefix = "\x7f"}) == "\x7f .. \x80");
  }
  SUBCASE("is what prefix and the others have in common") {
    CHECK(Show({.start = "abc", .prefix = "ab"}) == "abc .. ac");
    CHECK(Show({.start = "a", .prefix = "ab"}) == "ab .. ac");
    CHECK(Show({.start = "b", .prefix = "ab"}) == "empty");
    CHECK(Show({.end = "abz", .prefix = "ab"}) == "ab .. abz");
    CHECK(Show({.end = "z", .prefix = "ab"}) == "ab .. ac");
    CHECK(Show({.end = "ab", .prefix = "ab"}) == "empty");
    CHECK(Show({.start_after = "ab", .end = "abb", .prefix = "ab"}) == "ab\\0 .. abb");
  }
}

TEST_SUITE_END();

}  // namespace isolane::storage
