#include "runtime/js/regex_engine.h"

#include <doctest/doctest.h>

namespace isolane::js {
namespace {

std::unique_ptr<base::Regex> Compile(RegexEngine& engine, std::string_view source) {
  auto regex = engine.Compile(source);
  REQUIRE(regex.ok());
  return std::move(*regex);
}

TEST_SUITE("runtime/js/regex_engine") {
  TEST_CASE("an expression of JavaScript") {
    RegexEngine engine;
    base::Regex::Groups groups;
    SUBCASE("gives what its groups have matched") {
      auto regex = Compile(engine, "^/(a+)(b)?/(?<rest>.*)$");
      REQUIRE(regex->Exec("/aa/x/y", &groups));
      REQUIRE(groups.size() == 4);
      CHECK(*groups[0] == "/aa/x/y");
      CHECK(*groups[1] == "aa");
      CHECK_FALSE(groups[2].has_value());
      CHECK(*groups[3] == "x/y");
    }
    SUBCASE("knows the names of its groups, and what only looks like one") {
      auto regex = Compile(engine, "(?:x)([(])(?<one>a)(?=b)(?<=a)(\\()?(?<two>b)");
      CHECK(regex->group_names() == std::vector<std::string>{"", "", "one", "", "two"});
    }
    SUBCASE("may look ahead") {
      auto regex = Compile(engine, "^/((?!api/).*)$");
      CHECK(regex->Exec("/web", nullptr));
      CHECK_FALSE(regex->Exec("/api/x", nullptr));
    }
    SUBCASE("takes bytes as characters") {
      auto regex = Compile(engine, "^..$");
      CHECK(regex->Exec("\xC3\xA9", nullptr));
    }
    SUBCASE("that is none is refused in V8's words") {
      const auto regex = engine.Compile("/x/[");
      REQUIRE_FALSE(regex.ok());
      CHECK(regex.error().message.find("Invalid regular expression") != std::string::npos);
    }
    SUBCASE("that goes back and forth without end does not match") {
      auto regex = Compile(engine, "^(a+)+$");
      CHECK_FALSE(regex->Exec(std::string(60, 'a') + "b", nullptr));
    }
  }
}

}  // namespace
}  // namespace isolane::js
