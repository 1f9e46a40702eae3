#include "runtime/base/json_text.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

std::string Utf8(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

TEST_SUITE("runtime/base/json_text") {
  TEST_CASE("a string of UTF-8") {
    SUBCASE("is quoted") { CHECK(Utf8("a b") == R"("a b")"); }
    SUBCASE("has its special characters escaped") {
      CHECK(Utf8("\"\\\n\t\x01\x7f") == R"("\"\\\n\u0009\u0001\u007f")");
    }
    SUBCASE("becomes ASCII") {
      CHECK(Utf8("\xc3\xa9") == R"("\u00e9")");
      CHECK(Utf8("\xe2\x82\xac") == R"("\u20ac")");
      CHECK(Utf8("\xf0\x9f\x98\x80") == R"("\ud83d\ude00")");
    }
    SUBCASE("has U+FFFD for what is no UTF-8") {
      CHECK(Utf8("\xff") == R"("\ufffd")");
      CHECK(Utf8("\xc3") == R"("\ufffd")");
      CHECK(Utf8("\xc3g") == R"("\ufffdg")");
      CHECK(Utf8("\xc0\x80") == R"("\ufffd\ufffd")");
      CHECK(Utf8("\xed\xa0\x80") == R"("\ufffd\ufffd\ufffd")");
      CHECK(Utf8("\xf4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");
    }
  }

  TEST_CASE("bytes are one character each") {
    std::string out;
    AppendJsonLatin1("a\xe9\"", out);
    CHECK(out == R"("a\u00e9\"")");
  }

  TEST_CASE("JSON text keeps its shape and becomes ASCII") {
    std::string out;
    AppendAsciiJson("{\"a\":\"\xc3\xa9\\n\",\"b\":[1]}", out);
    CHECK(out == R"({"a":"\u00e9\n","b":[1]})");
  }
}

}  // namespace
}  // namespace isolane::base
