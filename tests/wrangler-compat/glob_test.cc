#include "wrangler-compat/glob.h"

#include <string>

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/glob") {
  TEST_CASE("a glob") {
    SUBCASE("matches itself") {
      CHECK(GlobMatches("a/b.txt", "a/b.txt"));
      CHECK_FALSE(GlobMatches("a/b.txt", "a/b.txtx"));
      CHECK_FALSE(GlobMatches("a/b.txt", "xa/b.txt"));
    }
    SUBCASE("star stays in its segment") {
      CHECK(GlobMatches("*.txt", "a.txt"));
      CHECK(GlobMatches("a/*/c", "a/b/c"));
      CHECK_FALSE(GlobMatches("*.txt", "a/b.txt"));
      CHECK_FALSE(GlobMatches("a/*/c", "a/b/b/c"));
      CHECK(GlobMatches("a*b*c", "axxbyybzc"));
      CHECK_FALSE(GlobMatches("a*b*c", "axxbyybz"));
    }
    SUBCASE("two stars cross segments, also none") {
      CHECK(GlobMatches("**/*.txt", "a.txt"));
      CHECK(GlobMatches("**/*.txt", "a/b/c.txt"));
      CHECK(GlobMatches("**/*.txt", "../a/c.txt"));
      CHECK_FALSE(GlobMatches("**/*.txt", "a/b/c.txt.js"));
      CHECK(GlobMatches("a/**", "a/b/c"));
      CHECK(GlobMatches("**", "a/b/c"));
      CHECK(GlobMatches("a/**/b/**/c", "a/x/b/b/y/c"));
      CHECK_FALSE(GlobMatches("a/**/b/**/c", "a/x/b/b/y/d"));
      CHECK(GlobMatches("**/x*y/z", "q/xay/w/xby/z"));
    }
    SUBCASE("two stars inside a segment are one") {
      CHECK(GlobMatches("a**c", "abc"));
      CHECK_FALSE(GlobMatches("a**c", "a/c"));
    }
    SUBCASE("question mark and brackets stand for themselves") {
      CHECK(GlobMatches("**/*.wasm?module", "a/b.wasm?module"));
      CHECK_FALSE(GlobMatches("a?c", "abc"));
      CHECK_FALSE(GlobMatches("[ab]", "a"));
    }
    SUBCASE("takes linear time on a hostile pattern") {
      std::string glob, path(5000, 'a');
      for (int i = 0; i < 50; i++) glob += "a*";
      CHECK_FALSE(GlobMatches(glob + "b", path));
    }
  }

  TEST_CASE("the glob of an import, as it is written") {
    SUBCASE("a star takes slashes") {
      CHECK(ImportGlobMatches("*.txt", "./a/b.txt"));
      CHECK(ImportGlobMatches("**/*.txt", "./b.txt"));
      CHECK(ImportGlobMatches("**/*.txt", "../a/b.txt"));
      CHECK(ImportGlobMatches("./a/**/*.txt", "./a/b/c.txt"));
      CHECK(ImportGlobMatches("a*", "a"));
    }
    SUBCASE("a folder is not that of the file") {
      CHECK_FALSE(ImportGlobMatches("a/**/*.txt", "./a/b/c.txt"));
      CHECK_FALSE(ImportGlobMatches("b.txt", "./b.txt"));
      CHECK_FALSE(ImportGlobMatches("**/*.txt", "b.txt"));
    }
    SUBCASE("the rest stands for itself, to the end") {
      CHECK(ImportGlobMatches("**/*.wasm?module", "./a.wasm?module"));
      CHECK_FALSE(ImportGlobMatches("**/*.wasm", "./a.wasm?module"));
      CHECK_FALSE(ImportGlobMatches("", "a"));
      CHECK(ImportGlobMatches("*a*b", "aab.ab"));
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
