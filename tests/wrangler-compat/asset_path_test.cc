#include "wrangler-compat/asset_path.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

std::string Base(std::string_view text) {
  std::string normalized;
  const std::string wrong = NormalizeBasePath(text, &normalized);
  return wrong.empty() ? normalized : wrong;
}

TEST_SUITE("wrangler-compat/asset_path") {
  TEST_CASE("a path of a URL") {
    SUBCASE("is decoded part by part") {
      CHECK(DecodeAssetPath("/a%20b/%5Bx%5d") == "/a b/[x]");
      CHECK(DecodeAssetPath("/%C3%BC") == "/ü");
      CHECK(DecodeAssetPath("/a%2Fb") == "/a/b");
    }
    SUBCASE("stays as it is where it cannot be decoded") {
      for (const char* path :
           {"/%ff", "/%4", "/%", "/%zz", "/%c0%80", "/%ed%a0%80", "/%f5%80%80%80", "/%e2%82"}) {
        CHECK_MESSAGE(DecodeAssetPath(path) == path, path);
      }
      CHECK(DecodeAssetPath("/%ff/%41") == "/%ff/A");
    }
    SUBCASE("has one slash where there were several") {
      CHECK(DecodeAssetPath("//a///b/") == "/a/b/");
      CHECK(DecodeAssetPath("/%2F%2Fevil") == "/evil");
    }
    SUBCASE("is written in one way") {
      CHECK(EncodeAssetPath("/a b/[x]@ü%(1)") == "/a%20b/%5Bx%5D%40%C3%BC%25(1)");
    }
  }

  TEST_CASE("base_path") {
    CHECK(Base("/") == "/");
    CHECK(Base("app") == "/app/");
    CHECK(Base("/a//b/./../c/") == "/a/c/");
    CHECK(Base("..") == "/");
    CHECK(Base("") == "The value must not be empty.");
    CHECK(Base("//x") == "The value must be a pathname, not a URL.");
    CHECK(Base("https://x/") == "The value must be a pathname, not a URL.");
    CHECK(Base("/a\\b") == "The value must not contain backslashes.");
    CHECK(Base("/a\nb") == "The value must not contain control characters.");
    CHECK(Base("/a?b") == "The value must not contain query strings or fragments.");
    CHECK(Base("/a%20") == "The value must not contain percent-encoded sequences.");
  }
}

}  // namespace
}  // namespace isolane::wrangler
