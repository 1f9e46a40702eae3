#include "wrangler-compat/asset_redirects.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

std::string Match(const AssetRedirects& redirects, std::string_view path) {
  const auto match = redirects.Match(path);
  return match ? std::to_string(match->status) + " " + match->to : "none";
}

std::vector<std::string> Messages(const AssetRedirects& redirects) {
  std::vector<std::string> messages;
  for (const InvalidRule& one : redirects.invalid()) {
    messages.push_back(std::to_string(one.number) + " " + one.message);
  }
  return messages;
}

using Texts = std::vector<std::string>;

TEST_SUITE("wrangler-compat/asset_redirects") {
  TEST_CASE("rules of redirects") {
    SUBCASE("lead from one path to another") {
      const AssetRedirects redirects(
          "# comment\n\n/old /new\n/moved https://ex.com/x?a=b#c 301 # why\r\nbare /x 307\n", true);
      CHECK(redirects.invalid().empty());
      CHECK(redirects.size() == 3);
      CHECK(Match(redirects, "/old") == "302 /new");
      CHECK(Match(redirects, "/moved") == "301 https://ex.com/x?a=b#c");
      CHECK(Match(redirects, "/bare") == "307 /x");
      CHECK(Match(redirects, "/old/") == "none");
    }
    SUBCASE("take parts of the path along") {
      const AssetRedirects redirects(
          "/blog/:year/:slug /posts/:year-:slug 303\n/s/* /t/:splat\n/r/* /page 200\n"
          "/m/* https://ex.com/:splat\n",
          true);
      CHECK(Match(redirects, "/blog/2024/x") == "303 /posts/2024-x");
      CHECK(Match(redirects, "/s/a/b") == "302 /t/a/b");
      CHECK(Match(redirects, "/r/") == "200 /page");
      CHECK(Match(redirects, "/m/a//b") == "302 https://ex.com/a//b");
    }
    SUBCASE("never lead to a host that only the path of the request names") {
      const AssetRedirects redirects("/s/* /:splat\n/a/* //ex.com/:splat\n", true);
      CHECK(Match(redirects, "/s//evil.com/x") == "302 /evil.com/x");
      CHECK(Match(redirects, "/s/\\evil.com") == "302 /evil.com");
      CHECK(Match(redirects, "/s/x?/a//b") == "302 /x?/a//b");
      CHECK(Match(redirects, "/a/x") == "302 //ex.com/x");
    }
    SUBCASE("count in their order, those of one path first") {
      const AssetRedirects redirects("/a /1\n/* /2\n/b /3\n/c /4\n", true);
      CHECK(Match(redirects, "/a") == "302 /1");
      CHECK(Match(redirects, "/b") == "302 /2");
      REQUIRE(redirects.advice().size() == 2);
      CHECK(redirects.advice()[0] ==
            "The redirect rule /b → 302 /3 could be made more performant by bringing it above any "
            "lines with splats or placeholders.");
    }
    SUBCASE("are compared as URLs are written") {
      const AssetRedirects redirects("/a/../ü x\n/ü /b c\n/ü /b/../c\n", true);
      CHECK(Match(redirects, "/%C3%BC") == "302 /c");
    }
  }

  TEST_CASE("rules that are wrong") {
    const auto messages = [](std::string_view text) {
      return Messages(AssetRedirects(text, true));
    };
    CHECK(messages("/a\n/a b c d\n") ==
          Texts{"1 Expected exactly 2 or 3 whitespace-separated tokens. Got 1.",
                "2 Expected exactly 2 or 3 whitespace-separated tokens. Got 4."});
    CHECK(messages("https://ex.com/a /b\n") ==
          Texts{"1 Only relative URLs are allowed. Skipping absolute URL https://ex.com/a."});
    CHECK(messages("/a b\n/a http://x/\n") ==
          Texts{"1 URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS "
                "(e.g. begin with \"https://\").",
                "2 URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS "
                "(e.g. begin with \"https://\")."});
    CHECK(messages("/a /b 404\n/a /b 3o1\n") ==
          Texts{"1 Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got 404.",
                "2 Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got 3o1."});
    CHECK(messages("/a /b\n/a /c\n") == Texts{"2 Ignoring duplicate rule for path /a."});
    CHECK(messages("/a https://ex.com 200\n") ==
          Texts{"1 Proxy (200) redirects can only point to relative paths. Got https://ex.com/"});
    CHECK(messages("/*/* /b\n") ==
          Texts{"1 The path names the same placeholder, or *, twice. Skipping /*/*."});
    const std::string loop =
        "1 Infinite loop detected in this rule and has been ignored. This will cause a redirect to "
        "strip `.html` or `/index` and end up triggering this rule again. Please fix or remove "
        "this rule to silence this warning.";
    CHECK(messages("/a/* /x/index.html\n") == Texts{loop});
    CHECK(messages("/a/ /x/index\n") == Texts{loop});
    CHECK(AssetRedirects("/a/ /x/index\n", false).invalid().empty());
    CHECK(messages("/a/* https://ex.com/index.html\n").empty());
    CHECK(messages("/" + std::string(2000, 'x') + " /b\n") ==
          Texts{"0 Ignoring line 1 as it exceeds the maximum allowed length of 2000."});
  }

  TEST_CASE("the number of rules") {
    std::string text;
    SUBCASE("of one path is 2000") {
      for (int i = 0; i < 2002; i++) text += "/" + std::to_string(i) + " /x\n";
      const AssetRedirects redirects(text + "/p/* /y\n", true);
      CHECK(redirects.size() == 2001);
      CHECK(Messages(redirects) ==
            Texts{"0 Maximum number of static rules supported is 2000. Skipping line.",
                  "0 Maximum number of static rules supported is 2000. Skipping line."});
      CHECK(Match(redirects, "/p/q") == "302 /y");
    }
    SUBCASE("of patterns is 100") {
      for (int i = 0; i < 103; i++) text += "/" + std::to_string(i) + "/* /x\n";
      const AssetRedirects redirects(text, true);
      CHECK(redirects.size() == 100);
      CHECK(Messages(redirects) ==
            Texts{"0 Maximum number of dynamic rules supported is 100. Skipping remaining 4 lines "
                  "of file."});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
