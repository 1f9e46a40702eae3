#include "wrangler-compat/config_events.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// "logger @wrangler.toml:4"
Texts Consumers(const ReadConfig& read) {
  Texts texts;
  for (const TailConsumer& consumer : read.config.tail_consumers) {
    texts.push_back((consumer.streaming ? "streaming " : "") + consumer.service + " @" +
                    consumer.where);
  }
  return texts;
}

TEST_SUITE("wrangler-compat/config_events") {
  TEST_CASE("tail_consumers") {
    SUBCASE("name Workers, each with its place") {
      const ReadConfig read = ReadTomlAfterHead(
          "tail_consumers = [{ service = \"logger\" }]\n"
          "[[services]]\nbinding = \"A\"\nservice = \"a\"\n");
      CHECK(Consumers(read) == Texts{"logger @wrangler.toml:4"});
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
      CHECK(Consumers(ReadTomlAfterHead(
                "[[tail_consumers]]\nservice = \"a\"\n[[tail_consumers]]\nservice = \"b\"\n"
                "environment = \"production\"\n")) ==
            Texts{"a @wrangler.toml:5", "b @wrangler.toml:7"});
    }
    SUBCASE("may have fields that nobody knows") {
      CHECK(ReadTomlAfterHead("tail_consumers = [{ service = \"a\", extra = 1 }]\n")
                .Warnings()
                .empty());
    }
    SUBCASE("are an array") {
      CHECK(ReadTomlAfterHead("tail_consumers = \"logger\"\n").Errors() ==
            Texts{"Expected \"tail_consumers\" to be an array but got \"logger\". "
                  "@wrangler.toml:4"});
    }
    SUBCASE("are objects with a service") {
      CHECK(ReadTomlAfterHead("tail_consumers = [\"logger\"]\n").Errors() ==
            Texts{"\"tail_consumers[0]\" should be an object but got \"logger\". "
                  "@wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("tail_consumers = [{ service = \"a\" }, {}]\n").Errors() ==
            Texts{"\"tail_consumers[1].service\" is a required field. @wrangler.toml:4"});
    }
    SUBCASE("have strings in their fields") {
      CHECK(ReadTomlAfterHead("tail_consumers = [{ service = 1 }]\n").Errors() ==
            Texts{"Expected \"tail_consumers[0].service\" to be of type string but got 1. "
                  "@wrangler.toml:4"});
      CHECK(
          ReadTomlAfterHead("tail_consumers = [{ service = \"a\", environment = 1 }]\n").Errors() ==
          Texts{"Expected \"tail_consumers[0].environment\" to be of type string but got 1. "
                "@wrangler.toml:4"});
    }
  }

  TEST_CASE("streaming_tail_consumers") {
    SUBCASE("name Workers, beside and after the others") {
      const ReadConfig read = ReadTomlAfterHead(
          "streaming_tail_consumers = [{ service = \"live\" }]\n"
          "tail_consumers = [{ service = \"logger\" }]\n");
      CHECK(Consumers(read) == Texts{"logger @wrangler.toml:5", "streaming live @wrangler.toml:4"});
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
    }
    SUBCASE("are not inherited") {
      const ReadConfig read = ReadTomlIn(
          "staging", "streaming_tail_consumers = [{ service = \"live\" }]\n[env.staging]\n");
      CHECK(Consumers(read).empty());
    }
    SUBCASE("are an array of objects with a service") {
      CHECK(ReadTomlAfterHead("streaming_tail_consumers = \"s\"\n").Errors() ==
            Texts{"Expected \"streaming_tail_consumers\" to be an array but got \"s\". "
                  "@wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("streaming_tail_consumers = [ 1, {}, { service = 2 } ]\n").Errors() ==
            Texts{"\"streaming_tail_consumers[0]\" should be an object but got 1. "
                  "@wrangler.toml:4",
                  "\"streaming_tail_consumers[1].service\" is a required field. "
                  "@wrangler.toml:4",
                  "Expected \"streaming_tail_consumers[2].service\" to be of type string but got "
                  "2. @wrangler.toml:4"});
    }
  }

  TEST_CASE("triggers") {
    SUBCASE("list cron expressions") {
      const ReadConfig read =
          ReadTomlAfterHead("[triggers]\ncrons = [\"*/5 * * * *\", \"0 0 1 * *\"]\n");
      CHECK(read.config.crons == Texts{"*/5 * * * *", "0 0 1 * *"});
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
    }
    SUBCASE("may be without any") {
      CHECK(ReadTomlAfterHead("[triggers]\n").Errors().empty());
      CHECK(ReadTomlAfterHead("[triggers]\ncrons = []\n").config.crons.empty());
    }
    SUBCASE("have an array of them") {
      CHECK(ReadTomlAfterHead("[triggers]\ncrons = \"x\"\n").Errors() ==
            Texts{"Expected \"triggers.crons\" to be of type array, but got {\"crons\":\"x\"}. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("warn of an expression that cannot be deployed") {
      const Texts warnings = ReadTomlAfterHead("[triggers]\ncrons = [\"* * * *\"]\n").Warnings();
      REQUIRE(warnings.size() == 1);
      CHECK(warnings[0] ==
            "\"triggers.crons[0]\": \"* * * *\" is no cron expression, because it has 4 fields "
            "instead of five: minute, hour, day of the month, month, day of the week. It can be "
            "triggered by hand here, but not be deployed. @wrangler.toml:5");
    }
    SUBCASE("warn of events") {
      CHECK(ReadTomlAfterHead("triggers = { events = [ {} ] }\n").Warnings() ==
            Texts{"\"triggers.events\" is not supported yet by isolane and is ignored "
                  "@wrangler.toml:4"});
    }
    SUBCASE("warn of what is not known") {
      CHECK(ReadTomlAfterHead("[triggers]\ncron = []\n").Warnings() ==
            Texts{"Unexpected fields found in triggers field: \"cron\" @wrangler.toml:5"});
    }
  }

  TEST_CASE("a cron expression") {
    SUBCASE("has numbers, ranges, steps, lists and names") {
      for (const char* fine :
           {"* * * * *", "0 0 1 1 1", "59 23 31 12 7", "*/5 1-3 1,15 JAN-mar MON-FRI",
            "0-30/10 * * * *", "0 0 L * *", "0 0 15W * *", "0 0 LW * *", "0 0 * * 6L",
            "0 0 * * FRI#2", "0  0 * * sun"}) {
        CAPTURE(fine);
        CHECK(CheckCron(fine).empty());
      }
    }
    SUBCASE("is refused with the part that is wrong") {
      CHECK(CheckCron("60 * * * *") == "\"60\" is no minute");
      CHECK(CheckCron("* 24 * * *") == "\"24\" is no hour");
      CHECK(CheckCron("* * 0 * *") == "\"0\" is no day of the month");
      CHECK(CheckCron("* * * 13 *") == "\"13\" is no month");
      CHECK(CheckCron("* * * * 8") == "\"8\" is no day of the week");
      CHECK(CheckCron("* * * * FRI#6") == "\"FRI#6\" is no day of the week");
      CHECK(CheckCron("*/0 * * * *") == "\"*/0\" is no minute");
      CHECK(CheckCron("1- * * * *") == "\"1-\" is no minute");
      CHECK(CheckCron("1,,2 * * * *") == "\"\" is no minute");
      CHECK(CheckCron("L * * * *") == "\"L\" is no minute");
      CHECK(CheckCron("daily").starts_with("it has 1 field instead of five: minute, "));
      CHECK(CheckCron("") ==
            "it has 0 fields instead of five: minute, hour, day of the month, month, day of the "
            "week");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
