#include "wrangler-compat/ignore_rules.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

bool Ignores(std::string_view rules, std::string_view path) {
  return IgnoreRules(rules).Ignores(path);
}

TEST_SUITE("wrangler-compat/ignore_rules") {
  TEST_CASE("what .assetsignore leaves out") {
    SUBCASE("a name at any depth") {
      CHECK(Ignores("a.txt\n", "a.txt"));
      CHECK(Ignores("a.txt\r\n", "x/y/a.txt"));
      CHECK_FALSE(Ignores("a.txt\n", "ba.txt"));
      CHECK(Ignores("*.log", "x/b.log"));
      CHECK_FALSE(Ignores("*.log", "x/b.log.txt"));
    }
    SUBCASE("a path from the root on") {
      CHECK(Ignores("/a", "a"));
      CHECK_FALSE(Ignores("/a", "x/a"));
      CHECK(Ignores("x/a", "x/a"));
      CHECK_FALSE(Ignores("x/a", "y/x/a"));
      CHECK(Ignores("x/*", "x/a/b"));
      CHECK_FALSE(Ignores("x/*.js", "x/a/b.js"));
    }
    SUBCASE("a directory with all that is in it") {
      CHECK(Ignores("node_modules/", "x/node_modules/y/z"));
      CHECK_FALSE(Ignores("node_modules/", "x/node_modules"));
      CHECK(Ignores("node_modules", "node_modules/y"));
    }
    SUBCASE("with two stars, any number of directories") {
      CHECK(Ignores("**/a", "x/y/a"));
      CHECK(Ignores("x/**/a", "x/a"));
      CHECK(Ignores("x/**/a", "x/y/z/a"));
      CHECK(Ignores("x/**", "x/y/z"));
      CHECK_FALSE(Ignores("x/**", "x"));
    }
    SUBCASE("one character of several") {
      CHECK(Ignores("a?c", "abc"));
      CHECK_FALSE(Ignores("a?c", "a/c"));
      CHECK(Ignores("[a-c]x", "bx"));
      CHECK_FALSE(Ignores("[!a-c]x", "bx"));
      CHECK(Ignores("[]]x", "]x"));
      CHECK(Ignores("[a", "[a"));
      CHECK(Ignores("\\*", "*"));
      CHECK_FALSE(Ignores("\\*", "a"));
    }
    SUBCASE("unless a later rule takes it back") {
      CHECK_FALSE(Ignores("*.log\n!keep.log\n", "x/keep.log"));
      CHECK(Ignores("!keep.log\n*.log\n", "keep.log"));
      CHECK(Ignores("x/\n!x/keep.log\n", "x/keep.log"));
    }
    SUBCASE("without regard to case") { CHECK(Ignores("README", "readme")); }
    SUBCASE("and nothing for a comment or a blank") {
      CHECK_FALSE(Ignores("# a\n\n   \n/\n!\n", "a"));
      CHECK(Ignores("\\#a\n", "#a"));
      CHECK(Ignores("a   \n", "a"));
    }
  }

  TEST_CASE("many stars take no time to speak of") {
    std::string rule;
    for (int i = 0; i < 60; i++) rule += "*a";
    CHECK_FALSE(Ignores(rule + "b", std::string(250, 'a')));
    CHECK_FALSE(Ignores("**/**/**/**/**/**/**/x", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
  }
}

}  // namespace
}  // namespace isolane::wrangler
