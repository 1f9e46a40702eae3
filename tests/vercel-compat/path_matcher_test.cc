#include "vercel-compat/path_matcher.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/vercel-compat/regexes.h"
#include "vercel-compat/path_pattern.h"

namespace isolane::vercel {
namespace {

PathMatcher Of(const std::string& pattern) {
  const auto regex = PatternToRegex(pattern);
  REQUIRE(regex.ok());
  auto matcher = PathMatcher::Compile(regex.value().source, Regexes());
  REQUIRE(matcher.ok());
  return std::move(*matcher);
}

// "yes|group|group", or "no".
std::string Outcome(const PathMatcher& matcher, const std::string& path) {
  Captures captures;
  if (!matcher.Match(path, captures)) return "no";
  std::string text = "yes";
  for (size_t i = 1; i < captures.groups.size(); i++) {
    text += "|" + std::string(captures.groups[i]);
  }
  return text;
}

std::string RandomSource(std::mt19937& random) {
  static constexpr const char* kPieces[] = {
      "/:a", "/:b",  "/x", "/api", "/(.*)", "/:p*",   "/:q+",      "/:o?",   "-:n",
      ".:e", "(.*)", "/",  "yz",   ":n?",   "/(a|b)", "/{:a-}?:b", "(/.*)?", "/:d(\\d+)"};
  std::string pattern;
  const size_t pieces = 1 + random() % 4;
  for (size_t i = 0; i < pieces; i++) pattern += kPieces[random() % std::size(kPieces)];
  return pattern;
}

std::string RandomPath(std::mt19937& random) {
  static constexpr const char* kPieces[] = {"/",  "x",  "api",  "yz",  "a",   "-", ".",
                                            "12", "/x", "/api", "/yz", "%2e", "/b"};
  std::string path = "/";
  const size_t pieces = random() % 7;
  for (size_t i = 0; i < pieces; i++) path += kPieces[random() % std::size(kPieces)];
  return path;
}

TEST_SUITE("vercel-compat/path_matcher") {
  TEST_CASE("usual patterns are matched without V8") {
    for (const char* pattern : {"/", "/(.*)", "/api/(.*)", "/api/:path*", "/api/:path+", "/:id",
                                "/:id?", "/users/:id/posts/:post", "/a/:x/(.*)", "/exact"}) {
      CAPTURE(pattern);
      CHECK(Of(pattern).simple());
    }
    for (const char* pattern : {"/u/:id(\\d+)", "/((?!api/).*)", "/:a-:b", "/a/(.*)/b", "/(a|b)"}) {
      CAPTURE(pattern);
      CHECK_FALSE(Of(pattern).simple());
    }
  }

  TEST_CASE("the specification's table") {
    CHECK(Outcome(Of("/api/(.*)"), "/api") == "no");
    CHECK(Outcome(Of("/api/(.*)"), "/api/") == "yes|");
    CHECK(Outcome(Of("/api/:path*"), "/api") == "yes|");
    CHECK(Outcome(Of("/api/:path*"), "/api/a/b") == "yes|a/b");
    CHECK(Outcome(Of("/api/:path*"), "/api/a/") == "no");
    CHECK(Outcome(Of("/api/:path+"), "/api") == "no");
    CHECK(Outcome(Of("/api/(.*)"), "/API/x") == "no");
    CHECK(Outcome(Of("/:id"), "/a/b") == "no");
    CHECK(Outcome(Of("/((?!api/).*)"), "/web/x") == "yes|web/x");
    CHECK(Outcome(Of("/((?!api/).*)"), "/api/x") == "no");
  }

  TEST_CASE("every simple matcher agrees with V8") {
    std::mt19937 random(7);
    int simple = 0;
    for (int i = 0; i < 3'000; i++) {
      const std::string pattern = RandomSource(random);
      const auto regex = PatternToRegex(pattern);
      if (!regex.ok()) continue;
      const auto own = PathMatcher::Compile(regex.value().source, Regexes());
      const auto engine = PathMatcher::CompileByEngine(regex.value().source, Regexes());
      if (!own.ok() || !own.value().simple()) continue;
      simple++;
      for (int k = 0; k < 20; k++) {
        const std::string path = RandomPath(random);
        const std::string expected = Outcome(engine.value(), path);
        const std::string found = Outcome(own.value(), path);
        if (expected == found) continue;
        CAPTURE(pattern);
        CAPTURE(path);
        REQUIRE(found == expected);
      }
    }
    CHECK(simple > 300);
  }

  TEST_CASE("the text before the first group is no promise where there are alternatives") {
    auto matcher = PathMatcher::Compile("^/a|/b$", Regexes());
    REQUIRE(matcher.ok());
    CHECK(Outcome(*matcher, "/x/b") == "yes");
    auto optional = PathMatcher::Compile("^/ab?c$", Regexes());
    REQUIRE(optional.ok());
    CHECK(Outcome(*optional, "/ac") == "yes");
  }

  TEST_CASE("groups have names") {
    auto matcher = PathMatcher::Compile("^/n/(?<who>[a-z]+)/(x)$", Regexes());
    REQUIRE(matcher.ok());
    CHECK(matcher->GroupOf("who") == 1);
    CHECK(matcher->GroupOf("nobody") == -1);
    CHECK(matcher->groups() == 3);
  }
}

}  // namespace
}  // namespace isolane::vercel
