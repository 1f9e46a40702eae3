#include "vercel-compat/request_view.h"

#include <doctest/doctest.h>

#include "tests/vercel-compat/project_fixture.h"

namespace isolane::vercel {
namespace {

TEST_SUITE("vercel-compat/request_view") {
  TEST_CASE("the parts of a request's URL") {
    const std::string head = HeadOf({.path = "/a%2Fb?x=1?y"});
    const RequestView view = ViewOf(head);
    CHECK(view.method == "GET");
    CHECK(view.origin == "http://shop.test:3000");
    CHECK(view.host == "shop.test:3000");
    CHECK(view.path == "/a%2Fb");
    CHECK(view.query == "?x=1?y");
    const std::string bare = HeadOf({.path = "?x"});
    CHECK(ViewOf(bare).path == "/");
    CHECK(ViewOf(bare).query == "?x");
  }

  TEST_CASE("cookies") {
    const std::string head = HeadOf({.headers = {{"cookie", "a=1; bb=\"x%20y\"; a=2;c"}}});
    CHECK(CookieOf(head, "a") == "1");
    CHECK(CookieOf(head, "bb") == "x y");
    CHECK_FALSE(CookieOf(head, "b").has_value());
    CHECK_FALSE(CookieOf(head, "c").has_value());
  }

  TEST_CASE("parameters") {
    CHECK(ParameterOf("?a=1&a=2", "a") == "2");
    CHECK(ParameterOf("?a%62=x+y", "ab") == "x y");
    CHECK(ParameterOf("?on", "on") == "");
    CHECK_FALSE(ParameterOf("?one=1", "on").has_value());
  }

  TEST_CASE("a header that came twice is one list") {
    const std::string head = HeadOf({.headers = {{"x", "1"}, {"x-y", "no"}, {"x", "2"}}});
    CHECK(HeaderOf(head, "x") == "1, 2");
  }

  TEST_CASE("double slashes become one") {
    CHECK(WithoutDoubleSlashes("//a///b/c//") == "/a/b/c/");
    CHECK(WithoutDoubleSlashes("").empty());
  }

  TEST_CASE("merged queries") {
    CHECK(MergedQuery("", "?z=1") == "?z=1");
    CHECK(MergedQuery("?own=1&k=own", "?z=1&k=mine") == "?own=1&k=mine&z=1");
    CHECK(MergedQuery("?a=1", "") == "?a=1");
    CHECK(MergedQuery("?a", "?b&b=%20&a=2") == "?a=2&b&b=%20");
    CHECK(MergedQuery("?path=a/b&t=x+y&z=%20", "?c=d/e") == "?path=a%2Fb&t=x%20y&z=%20&c=d/e");
  }
}

}  // namespace
}  // namespace isolane::vercel
