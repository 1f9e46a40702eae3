#include "wrangler-compat/asset_intent.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

using Html = HtmlHandling;
using NotFound = NotFoundHandling;

// The file that is sent, "-> PATH" for a redirect, "404 FILE", or "none".
std::string Resolve(const std::string& path, Html html, NotFound not_found = NotFound::kNone,
                    std::vector<std::string> files = {"/foo.html", "/bar/index.html", "/index.html",
                                                      "/both.html", "/both/index.html", "/p.txt",
                                                      "/raw/index"}) {
  const auto intent = ResolveAsset(path, html, not_found, [&](const std::string& file) {
    return std::find(files.begin(), files.end(), file) != files.end();
  });
  if (!intent) return "none";
  if (intent->redirect) return "-> " + *intent->redirect;
  return (intent->status == 404 ? "404 " : "") + intent->file;
}

struct Row {
  const char* path;
  const char* automatic;
  const char* force;
  const char* drop;
  const char* none;
};

constexpr Row kTable[] = {
    {"/", "/index.html", "/index.html", "/index.html", "none"},
    {"/index.html", "-> /", "-> /", "-> /", "/index.html"},
    {"/index", "-> /", "-> /", "-> /", "none"},
    {"/foo", "/foo.html", "-> /foo/", "/foo.html", "none"},
    {"/foo/", "-> /foo", "/foo.html", "-> /foo", "none"},
    {"/foo.html", "-> /foo", "-> /foo/", "-> /foo", "/foo.html"},
    {"/foo/index", "-> /foo", "-> /foo/", "-> /foo", "none"},
    {"/foo/index.html", "-> /foo", "-> /foo/", "-> /foo", "none"},
    {"/bar", "-> /bar/", "-> /bar/", "/bar/index.html", "none"},
    {"/bar/", "/bar/index.html", "/bar/index.html", "-> /bar", "none"},
    {"/bar.html", "-> /bar/", "-> /bar/", "-> /bar", "none"},
    {"/bar/index", "-> /bar/", "-> /bar/", "-> /bar", "none"},
    {"/bar/index.html", "-> /bar/", "-> /bar/", "-> /bar", "/bar/index.html"},
    {"/both", "/both.html", "-> /both/", "/both.html", "none"},
    {"/both/", "/both/index.html", "/both/index.html", "-> /both", "none"},
    {"/both.html", "-> /both", "/both.html", "-> /both", "/both.html"},
    {"/both/index.html", "-> /both/", "-> /both/", "/both/index.html", "/both/index.html"},
    {"/p.txt", "/p.txt", "/p.txt", "/p.txt", "/p.txt"},
    {"/p", "none", "none", "none", "none"},
    {"/p.txt/", "none", "none", "none", "none"},
    {"/raw/index", "/raw/index", "/raw/index", "/raw/index", "/raw/index"},
};

TEST_SUITE("wrangler-compat/asset_intent") {
  TEST_CASE("html_handling") {
    for (const Row& row : kTable) {
      INFO(row.path);
      CHECK(Resolve(row.path, Html::kAutoTrailingSlash) == row.automatic);
      CHECK(Resolve(row.path, Html::kForceTrailingSlash) == row.force);
      CHECK(Resolve(row.path, Html::kDropTrailingSlash) == row.drop);
      CHECK(Resolve(row.path, Html::kNone) == row.none);
    }
  }

  TEST_CASE("not_found_handling") {
    const std::vector<std::string> files{"/index.html", "/404.html", "/a/404.html"};
    const auto resolve = [&](const char* path, NotFound not_found) {
      return Resolve(path, Html::kAutoTrailingSlash, not_found, files);
    };
    CHECK(resolve("/x", NotFound::kNone) == "none");
    CHECK(resolve("/x/y", NotFound::kSinglePageApplication) == "/index.html");
    CHECK(resolve("/x/y", NotFound::kNotFoundPage) == "404 /404.html");
    CHECK(resolve("/a/b/c", NotFound::kNotFoundPage) == "404 /a/404.html");
    CHECK(resolve("/a", NotFound::kNotFoundPage) == "404 /404.html");
    CHECK(Resolve("/x", Html::kNone, NotFound::kNotFoundPage, {"/a.html"}) == "none");
    CHECK(Resolve("/x", Html::kNone, NotFound::kSinglePageApplication, {"/a.html"}) == "none");
  }
}

}  // namespace
}  // namespace isolane::wrangler
