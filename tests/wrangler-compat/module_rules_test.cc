#include "wrangler-compat/module_rules.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

std::string TypeOf(const ReadConfig& read, const std::string& path) {
  const ModuleRule* rule = FindModuleRule(read.config.rules, path);
  if (rule == nullptr) return "none";
  return rule->shadowed ? rule->type + " (shadowed)" : rule->type;
}

TEST_SUITE("wrangler-compat/module_rules") {
  TEST_CASE("the default rules") {
    const ReadConfig read = ReadTomlAfterHead("");
    CHECK(TypeOf(read, "a/b.txt") == "Text");
    CHECK(TypeOf(read, "b.html") == "Text");
    CHECK(TypeOf(read, "b.sql") == "Text");
    CHECK(TypeOf(read, "b.bin") == "Data");
    CHECK(TypeOf(read, "b.wasm") == "CompiledWasm");
    CHECK(TypeOf(read, "b.wasm?module") == "CompiledWasm");
    CHECK(TypeOf(read, "b.js") == "none");
    CHECK(read.Warnings().empty());
  }

  TEST_CASE("rules of the configuration") {
    SUBCASE("come first") {
      const ReadConfig read =
          ReadTomlAfterHead("rules=[{type=\"Data\",globs=[\"**/*.txt\"],fallthrough=true}]\n");
      CHECK(TypeOf(read, "a.txt") == "Data");
      CHECK(TypeOf(read, "a.bin") == "Data");
      CHECK(read.Warnings().empty());
    }
    SUBCASE("shadow later ones of their type, with a warning") {
      const ReadConfig read = ReadTomlAfterHead("rules=[{type=\"Text\",globs=[\"**/*.md\"]}]\n");
      CHECK(
          read.Warnings() ==
          Texts{"The module rule {\"type\":\"Text\",\"globs\":[\"**/*.md\"]} does not have a "
                "fallback, the following rules will be ignored:\n "
                "{\"type\":\"Text\",\"globs\":[\"**/*.txt\",\"**/*.html\",\"**/*.sql\"]} (DEFAULT)"
                "\n\nAdd `fallthrough = true` to rule to allow next rule to be used or "
                "`fallthrough = false` to silence this warning @wrangler.toml:4"});
      CHECK(TypeOf(read, "a.md") == "Text");
      CHECK(TypeOf(read, "a.txt") == "Text (shadowed)");
      CHECK(TypeOf(read, "a.bin") == "Data");
    }
    SUBCASE("shadow silently with fallthrough = false") {
      const ReadConfig read =
          ReadTomlAfterHead("rules=[{type=\"Text\",globs=[\"*.md\"],fallthrough=false}]\n");
      CHECK(read.Warnings().empty());
      CHECK(TypeOf(read, "a.txt") == "Text (shadowed)");
    }
    SUBCASE("may be several of a type") {
      const ReadConfig read = ReadTomlAfterHead(
          "rules=[{type=\"Text\",globs=[\"*.md\"],fallthrough=true},"
          "{type=\"Text\",globs=[\"*.css\"],fallthrough=true}]\n");
      CHECK(TypeOf(read, "a.md") == "Text");
      CHECK(TypeOf(read, "a.css") == "Text");
      CHECK(TypeOf(read, "a.txt") == "Text");
    }
  }

  TEST_CASE("mistakes in rules") {
    const auto errors_of = [](const std::string& rule) {
      return ReadTomlAfterHead("rules = [ " + rule + " ]\n").Errors();
    };
    SUBCASE("no known type") {
      const Texts expected{
          "bindings should have a string \"type\" field, which contains one of "
          "\"ESModule\", \"CommonJS\", \"CompiledWasm\", \"Text\", or \"Data\". "
          "@wrangler.toml:4"};
      CHECK(errors_of("{globs=[\"*\"]}") == expected);
      CHECK(errors_of("{type=\"Nope\",globs=[\"*\"]}") == expected);
    }
    SUBCASE("no globs") {
      CHECK(errors_of("{type=\"Text\"}") ==
            Texts{"Expected \"rules[0].globs\" to be an array of strings but got undefined "
                  "@wrangler.toml:4"});
    }
    SUBCASE("globs of another type") {
      CHECK(errors_of("{type=\"Text\",globs=\"*\"}") ==
            Texts{"Expected \"rules[0].globs\" to be an array of strings but got \"*\" "
                  "@wrangler.toml:4"});
      CHECK(errors_of("{type=\"Text\",globs=[\"*\",\n1]}") ==
            Texts{"Expected \"rules[0].globs.[1]\" to be of type string but got 1. "
                  "@wrangler.toml:5"});
      CHECK(ReadTomlIn("st", "[env.st]\nrules = [ { type = \"Text\", globs = 1 } ]\n")
                .EnvironmentMessages(Severity::kError) ==
            Texts{"Expected \"env.st.rules[0].globs\" to be an array of strings but got 1 "
                  "@wrangler.toml:5"});
    }
    SUBCASE("fallthrough of another type") {
      CHECK(
          errors_of("{type=\"Text\",globs=[\"*\"],fallthrough=1}") ==
          Texts{"the field \"fallthrough\", when present, should be a boolean. @wrangler.toml:4"});
    }
    SUBCASE("no array") {
      CHECK(ReadTomlAfterHead("rules = 1\n").Errors() ==
            Texts{"The field \"rules\" should be an array but got 1. @wrangler.toml:4"});
    }
    SUBCASE("no object") {
      CHECK(errors_of("1") ==
            Texts{"\"rules[0]\" should be an object but got 1. @wrangler.toml:4"});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
