#include "runtime/base/percent.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

TEST_SUITE("runtime/base/percent") {
  TEST_CASE("a decoded text") {
    SUBCASE("has the bytes that were encoded") {
      CHECK(PercentDecoded("a%20b%C3%af") == "a b\xC3\xAF");
      CHECK(PercentDecoded("%25%32%35") == "%25");
    }
    SUBCASE("keeps what is no encoding") {
      CHECK(PercentDecoded("100%") == "100%");
      CHECK(PercentDecoded("%4") == "%4");
      CHECK(PercentDecoded("%zz%4z+") == "%zz%4z+");
    }
  }

  TEST_CASE("an encoded text") {
    SUBCASE("is that of encodeURIComponent") {
      CHECK(PercentEncoded("a b/c?\xC3\xAF-_.!~*'()") == "a%20b%2Fc%3F%C3%AF-_.!~*'()");
    }
    SUBCASE("keeps what is asked for") {
      CHECK(PercentEncoded("a b/c", kPathMarks) == "a%20b/c");
      CHECK(PercentEncoded("a-b", "") == "a%2Db");
    }
  }
}

}  // namespace
}  // namespace isolane::base
