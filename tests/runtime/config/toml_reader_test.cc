#include "runtime/config/toml_reader.h"

#include <doctest/doctest.h>

namespace isolane::config {
namespace {

ConfigNode Read(const std::string& text) {
  auto root = ReadToml(text, "a/wrangler.toml");
  REQUIRE(root.ok());
  return std::move(*root);
}

TEST_SUITE("runtime/config/toml_reader") {
  TEST_CASE("a TOML tree") {
    SUBCASE("keeps the order of the file") {
      CHECK(ToJson(Read(
                "z = 1\na = 2\n[t]\ny = 1\nb.c = true\n[[s]]\nk = \"1\"\n[[s]]\nk = \"2\"\n")) ==
            "{\"z\":1,\"a\":2,\"t\":{\"y\":1,\"b\":{\"c\":true}},\"s\":[{\"k\":\"1\"},{\"k\":\"2\"}"
            "]}");
    }
    SUBCASE("knows the line and the column of each key") {
      const ConfigNode root = Read("a = 1\n[vars]\n  B = 2\n\n[[services]]\nbinding = \"X\"\n");
      CHECK(root.Find("a")->position.line == 1);
      CHECK(root.Find("vars")->value.Find("B")->position.line == 3);
      CHECK(root.Find("vars")->value.Find("B")->position.column == 3);
      const ConfigNode& services = root.Find("services")->value;
      REQUIRE(services.items.size() == 1);
      CHECK(services.items[0].position.line == 5);
      CHECK(services.items[0].Find("binding")->position.line == 6);
    }
    SUBCASE("knows the lines inside a multi-line array") {
      const ConfigNode root = Read("s = [\n  { a = 1 },\n  { a = 2 },\n]\n");
      CHECK(root.Find("s")->value.items[1].position.line == 3);
    }
    SUBCASE("has every kind of value") {
      CHECK(ToJson(Read("i = -7\nf = 1.5\nb = false\ns = 'x'\nd = 2025-12-19\n"
                        "t = 2025-12-19T10:00:00Z\n")) ==
            "{\"i\":-7,\"f\":1.5,\"b\":false,\"s\":\"x\",\"d\":\"2025-12-19\","
            "\"t\":\"2025-12-19T10:00:00Z\"}");
      CHECK(Read("d = 2025-12-19").Find("d")->value.kind == ConfigKind::kDate);
    }
    SUBCASE("may have inline tables over lines, with a comma at the end") {
      const ConfigNode root = Read("vars = {\n  x = 1, # one\n  y = { z = 2, },\n}\nlast = 3\n");
      CHECK(ToJson(root) == "{\"vars\":{\"x\":1,\"y\":{\"z\":2}},\"last\":3}");
      CHECK(root.Find("vars")->value.Find("y")->position.line == 3);
      CHECK_FALSE(ReadToml("vars = { x = 1,, }\n", "x.toml").ok());
      CHECK_FALSE(ReadToml("vars = { x = 1\ny = 2 }\n", "x.toml").ok());
      CHECK_FALSE(ReadToml("vars = { x = 1,\n", "x.toml").ok());
    }
    SUBCASE("may have the escapes of TOML 1.1") {
      CHECK(Read("a = \"\\e\\x41\"\n").Find("a")->value.text ==
            "\x1b"
            "A");
      CHECK_FALSE(ReadToml("a = \"\\x4\"\n", "x.toml").ok());
    }
    SUBCASE("of an empty file is an empty object") { CHECK(ToJson(Read("")) == "{}"); }
  }

  TEST_CASE("a TOML syntax error") {
    auto root = ReadToml("name = \"a\"\nmain = = 3\n", "a/wrangler.toml");
    REQUIRE_FALSE(root.ok());
    const Error& error = root.error();
    SUBCASE("says where") { CHECK(error.where.starts_with("a/wrangler.toml:2:")); }
    SUBCASE("begins with wrangler's words") {
      CHECK(error.message.starts_with("Invalid TOML document: "));
    }
    SUBCASE("shows the line") {
      CHECK(error.excerpt.starts_with("  2 | main = = 3\n    | "));
      CHECK(error.excerpt.ends_with("^"));
    }
  }

  TEST_CASE("a key written twice is an error") {
    CHECK_FALSE(ReadToml("a = 1\na = 2\n", "x.toml").ok());
  }

  // Both made toml++ 3.3 stop the process or behave undefinedly, depending on the build.
  TEST_CASE("typing errors that toml++ itself does not expect are errors like others") {
    SUBCASE("an open bracket at the end of a line") {
      CHECK_FALSE(ReadToml("a = 1\n[\nb = 2\n", "x.toml").ok());
    }
    SUBCASE("a letter beyond ASCII where a value should be") {
      CHECK_FALSE(ReadToml("a = 2025-1\xD1\xAF/19\n", "x.toml").ok());
    }
  }

  TEST_CASE("bytes that are not UTF-8 are an error") {
    CHECK_FALSE(ReadToml("a = \"\xFF\"\n", "x.toml").ok());
  }
}

}  // namespace
}  // namespace isolane::config
