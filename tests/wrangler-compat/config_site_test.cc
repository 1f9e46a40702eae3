#include "wrangler-compat/config_site.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

constexpr char kBoth[] =
    "Don't define both the `main` and `site.entry-point` fields in your configuration.\nThey serve "
    "the same purpose: to point to the entry-point of your worker.\nDelete the deprecated "
    "`site.entry-point` field from your config.";

bool Has(const Texts& texts, std::string_view part) {
  for (const std::string& text : texts) {
    if (text.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_SUITE("wrangler-compat/config_site") {
  TEST_CASE("a site") {
    SUBCASE("needs a bucket") {
      CHECK(ReadTomlAfterHead("[site]").Errors() ==
            Texts{"\"site.bucket\" is a required field. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("site = { bucket = 1, include = 1, exclude = [ 2 ] }").Errors() ==
            Texts{"Expected \"site.bucket\" to be of type string but got 1. @wrangler.toml:4",
                  "Expected \"sites.include\" to be an array of strings but got 1 @wrangler.toml:4",
                  "Expected \"sites.exclude.[0]\" to be of type string but got 2. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("has no entry point beside main") {
      const ReadConfig read = ReadTomlAfterHead("site = { bucket = \"b\", entry-point = \"src\" }");
      CHECK(read.Errors() == Texts{std::string(kBoth) + " @wrangler.toml:4"});
      CHECK(Has(read.Warnings(),
                "Deprecation: \"site.entry-point\":\nDelete the `site.entry-point` field, then add "
                "the top level `main` field to your configuration file:\n```\nmain = "
                "\"src/index.js\"\n```"));
      CHECK(
          Has(ReadTomlAfterHead("site = { bucket = \"b\", entry-point = \"a/b.mjs\" }").Warnings(),
              "main = \"a/b.mjs\"\n"));
    }
    SUBCASE("may have an empty entry point, which is none") {
      const ReadConfig read = ReadTomlAfterHead("site = { bucket = \"b\", entry-point = \"\" }");
      CHECK(read.Errors().empty());
      CHECK(Has(read.Warnings(), "main = \"workers-site/index.js\""));
    }
    SUBCASE("without any has the one of old") {
      const std::string expected =
          "Because you've defined a [site] configuration, we're defaulting to \"workers-site\" for "
          "the deprecated `site.entry-point`field.\nAdd the top level `main` field to your "
          "configuration file:\n```\nmain = \"workers-site/index.js\"\n``` @wrangler.toml:2";
      CHECK(Has(ReadWholeToml("name = \"w\"\n[site]\nbucket = \"b\"\n").Warnings(), expected));
    }
    SUBCASE("asks the environment for main") {
      const std::string environment = "[env.x]\nmain = \"a.js\"\n";
      auto root = config::ReadToml("name = \"w\"\nsite = { bucket = \"b\" }\n" + environment, "x");
      REQUIRE(root.ok());
      ConfigChoice choice;
      choice.environment = "x";
      const ReadConfig read = ReadText(std::move(*root), ConfigFormat::kToml, choice);
      CHECK_FALSE(Has(read.Warnings(), "defaulting"));
    }
    SUBCASE("goes not with assets") {
      CHECK(Has(
          ReadTomlAfterHead("site = { bucket = \"b\" }\nassets = { directory = \".\" }").Errors(),
          "Cannot use assets and Workers Sites in the same Worker."));
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
