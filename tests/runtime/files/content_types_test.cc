#include "runtime/files/content_types.h"

#include <doctest/doctest.h>

namespace isolane::files {
namespace {

TEST_SUITE("runtime/files/content_types") {
  TEST_CASE("the type of a file") {
    SUBCASE("goes by the end of its name") {
      CHECK(ContentTypeOf("/a/b.png") == "image/png");
      CHECK(ContentTypeOf("app.wasm") == "application/wasm");
      CHECK(ContentTypeOf("x.tar.gz") == "application/gzip");
      CHECK(ContentTypeOf("/A.JPG") == "image/jpeg");
    }
    SUBCASE("names UTF-8 for texts") {
      CHECK(ContentTypeOf("/index.html") == "text/html; charset=utf-8");
      CHECK(ContentTypeOf("/a.mjs") == "text/javascript; charset=utf-8");
      CHECK(ContentTypeOf("/a.css") == "text/css; charset=utf-8");
      CHECK(ContentTypeOf("/a.json") == "application/json");
    }
    SUBCASE("is not guessed") {
      CHECK(ContentTypeOf("/LICENSE") == "");
      CHECK(ContentTypeOf("/a.unheard-of") == "");
      CHECK(ContentTypeOf("/.html") == "");
      CHECK(ContentTypeOf("/v1.2/README") == "");
      CHECK(ContentTypeOf("") == "");
    }
  }
}

}  // namespace
}  // namespace isolane::files
