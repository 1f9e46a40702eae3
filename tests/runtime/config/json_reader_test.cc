#include "runtime/config/json_reader.h"

#include <doctest/doctest.h>

namespace isolane::config {
namespace {

ConfigNode Read(const std::string& text) {
  auto root = ReadJson(text, "wrangler.jsonc");
  REQUIRE(root.ok());
  return std::move(*root);
}

Error Refusal(const std::string& text) {
  auto root = ReadJson(text, "wrangler.jsonc");
  REQUIRE_FALSE(root.ok());
  return root.error();
}

// "CommaExpected 1:9" of the error that `text` gives.
std::string Mistake(const std::string& text) {
  const Error error = Refusal(text);
  return error.message.substr(0, error.message.find(':')) + " " +
         error.where.substr(error.where.find(':') + 1);
}

TEST_SUITE("runtime/config/json_reader") {
  TEST_CASE("JSON with comments") {
    SUBCASE("skips line and block comments") {
      CHECK(ToJson(Read("// head\n{ /* a */ \"a\": /* b\n c */ 1 // tail\n}")) == "{\"a\":1}");
    }
    SUBCASE("leaves strings alone that look like comments") {
      CHECK(ToJson(Read("{\"u\":\"http://x/*y*/\",\"q\":\"\\\"//\"}")) ==
            "{\"u\":\"http://x/*y*/\",\"q\":\"\\\"//\"}");
    }
    SUBCASE("allows one trailing comma") {
      CHECK(ToJson(Read("{\"a\":[1,2,],\"b\":{\"c\":1,} , /* end */ }")) ==
            "{\"a\":[1,2],\"b\":{\"c\":1}}");
    }
    SUBCASE("leaves strings alone that look like trailing commas") {
      CHECK(ToJson(Read("{\"a\":\",}\"}")) == "{\"a\":\",}\"}");
    }
    SUBCASE("lets the last of equal keys win") {
      CHECK(ToJson(Read("{\"a\":1,\"b\":2,\"a\":3}")) == "{\"a\":3,\"b\":2}");
    }
    SUBCASE("has every kind of value") {
      CHECK(ToJson(Read("[1,-2,3.5,true,false,null,\"é\\n\",18446744073709551615]")) ==
            "[1,-2,3.5,true,false,null,\"é\\n\",18446744073709552000]");
    }
  }

  TEST_CASE("positions") {
    const ConfigNode root = Read(
        "{\n  // the name\n  \"name\": \"a\",\n  \"vars\": { \"N\": 12, \"M\": [3,4]},\n"
        "  \"services\": [\n    { \"binding\": \"X\" },\n    {}\n  ]\n}\n");
    SUBCASE("of a key") {
      CHECK(root.Find("name")->position.line == 3);
      CHECK(root.Find("name")->position.column == 3);
    }
    SUBCASE("of a value") { CHECK(root.Find("name")->value.position.column == 11); }
    SUBCASE("after a number") {
      const ConfigNode& vars = root.Find("vars")->value;
      CHECK(vars.Find("N")->position.column == 13);
      CHECK(vars.Find("M")->position.column == 22);
      CHECK(vars.Find("M")->value.items[1].position.column == 30);
      CHECK(root.Find("services")->position.line == 5);
    }
    SUBCASE("of items") {
      const ConfigNode& services = root.Find("services")->value;
      CHECK(services.items[0].position.line == 6);
      CHECK(services.items[0].Find("binding")->position.column == 7);
      CHECK(services.items[1].position.line == 7);
    }
  }

  TEST_CASE("a JSON syntax error") {
    SUBCASE("shows its line with a caret") {
      const Error error = Refusal("{\n  \"name\": \"a\"\n  \"main\": \"b\"\n}");
      CHECK(error.message == "CommaExpected: expected a comma or }");
      CHECK(error.where == "wrangler.jsonc:3:3");
      CHECK(error.excerpt == "  3 |   \"main\": \"b\"\n    |   ^");
    }
    SUBCASE("missing comma in an array") { CHECK(Mistake("{\"a\":[1 2]}") == "CommaExpected 1:9"); }
    SUBCASE("bare word") { CHECK(Mistake("{\"a\": yes}") == "InvalidSymbol 1:7"); }
    SUBCASE("key without quotes") { CHECK(Mistake("{a: 1}").starts_with("InvalidSymbol")); }
    SUBCASE("number as key") { CHECK(Mistake("{1: 1}") == "PropertyNameExpected 1:2"); }
    SUBCASE("missing colon") { CHECK(Mistake("{\"a\" 1}") == "ColonExpected 1:6"); }
    SUBCASE("missing value") { CHECK(Mistake("{\"a\": }") == "ValueExpected 1:7"); }
    SUBCASE("two commas") { CHECK(Mistake("[1,,2]").starts_with("ValueExpected")); }
    SUBCASE("open string") { CHECK(Mistake("{\"a\": \"b").starts_with("UnexpectedEndOfString")); }
    SUBCASE("line break in a string") {
      CHECK(Mistake("{\"a\": \"b\n\"}").starts_with("InvalidCharacter"));
    }
    SUBCASE("bad escape") { CHECK(Mistake("[\"\\x\"]") == "InvalidEscapeCharacter 1:4"); }
    SUBCASE("short \\u") { CHECK(Mistake("[\"\\u12\"]") == "InvalidUnicode 1:7"); }
    SUBCASE("open object") { CHECK(Mistake("{\"a\": 1").starts_with("CloseBraceExpected")); }
    SUBCASE("open array") { CHECK(Mistake("[1").starts_with("CloseBracketExpected")); }
    SUBCASE("open comment") { CHECK(Mistake("{} /* x") == "UnexpectedEndOfComment 1:4"); }
    SUBCASE("two values") { CHECK(Mistake("{} {}") == "EndOfFileExpected 1:4"); }
    SUBCASE("nothing at all") { CHECK(Mistake("").starts_with("ValueExpected")); }
    SUBCASE("half a number") { CHECK(Mistake("[1.]").starts_with("InvalidNumberFormat")); }
    SUBCASE("a number out of range") { CHECK(Mistake("[1e999]").starts_with("InvalidNumber")); }
    SUBCASE("bytes that are not UTF-8") {
      CHECK(Mistake("[\"\xFF\"]").starts_with("InvalidCharacter"));
    }
    SUBCASE("too deep") { CHECK(Mistake(std::string(100'000, '[')).starts_with("ValueExpected")); }
  }
}

}  // namespace
}  // namespace isolane::config
