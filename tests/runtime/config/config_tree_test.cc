#include "runtime/config/config_tree.h"

#include <doctest/doctest.h>

#include "runtime/config/json_reader.h"

namespace isolane::config {
namespace {

std::string RoundTrip(const std::string& json) {
  auto node = ReadJson(json, "x.json");
  REQUIRE(node.ok());
  return ToJson(*node);
}

std::string Number(double value) {
  ConfigNode node;
  node.kind = ConfigKind::kFloat;
  node.number = value;
  return ToJson(node);
}

TEST_SUITE("runtime/config/config_tree") {
  TEST_CASE("JSON text") {
    SUBCASE("keeps the order of members") {
      CHECK(RoundTrip("{ \"b\": 1, \"a\": [true, null, \"x\"] }") ==
            "{\"b\":1,\"a\":[true,null,\"x\"]}");
    }
    SUBCASE("may have a line for each part") {
      auto node = ReadJson("{\"a\":[1,{\"b\":[]},{}],\"c\":\"x\"}", "x.json");
      REQUIRE(node.ok());
      CHECK(
          ToIndentedJson(*node) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    {}\n  ],\n  \"c\": \"x\"\n}");
    }
    SUBCASE("escapes what JSON must escape and nothing else") {
      CHECK(JsonQuote("a\"b\\c\n\t\x01 é/") == "\"a\\\"b\\\\c\\n\\t\\u0001 é/\"");
    }
    SUBCASE("writes numbers as JavaScript does") {
      CHECK(Number(1.5) == "1.5");
      CHECK(Number(0.1) == "0.1");
      CHECK(Number(3) == "3");
      CHECK(Number(-0.0) == "0");
      CHECK(Number(1e20) == "100000000000000000000");
      CHECK(Number(1e21) == "1e+21");
      CHECK(Number(1e-6) == "0.000001");
      CHECK(Number(1.5e-7) == "1.5e-7");
      CHECK(Number(1.0 / 0.0) == "null");
    }
  }

  TEST_CASE("numbers") {
    const auto number = [](double value) {
      ConfigNode node;
      node.kind = ConfigKind::kFloat;
      node.number = value;
      return node;
    };
    ConfigNode integer;
    integer.kind = ConfigKind::kInteger;
    integer.integer = 7;
    SUBCASE("are of either kind") {
      CHECK(NumberOf(integer) == 7.0);
      CHECK(NumberOf(number(1.5)) == 1.5);
      CHECK(NumberOf(ConfigNode()) == std::nullopt);
    }
    SUBCASE("are whole however they are written") {
      CHECK(WholeNumberOf(integer) == 7);
      CHECK(WholeNumberOf(number(1e3)) == 1000);
      CHECK(WholeNumberOf(number(-0.0)) == 0);
      CHECK(WholeNumberOf(number(-9223372036854775808.0)) == INT64_MIN);
    }
    SUBCASE("are not whole with a fraction, beyond all integers, or as a text") {
      for (const double value : {1.5, 9223372036854775808.0, -1e300, 1.0 / 0.0, 0.0 / 0.0}) {
        CHECK(WholeNumberOf(number(value)) == std::nullopt);
      }
      CHECK(WholeNumberOf(ConfigNode()) == std::nullopt);
    }
  }

  TEST_CASE("an excerpt") {
    const std::string source = "first\n\tsécond = x\r\nlast";
    SUBCASE("shows the line and points at the column") {
      CHECK(Excerpt(source, {1, 3}) == "  1 | first\n    |   ^");
    }
    SUBCASE("keeps tabs and counts letters, not bytes") {
      CHECK(Excerpt(source, {2, 5}) == "  2 | \tsécond = x\n    | \t  ^");
    }
    SUBCASE("points behind the end of a line at most") {
      CHECK(Excerpt(source, {3, 99}) == "  3 | last\n    |     ^");
    }
    SUBCASE("is empty without a line") { CHECK(Excerpt(source, {}).empty()); }
  }

  TEST_CASE("a position counts from 1") {
    CHECK(PositionOf("ab\ncd", 0).line == 1);
    CHECK(PositionOf("ab\ncd", 4).line == 2);
    CHECK(PositionOf("ab\ncd", 4).column == 2);
  }
}

}  // namespace
}  // namespace isolane::config
