#include "wrangler-compat/path_pattern.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

// "name=value name=value", "-" where it does not match, "?" where there is no such pattern.
std::string Match(std::string_view pattern, std::string_view text,
                  PatternSyntax syntax = PatternSyntax::kPlaceholders) {
  const auto compiled = PathPattern::Compile(pattern, syntax);
  if (!compiled) return "?";
  const auto captures = compiled->Match(text);
  if (!captures) return "-";
  std::string out;
  for (const auto& [name, value] : *captures) {
    out += (out.empty() ? "" : " ") + name + "=" + value;
  }
  return out;
}

TEST_SUITE("wrangler-compat/path_pattern") {
  TEST_CASE("a pattern") {
    SUBCASE("without anything special matches itself") {
      CHECK(Match("/a", "/a") == "");
      CHECK(Match("/a", "/a/") == "-");
      CHECK(Match("/a", "/") == "-");
      CHECK(Match("/", "/") == "");
    }
    SUBCASE("has '*' for any text") {
      CHECK(Match("/a/*", "/a/b/c") == "splat=b/c");
      CHECK(Match("/a/*", "/a/") == "splat=");
      CHECK(Match("/a/*", "/a") == "-");
      CHECK(Match("/*.js", "/x/y.js.js") == "splat=x/y.js");
    }
    SUBCASE("has names for parts of a path") {
      CHECK(Match("/b/:y/:slug", "/b/2024/x") == "y=2024 slug=x");
      CHECK(Match("/b/:y", "/b/") == "-");
      CHECK(Match("/b/:y", "/b/1/2") == "-");
      CHECK(Match("/:a-:b", "/x-y-z") == "a=x-y b=z");
      CHECK(Match("/:a_1/*", "/x/y") == "a_1=x splat=y");
      CHECK(Match("/:1/:", "/:1/:") == "");
    }
    SUBCASE("has names for parts of a host") {
      CHECK(Match("https://:sub.ex.com/:p", "https://a.ex.com/q.r") == "sub=a p=q.r");
      CHECK(Match("https://:sub.ex.com/", "https://a.b.ex.com/") == "-");
      CHECK(Match("https://*/x", "https://a.b/x") == "splat=a.b");
    }
    SUBCASE("names each thing once") {
      CHECK(Match("/*/*", "/a/b") == "?");
      CHECK(Match("/:a/:a", "/a/b") == "?");
      CHECK(Match("/*/:splat", "/a/b") == "?");
    }
    SUBCASE("of stars only takes them as often as they come") {
      CHECK(Match("/*/b/*", "/a/b/c", PatternSyntax::kStars) == "splat=a splat=c");
      CHECK(Match("/:a", "/x", PatternSyntax::kStars) == "-");
      CHECK(Match("/a.b", "/axb", PatternSyntax::kStars) == "-");
    }
  }

  TEST_CASE("a pattern that nearly matches a long path is given up in time") {
    // Exponential or even square time would take minutes.
    std::string pattern;
    for (int i = 0; i < 40; i++) pattern += "*a";
    const std::string path(8'000, 'a');
    CHECK(Match(pattern + "b", path, PatternSyntax::kStars) == "-");
    CHECK(Match("/:a-:b-:c/x", "/" + std::string(8'000, '-')) == "-");
  }

  TEST_CASE("filling in") {
    const Captures captures{{"a", "1"}, {"splat", "x/:a"}};
    CHECK(FillIn("/p/:a/:splat", captures) == "/p/1/x/:a");
    CHECK(FillIn("/:b/:", captures) == "/:b/:");
    CHECK(FillIn("/:splatter", captures) == "/x/:ater");
    CHECK(FillIn("/:ab/:a", {{"a", "1"}, {"ab", "2"}}) == "/2/1");
  }
}

}  // namespace
}  // namespace isolane::wrangler
