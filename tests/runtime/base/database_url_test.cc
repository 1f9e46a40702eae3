#include "runtime/base/database_url.h"

#include <doctest/doctest.h>

namespace isolane::base {

TEST_SUITE_BEGIN("runtime/base/database_url");

TEST_CASE("the URL of a database") {
  SUBCASE("has its parts") {
    const auto url = DatabaseUrl::Parse("postgres://us%40er:p%3Aa@db.example:6543/my%20db");
    REQUIRE(url.has_value());
    CHECK(url->scheme == "postgres");
    CHECK(url->is_postgres());
    CHECK_FALSE(url->is_mysql());
    CHECK(url->user == "us@er");
    CHECK(url->password == "p:a");
    CHECK(url->host == "db.example");
    CHECK(url->port == 6543);
    CHECK(url->has_path);
    CHECK(url->database == "my db");
  }
  SUBCASE("may lack most of them") {
    const auto url = DatabaseUrl::Parse("MySQL://h");
    REQUIRE(url.has_value());
    CHECK(url->is_mysql());
    CHECK(url->user.empty());
    CHECK(url->password.empty());
    CHECK(url->host == "h");
    CHECK(url->port == 0);
    CHECK_FALSE(url->has_path);
    CHECK(DatabaseUrl::Parse("postgres://")->host.empty());
    CHECK(DatabaseUrl::Parse("postgres://h/")->has_path);
    CHECK(DatabaseUrl::Parse("postgres://h:/d")->port == 0);
  }
  SUBCASE("has an @ in a password, and what is no encoding") {
    const auto url = DatabaseUrl::Parse("postgres://u:p@ss%zz%4@h/d");
    REQUIRE(url.has_value());
    CHECK(url->password == "p@ss%zz%4");
    CHECK(url->host == "h");
  }
  SUBCASE("has an address of IPv6") {
    const auto url = DatabaseUrl::Parse("postgres://u:p@[::1]:5433/d");
    REQUIRE(url.has_value());
    CHECK(url->host == "::1");
    CHECK(url->port == 5433);
  }
  SUBCASE("has parameters, whose names have no case") {
    const auto url =
        DatabaseUrl::Parse("postgres://u:p@h/d?SSLMode=require&x=a%26b+c&empty&sslmode=Prefer#f");
    REQUIRE(url.has_value());
    CHECK(url->database == "d");
    CHECK(url->Parameter("sslmode") == "Prefer");
    CHECK(url->Parameter("x") == "a&b c");
    CHECK(url->Parameter("empty").empty());
    CHECK(url->Parameter("none").empty());
  }
  SUBCASE("is none without a scheme, slashes, or a host and port that can be") {
    for (const char* text :
         {"", "h/d", "postgres:h", "1x://h", "://h", "postgres://h:x/d", "postgres://h:70000/d",
          "postgres://[::1/d", "postgres://[::1]x/d", "postgres://a b/d"}) {
      CAPTURE(text);
      CHECK_FALSE(DatabaseUrl::Parse(text).has_value());
    }
  }
}

TEST_SUITE_END();

}  // namespace isolane::base
