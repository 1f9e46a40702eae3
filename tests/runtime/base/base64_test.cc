#include "runtime/base/base64.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

using std::string_view_literals::operator""sv;

TEST_SUITE("runtime/base/base64") {
  TEST_CASE("bytes become text") {
    SUBCASE("of every length, with padding") {
      CHECK(Base64Encoded("") == "");
      CHECK(Base64Encoded("f") == "Zg==");
      CHECK(Base64Encoded("fo") == "Zm8=");
      CHECK(Base64Encoded("foo") == "Zm9v");
      CHECK(Base64Encoded("foobar") == "Zm9vYmFy");
    }
    SUBCASE("whatever they are") { CHECK(Base64Encoded("\xFB\xFF\x00"sv) == "+/8A"); }
  }

  TEST_CASE("text becomes bytes") {
    SUBCASE("with and without padding") {
      CHECK(Base64Decoded("Zg==") == "f");
      CHECK(Base64Decoded("Zg") == "f");
      CHECK(Base64Decoded("Zm9vYmFy") == "foobar");
      CHECK(Base64Decoded("") == "");
      CHECK(Base64Decoded("+/8A") == "\xFB\xFF\x00"sv);
    }
    SUBCASE("white space in it says nothing") { CHECK(Base64Decoded("Zm9v\n YmFy\t") == "foobar"); }
    SUBCASE("unless it is none") {
      for (const std::string_view text : {"Z", "Zg=", "Z===", "Zm9v*", "-_8A"}) {
        CHECK_MESSAGE(Base64Decoded(text) == std::nullopt, text);
      }
    }
  }

  TEST_CASE("the alphabet of URLs") {
    SUBCASE("is written without padding") {
      CHECK(Base64UrlEncoded("") == "");
      CHECK(Base64UrlEncoded("f") == "Zg");
      CHECK(Base64UrlEncoded("foo") == "Zm9v");
      CHECK(Base64UrlEncoded("\xFB\xFF\x00"sv) == "-_8A");
    }
    SUBCASE("is read like the other one") {
      CHECK(Base64UrlDecoded("-_8A") == "\xFB\xFF\x00"sv);
      CHECK(Base64UrlDecoded("-/8A") == "\xFB\xFF\x00"sv);
      CHECK(Base64UrlDecoded("Zg==") == "f");
      CHECK(Base64UrlDecoded(" Zm\n8") == "fo");
      for (const std::string_view text : {"Z", "Zg=", "Zm9v*"}) {
        CHECK_MESSAGE(Base64UrlDecoded(text) == std::nullopt, text);
      }
    }
  }
}

}  // namespace
}  // namespace isolane::base
