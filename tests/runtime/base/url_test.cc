#include "runtime/base/url.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

TEST_SUITE("runtime/base/url") {
  TEST_CASE("resolving a URL") {
    SUBCASE("gives its parts") {
      const auto url = ResolveUrl("https://a.example:8443/x/../y?q=1#h", "http://base/");
      REQUIRE(url);
      CHECK(url->origin == "https://a.example:8443");
      CHECK(url->hostname == "a.example");
      CHECK(url->host == "a.example:8443");
      CHECK(url->pathname == "/y");
      CHECK(url->search == "?q=1");
      CHECK(url->hash == "#h");
    }
    SUBCASE("is relative to the base") {
      CHECK(ResolveUrl("../c", "http://h/a/b/d")->href == "http://h/a/c");
      CHECK(ResolveUrl("?q", "http://h/a")->href == "http://h/a?q");
      CHECK(ResolveUrl("//other/x", "http://h/a")->origin == "http://other");
    }
    SUBCASE("fails where the URL Standard does") {
      CHECK_FALSE(ResolveUrl("/x", "no base"));
      CHECK_FALSE(ResolveUrl("http://[", "http://h/"));
    }
  }
}

}  // namespace
}  // namespace isolane::base
