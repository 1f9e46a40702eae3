#include "wrangler-compat/config_triggers.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

constexpr char kGood[] =
    "{ type = \"cf.artifacts.repo.pushed\", filter = { namespace = \"n\" }, targets = [ { type = "
    "\"workflow\", workflow_name = \"w\" } ] }";

ReadConfig Read(const std::string& fields) { return ReadTomlAfterHead("[triggers]\n" + fields); }

// One event with these fields, beside good ones.
Texts Errors(const std::string& fields) {
  return Read("events = [ { " + fields + " } ]\n").Errors();
}

TEST_SUITE("wrangler-compat/config_triggers") {
  TEST_CASE("triggers") {
    SUBCASE("are an object") {
      CHECK(ReadTomlAfterHead("triggers = [ 1 ]").Errors() ==
            Texts{"Expected \"triggers\" to be of type object but got [1]. @wrangler.toml:4"});
      CHECK(ReadWholeJson("{\"name\":\"w\",\"main\":\"a\",\"compatibility_date\":\"2026-01-01\","
                          "\"triggers\":null}")
                .Errors()
                .empty());
    }
    SUBCASE("have lists of crons and of events") {
      CHECK(Read("crons = 1\nevents = 2\n").Errors() ==
            Texts{"Expected \"triggers.crons\" to be of type array, but got "
                  "{\"crons\":1,\"events\":2}. @wrangler.toml:5",
                  "Expected \"triggers.events\" to be of type array, but got "
                  "{\"crons\":1,\"events\":2}. @wrangler.toml:6"});
    }
    SUBCASE("have nothing else") {
      CHECK(Read("cron = []\n").Warnings() ==
            Texts{"Unexpected fields found in triggers field: \"cron\" @wrangler.toml:5"});
    }
  }

  TEST_CASE("an event of Artifacts") {
    const std::string place = " @wrangler.toml:5";
    const std::string targets = "targets = [ { type = \"workflow\", workflow_name = \"w\" } ]";
    const std::string type = "type = \"cf.artifacts.repo.cloned\", ";
    SUBCASE("is let through, though isolane has none") {
      const ReadConfig read = Read("events = [ " + std::string(kGood) + " ]\n");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() ==
            Texts{"\"triggers.events\" is not supported yet by isolane and is ignored" + place});
    }
    SUBCASE("is an object") {
      CHECK(Read("events = [ \"x\" ]\n").Errors() ==
            Texts{"Expected \"triggers.events[0]\" to be of type object, but got \"x\"." + place});
    }
    SUBCASE("has a type that there is") {
      const std::string text =
          "Expected \"triggers.events[0].type\" to be a supported Artifacts event type, but got ";
      CHECK(Errors(targets) == Texts{text + "undefined." + place});
      CHECK(Errors("type = \"x\", " + targets) == Texts{text + "\"x\"." + place});
    }
    SUBCASE("may have a filter") {
      CHECK(
          Errors(type + "filter = 1, " + targets) ==
          Texts{"Expected \"triggers.events[0].filter\" to be of type object, but got 1." + place});
      const std::string text =
          "Expected \"triggers.events[0].filter\" to contain only non-empty string \"namespace\" "
          "and \"repo_name\" fields, but got ";
      CHECK(Errors(type + "filter = { namespace = \"\" }, " + targets) ==
            Texts{text + "{\"namespace\":\"\"}." + place});
      CHECK(Errors(type + "filter = { repo = \"x\" }, " + targets) ==
            Texts{text + "{\"repo\":\"x\"}." + place});
      CHECK(Errors(type + "filter = { repo_name = \"x\" }, " + targets).empty());
    }
    SUBCASE("has targets, which are Workflows") {
      const std::string text =
          "Expected \"triggers.events[0].targets\" to be a non-empty array, but got ";
      CHECK(Errors("type = \"cf.artifacts.repo.cloned\"") == Texts{text + "undefined." + place});
      CHECK(Errors(type + "targets = []") == Texts{text + "[]." + place});
      const std::string one =
          "Expected \"triggers.events[0].targets[0]\" to be a workflow target with a non-empty "
          "\"workflow_name\", but got ";
      CHECK(Errors(type + "targets = [ 1 ]") == Texts{one + "1." + place});
      CHECK(Errors(type + "targets = [ { type = \"workflow\", workflow_name = \"\" } ]") ==
            Texts{one + "{\"type\":\"workflow\",\"workflow_name\":\"\"}." + place});
    }
    SUBCASE("has no other fields") {
      const ReadConfig read = Read(
          "events = [ { x = 1, type = \"cf.artifacts.repo.cloned\", targets = [ { type = "
          "\"workflow\", workflow_name = \"w\", y = 1 } ] } ]\n");
      REQUIRE(read.Warnings().size() == 3);
      CHECK(read.Warnings()[0] ==
            "Unexpected fields found in triggers.events[0].targets[0] field: \"y\"" + place);
      CHECK(read.Warnings()[1] ==
            "Unexpected fields found in triggers.events[0] field: \"x\"" + place);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
