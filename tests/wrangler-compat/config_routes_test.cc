#include "wrangler-compat/config_routes.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// The list of this one object, with a line for each of its members; no text of it has a comma or a
// colon.
std::string Indented(const std::string& object) {
  std::string text = "[\n  {\n    ";
  for (const char c : object.substr(1, object.size() - 2)) {
    text += c;
    if (c == ':') text += ' ';
    if (c == ',') text += "\n    ";
  }
  return text + "\n  }\n]";
}

TEST_SUITE("wrangler-compat/config_routes") {
  TEST_CASE("routes") {
    const auto errors = [](const std::string& text) { return ReadTomlAfterHead(text).Errors(); };
    SUBCASE("are strings and objects") {
      CHECK(
          errors("routes = [ \"a/*\", { pattern = \"b/*\", zone_name = \"b\" }, { pattern = \"c\", "
                 "custom_domain = true } ]\n")
              .empty());
      CHECK(errors("route = { pattern = \"a\", zone_id = \"1\" }\n").empty());
    }
    SUBCASE("are refused in other shapes, each named") {
      CHECK(errors("route = 7\n") ==
            Texts{"Expected \"route\" to be either a string, or an object with shape { pattern, "
                  "custom_domain, zone_id | zone_name, enabled, previews_enabled }, but got 7. "
                  "@wrangler.toml:4"});
      CHECK(
          errors("routes = [ \"a\", 3, { zone_id = \"1\" } ]\n") ==
          Texts{"Expected \"routes\" to be an array of either strings or objects with the shape { "
                "pattern, custom_domain, zone_id | zone_name, enabled, previews_enabled }, but "
                "these weren't valid: [\n  3,\n  {\n    \"zone_id\": \"1\"\n  }\n]. "
                "@wrangler.toml:4"});
      CHECK(errors("routes = \"x\"\n") ==
            Texts{"Expected \"routes\" to be an array but got \"x\". @wrangler.toml:4"});
    }
    SUBCASE("are refused as objects that name no zone and are no custom domain") {
      const char* const shape =
          "to be either a string, or an object with shape { pattern, custom_domain, zone_id | "
          "zone_name, enabled, previews_enabled }, but got ";
      const char* const list =
          "to be an array of either strings or objects with the shape { pattern, custom_domain, "
          "zone_id | zone_name, enabled, previews_enabled }, but these weren't valid: ";
      for (const std::string keys :
           {"", ",\"zone_id\":\"1\",\"zone_name\":\"x\"", ",\"zone_id\":1",
            ",\"custom_domain\":\"x\"", ",\"zone_id\":\"1\",\"enabled\":true",
            ",\"zone_id\":\"1\",\"zone\":\"x\""}) {
        const std::string route = "{\"pattern\":\"x.com/*\"" + keys + "}";
        CHECK(ReadWholeJson("{ \"main\": \"a.js\", \"route\": " + route + " }").Errors() ==
              Texts{"Expected \"route\" " + std::string(shape) + route + ". @wrangler.jsonc:1"});
        CHECK(
            ReadWholeJson("{ \"main\": \"a.js\", \"routes\": [\"a\", " + route + "] }").Errors() ==
            Texts{"Expected \"routes\" " + std::string(list) + Indented(route) +
                  ". @wrangler.jsonc:1"});
      }
      CHECK(errors("route = { pattern = \"x\", custom_domain = true, enabled = false }\n").empty());
      CHECK(
          errors("route = { pattern = \"x\", custom_domain = false, zone_id = \"1\" }\n").empty());
    }
    SUBCASE("are whole hosts as custom domains") {
      CHECK(
          errors("routes = [\n\"a.example.com/path*\",\n{ pattern = \"a.example.com/path*\", "
                 "custom_domain = true },\n{ pattern = \"b.example.com/\", custom_domain = true } "
                 "]\n") ==
          Texts{"Invalid Routes:\na.example.com/path*:\nWildcard operators (*) are not allowed in "
                "Custom Domains\nPaths are not allowed in Custom Domains\n\nb.example.com/:\nPaths "
                "are not allowed in Custom Domains @wrangler.toml:6"});
      CHECK(errors("route = { pattern = \"a/*\", custom_domain = false, zone_id = \"1\" }\n")
                .empty());
    }
    SUBCASE("are warned of when empty") {
      CHECK(ReadTomlAfterHead("route = \"\"\n").Warnings() ==
            Texts{"The \"route\" field in your configuration is an empty string and will be "
                  "ignored.\nPlease remove the \"route\" field from your configuration. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("are read with their zones and their places") {
      const auto read = ReadTomlAfterHead(
          "routes = [ \"a/*\", { pattern = \"*/x\", zone_name = \"b\" }, { pattern = \"c\", "
          "custom_domain = true } ]\n");
      const std::vector<Route>& routes = read.config.routes;
      REQUIRE(routes.size() == 3);
      CHECK(routes[0].pattern == "a/*");
      CHECK(routes[0].where == "wrangler.toml:4");
      CHECK(routes[1].zone == "b");
      CHECK_FALSE(routes[1].custom_domain);
      CHECK(routes[2].custom_domain);
    }
    SUBCASE("give way to those of the command line") {
      auto root = config::ReadToml(kHead + std::string("routes = [ \"a/*\" ]\n"), "wrangler.toml");
      REQUIRE(root.ok());
      ConfigChoice choice;
      choice.routes = {"b/*", "c"};
      const ReadConfig read = ReadText(std::move(*root), ConfigFormat::kToml, choice);
      REQUIRE(read.config.routes.size() == 2);
      CHECK(read.config.routes[0].pattern == "b/*");
      CHECK(read.config.routes[1].where == "--routes");
    }
    SUBCASE("are one or several") {
      CHECK(ReadTomlAfterHead("route = \"a/*\"\n").config.routes.size() == 1);
      CHECK(ReadTomlAfterHead("route = \"\"\n").config.routes.empty());
      CHECK(ReadTomlAfterHead("").config.routes.empty());
    }
    SUBCASE("say nothing when they are right") {
      CHECK(ReadTomlAfterHead("routes = [\"a/*\"]\n").Warnings().empty());
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
