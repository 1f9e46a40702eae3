#include "wrangler-compat/asset_rule_file.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

std::string Read(std::string_view text, RuleUrlKind kind) {
  const RuleUrl url = ReadRuleUrl(text, kind);
  return url.error.empty() ? url.text : "error";
}

TEST_SUITE("wrangler-compat/asset_rule_file") {
  TEST_CASE("a URL in a rule") {
    SUBCASE("is written as the URL Standard writes it") {
      CHECK(Read("/a b/ü", RuleUrlKind::kHeaderSource) == "/a%20b/%C3%BC");
      CHECK(Read("/a/../b/./:c/*", RuleUrlKind::kRedirectSource) == "/b/:c/*");
      CHECK(Read("https://Ex.com/a/../b", RuleUrlKind::kHeaderSource) == "https://Ex.com/b");
      CHECK(Read("https://ex.com", RuleUrlKind::kRedirectTarget) == "https://ex.com/");
      CHECK(Read("https://ex.com//a", RuleUrlKind::kRedirectTarget) == "https://ex.com/a");
    }
    SUBCASE("may be anything after its slash") {
      CHECK(Read("//[", RuleUrlKind::kRedirectSource) == "//[");
      CHECK(Read("/\xff%", RuleUrlKind::kRedirectSource) == "/%FF%");
      CHECK(Read("https://ex.com///[", RuleUrlKind::kRedirectTarget) == "https://ex.com//[");
    }
    SUBCASE("keeps query and fragment where it says where to go") {
      CHECK(Read("/a?b#c", RuleUrlKind::kRedirectTarget) == "/a?b#c");
      CHECK(Read("/a?b#c", RuleUrlKind::kRedirectSource) == "/a");
      CHECK(Read("https://ex.com/?b#c", RuleUrlKind::kRedirectTarget) == "https://ex.com/?b#c");
    }
    SUBCASE("may lack its first slash where it can only be a path") {
      CHECK(Read("a", RuleUrlKind::kRedirectSource) == "/a");
      CHECK(Read("a", RuleUrlKind::kRedirectTarget) == "error");
      CHECK(Read("http://ex.com/", RuleUrlKind::kRedirectTarget) == "error");
    }
    SUBCASE("has a port only where it says where to go") {
      CHECK(Read("https://ex.com:8080/a", RuleUrlKind::kRedirectTarget) == "https://ex.com:8080/a");
      CHECK(Read("https://ex.com:8080/a", RuleUrlKind::kHeaderSource) == "error");
    }
  }

  TEST_CASE("a URL that is wrong says why") {
    const auto error = [](std::string_view text, RuleUrlKind kind) {
      return ReadRuleUrl(text, kind).error;
    };
    CHECK(error("https://ex.com/a", RuleUrlKind::kRedirectSource) ==
          "Only relative URLs are allowed. Skipping absolute URL https://ex.com/a.");
    CHECK(error("https://ex.com:1/a", RuleUrlKind::kHeaderSource) ==
          "Specifying ports is not supported. Skipping absolute URL https://ex.com:1/a.");
    CHECK(error("a", RuleUrlKind::kRedirectTarget) ==
          "URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. "
          "begin with \"https://\").");
  }

  TEST_CASE("the lines of a file") {
    std::vector<InvalidRule> invalid;
    const auto lines = RuleLines("\xEF\xBB\xBF/a \r\n\n  # c\n\t/b", invalid);
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "/a");
    CHECK(lines[1].empty());
    CHECK(lines[2].empty());
    CHECK(lines[3] == "/b");
    CHECK(invalid.empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
