#include "wrangler-compat/config_workflows.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

constexpr char kEntry[] = R"("binding":"W","name":"w","class_name":"C",)";

Texts Errors(const std::string& setting) {
  return ReadWholeJson(R"({"name":"w","main":"a.js","workflows":[{)" + (kEntry + setting) + "}]}")
      .Errors();
}

std::string Binding(const std::string& text) {
  return "\"workflows[0]\" bindings " + text + ". @wrangler.jsonc:1";
}

TEST_SUITE("wrangler-compat/config_workflows") {
  TEST_CASE("two workflows have two names") {
    const auto errors = [](const std::string& second, const std::string& third) {
      std::string text = "workflows = [\n";
      for (const std::string& name : {std::string("a"), second, third}) {
        text += "{ binding = \"B" + std::to_string(text.size()) + "\", name = \"" + name +
                "\", class_name = \"C\" },\n";
      }
      return ReadTomlAfterHead(text + "]\n").Errors();
    };
    CHECK(errors("b", "c").empty());
    CHECK(errors("a", "a") == Texts{"\"workflows\" bindings must have unique \"name\" values; "
                                    "duplicate(s) found: \"a\" @wrangler.toml:6"});
  }

  TEST_CASE("what a workflow is wrong about") {
    const auto but_got = [](const std::string& setting) {
      return " field but got {" + (kEntry + setting) + "}";
    };
    SUBCASE("when it runs") {
      const std::string type =
          "should, optionally, have a string or array of strings \"schedules\"";
      CHECK(Errors("\"schedules\":1") == Texts{Binding(type + but_got("\"schedules\":1"))});
      CHECK(Errors("\"schedules\":[1]") == Texts{Binding(type + but_got("\"schedules\":[1]"))});
      CHECK(Errors("\"schedules\":\"\"") ==
            Texts{Binding("\"schedules\" field must not be an empty string")});
      CHECK(Errors("\"schedules\":[]") ==
            Texts{Binding("\"schedules\" field must not be an empty array")});
      CHECK(Errors("\"schedules\":[\"a\",\"\"]") ==
            Texts{Binding("\"schedules\" field must not contain empty strings")});
      CHECK(Errors("\"schedules\":\"* * * * *\"").empty());
      CHECK(Errors("\"schedules\":[\"* * * * *\"]").empty());
    }
    SUBCASE("its limits") {
      CHECK(Errors("\"limits\":\"x\"") ==
            Texts{Binding("should, optionally, have an object \"limits\"" +
                          but_got("\"limits\":\"x\""))});
      CHECK(Errors("\"limits\":{\"steps\":0}") ==
            Texts{Binding("\"limits.steps\" field must be a positive integer but got 0")});
      CHECK(Errors("\"concurrency\":[]") ==
            Texts{Binding("should, optionally, have an object \"concurrency\"" +
                          but_got("\"concurrency\":[]"))});
      CHECK(Errors("\"concurrency\":{\"limit\":1.5}") ==
            Texts{Binding("\"concurrency.limit\" field must be a positive integer but got 1.5")});
      CHECK(Errors("\"limits\":{\"steps\":3},\"concurrency\":{\"limit\":1}").empty());
      CHECK(Errors("\"limits\":{\"steps\":1e3},\"concurrency\":{\"limit\":10.0}").empty());
    }
    SUBCASE("how long its results are kept, and where") {
      CHECK(
          Errors("\"default_retention\":{\"error_retention\":\"\"}") ==
          Texts{Binding("\"default_retention.error_retention\" field must be a positive integer "
                        "of milliseconds or a duration string such as \"3 days\", but got \"\"")});
      CHECK(Errors("\"default_retention\":{\"error_retention\":5,\"success_retention\":\"1 day\"}")
                .empty());
      CHECK(Errors("\"jurisdiction\":\"mars\"") ==
            Texts{Binding("\"jurisdiction\" field must be one of \"eu\", \"fedramp\", or \"us\", "
                          "but got \"mars\"")});
    }
  }

  TEST_CASE("what a workflow is warned of") {
    const Texts warnings =
        ReadTomlAfterHead(
            "workflows = [ { binding = \"W\", name = \"w\", class_name = \"C\", limits "
            "= { steps = 25001, x = 1 } } ]\n")
            .Warnings();
    CHECK(warnings ==
          Texts{"Unexpected fields found in workflows[0].limits field: \"x\" @wrangler.toml:4",
                "\"workflows[0]\" has a step limit of 25001, which exceeds the production maximum "
                "of 25,000. This configuration may not work when deployed. @wrangler.toml:4"});
  }

  TEST_CASE("a workflow among the exports says the same") {
    const auto errors = [](const std::string& text) {
      return ReadTomlAfterHead("[exports.D]\ntype = \"workflow\"\n" + text).Errors();
    };
    CHECK(errors("") == Texts{"\"exports.D.name\" is a required field. @wrangler.toml:4"});
    CHECK(errors("name = 1\n") ==
          Texts{"Expected \"exports.D.name\" to be of type string but got 1. @wrangler.toml:6"});
    CHECK(errors("name = \"-\"\n") == Texts{std::string("\"exports.D.name\" is invalid. ") +
                                            kWorkflowNameRule + " @wrangler.toml:6"});
    CHECK(
        errors("name = \"w\"\njurisdiction = 1\n") ==
        Texts{"\"exports.D\" export \"jurisdiction\" field must be one of \"eu\", \"fedramp\", or "
              "\"us\", but got 1. @wrangler.toml:7"});
    CHECK(errors("name = \"w\"\nlimits = { steps = 1 }\n").empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
