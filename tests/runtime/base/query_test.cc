#include "runtime/base/query.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

TEST_SUITE("runtime/base/query") {
  TEST_CASE("the path of a URL") {
    CHECK(PathOfUrl("http://a/b/c?d#e") == "/b/c");
    CHECK(PathOfUrl("http://a/#e") == "/");
    CHECK(PathOfUrl("http://a?b=/c").empty());
    CHECK(PathOfUrl("http://a").empty());
    CHECK(PathOfUrl("/a").empty());
  }

  TEST_CASE("a parameter") {
    SUBCASE("is decoded as a form's") {
      CHECK(QueryParameter("http://a/?cron=*+*%20%2A/5", "cron") == "* * */5");
      CHECK(QueryParameter("http://a/?c%72on=1", "cron") == "1");
    }
    SUBCASE("is the first of its name") {
      CHECK(QueryParameter("http://a/?x=0&a=1&a=2", "a") == "1");
    }
    SUBCASE("may be empty") {
      CHECK(QueryParameter("http://a/?a=&b", "a") == "");
      CHECK(QueryParameter("http://a/?a=&b", "b") == "");
    }
    SUBCASE("keeps an escape that is none") {
      CHECK(QueryParameter("http://a/?a=%zz%4", "a") == "%zz%4");
      CHECK(QueryParameter("http://a/?a=%", "a") == "%");
      CHECK(QueryParameter("http://a/?a=%41", "a") == "A");
    }
    SUBCASE("may be missing") {
      CHECK_FALSE(QueryParameter("http://a/?ab=1", "a").has_value());
      CHECK_FALSE(QueryParameter("http://a/", "a").has_value());
      CHECK_FALSE(QueryParameter("http://a/#?a=1", "a").has_value());
    }
  }
}

}  // namespace
}  // namespace isolane::base
