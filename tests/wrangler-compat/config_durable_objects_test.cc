#include "wrangler-compat/config_durable_objects.h"

#include <variant>

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// "ROOM=Room" or "ROOM=Room@script".
Texts Bindings(const ReadConfig& read) {
  Texts texts;
  for (const BindingSpec& binding : read.config.bindings) {
    const auto& objects = std::get<DurableObjectBinding>(binding.value);
    texts.push_back(binding.name + "=" + objects.class_name +
                    (objects.script.empty() ? "" : "@" + objects.script));
  }
  return texts;
}

// "Room sql" or "Room kv".
Texts Classes(const ReadConfig& read) {
  Texts texts;
  for (const DurableObjectClass& one : read.config.durable_objects) {
    texts.push_back(one.name + (one.sqlite ? " sql" : " kv"));
  }
  return texts;
}

std::string Binding(const std::string& fields) {
  return "[durable_objects]\nbindings = [ { " + fields + " } ]\n";
}

constexpr char kRoomMigration[] = "[[migrations]]\ntag = \"v1\"\nnew_sqlite_classes = [\"Room\"]\n";

TEST_SUITE("wrangler-compat/config_durable_objects") {
  TEST_CASE("bindings") {
    SUBCASE("name a class of this Worker or of another one") {
      const ReadConfig read = ReadTomlAfterHead(
          "[durable_objects]\nbindings = [\n  { name = \"ROOM\", class_name = \"Room\" },\n"
          "  { name = \"GAME\", class_name = \"Game\", script_name = \"games\" }\n]\n" +
          std::string(kRoomMigration));
      CHECK(Bindings(read) == Texts{"ROOM=Room", "GAME=Game@games"});
      CHECK(read.config.bindings[1].where == "wrangler.toml:7");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
    }
    SUBCASE("need a name and a class") {
      CHECK(
          ReadTomlAfterHead(Binding("class_name = \"Room\"")).Errors() ==
          Texts{"\"durable_objects.bindings[0]\": {\"class_name\":\"Room\"}\n- binding should have "
                "a string \"name\" field. @wrangler.toml:5"});
      CHECK(ReadTomlAfterHead(Binding("class_name = 1")).Errors() ==
            Texts{"\"durable_objects.bindings[0]\": {\"class_name\":1}\n- binding should have a "
                  "string \"name\" field. @wrangler.toml:5",
                  "\"durable_objects.bindings[0]\": {\"class_name\":1}\n- binding should have a "
                  "string \"class_name\" field. @wrangler.toml:5"});
      CHECK(ReadTomlAfterHead(Binding("name = \"A\", class_name = \"B\", remote = 1")).Errors() ==
            Texts{"\"durable_objects.bindings[0]\": "
                  "{\"name\":\"A\",\"class_name\":\"B\",\"remote\":1}\n- "
                  "\"durable_objects.bindings[0]\" should, optionally, have a boolean \"remote\" "
                  "field but got {\"name\":\"A\",\"class_name\":\"B\",\"remote\":1}. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("are objects that have nothing else") {
      CHECK(
          ReadTomlAfterHead("[durable_objects]\nbindings = [ 1 ]\n").Errors() ==
          Texts{"\"durable_objects.bindings[0]\": 1\n- Expected \"durable_objects.bindings[0]\" to "
                "be an object but got 1 @wrangler.toml:5"});
      CHECK(
          ReadTomlAfterHead(Binding("name = \"A\", class_name = \"Room\", x = 1") + kRoomMigration)
              .Warnings() ==
          Texts{"\"durable_objects.bindings[0]\": "
                "{\"name\":\"A\",\"class_name\":\"Room\",\"x\":1}\n- "
                "Unexpected fields found in durable_objects.bindings[0] field: \"x\" "
                "@wrangler.toml:5"});
    }
    SUBCASE("have strings in their other fields") {
      CHECK(ReadTomlAfterHead(Binding("name = \"A\", class_name = \"B\", script_name = 1"))
                .Errors() ==
            Texts{"\"durable_objects.bindings[0]\": "
                  "{\"name\":\"A\",\"class_name\":\"B\",\"script_name\":1}\n- the field "
                  "\"script_name\", when present, should be a string. @wrangler.toml:5"});
      CHECK(
          ReadTomlAfterHead(Binding("name = \"A\", class_name = \"B\", environment = \"e\""))
              .Errors() ==
          Texts{
              "\"durable_objects.bindings[0]\": "
              "{\"name\":\"A\",\"class_name\":\"B\",\"environment\":\"e\"}\n- binding should have "
              "a \"script_name\" field if \"environment\" is present. @wrangler.toml:5"});
    }
    SUBCASE("are an array in an object") {
      CHECK(ReadTomlAfterHead("durable_objects = 1\n").Errors() ==
            Texts{"The field \"durable_objects\" should be an object but got 1. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("[durable_objects]\nbindings = 1\n").Errors() ==
            Texts{"The field \"durable_objects.bindings\" should be an array but got 1. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("may be none") { CHECK(ReadTomlAfterHead("[durable_objects]\n").Errors().empty()); }
    SUBCASE("share their names with no other binding") {
      const Texts errors =
          ReadTomlAfterHead("services = [ { binding = \"A\", service = \"s\" } ]\n" +
                            Binding("name = \"A\", class_name = \"Room\"") + kRoomMigration)
              .Errors();
      REQUIRE(!errors.empty());
      CHECK(errors[0].starts_with("A assigned to Durable Object and Worker bindings."));
    }
  }

  TEST_CASE("an entrypoint among the exports has a cache that is on or off") {
    const auto read = [](const std::string& cache) {
      return ReadTomlAfterHead("[exports.D]\ntype = \"worker\"\n" + cache + "\n");
    };
    CHECK(read("cache = \"x\"").Errors() ==
          Texts{"\"exports.D.cache\" should be an object but got \"x\". @wrangler.toml:6"});
    CHECK(read("cache = {}").Errors() ==
          Texts{"\"exports.D.cache.enabled\" is a required field. @wrangler.toml:6"});
    CHECK(read("cache = { enabled = 1 }").Errors() ==
          Texts{"Expected \"exports.D.cache.enabled\" to be of type boolean but got 1. "
                "@wrangler.toml:6"});
    CHECK(read("cache = { enabled = true }").Errors().empty());
    CHECK(read("storage = \"sqlite\"").Warnings() ==
          Texts{"Unexpected fields found in exports.D field: \"storage\" @wrangler.toml:6"});
  }

  TEST_CASE("migrations say which classes there are and how they store") {
    SUBCASE("one after the other") {
      CHECK(
          Classes(ReadTomlAfterHead(
              "[[migrations]]\ntag = \"v1\"\nnew_classes = [\"A\", \"B\"]\n"
              "[[migrations]]\ntag = \"v2\"\nnew_sqlite_classes = [\"C\"]\n"
              "renamed_classes = [ { from = \"A\", to = \"D\" } ]\ndeleted_classes = [\"B\"]\n")) ==
          Texts{"D kv", "C sql"});
    }
    SUBCASE("in wrangler's order inside of one: deleted, renamed, new") {
      CHECK(
          Classes(ReadTomlAfterHead(
              "[[migrations]]\ntag = \"v1\"\nnew_classes = [\"A\", \"B\"]\n"
              "[[migrations]]\ntag = \"v2\"\nnew_sqlite_classes = [\"A\", \"B\"]\n"
              "renamed_classes = [ { from = \"A\", to = \"C\" } ]\ndeleted_classes = [\"B\"]\n")) ==
          Texts{"C kv", "A sql", "B sql"});
    }
    SUBCASE("of classes that are new only once, and there to be deleted") {
      const auto errors = [](const std::string& second) {
        return ReadTomlAfterHead(
                   "[[migrations]]\ntag = \"v1\"\nnew_classes = [\"C\"]\n"
                   "[[migrations]]\ntag = \"v2\"\n" +
                   second + "\n")
            .Errors();
      };
      CHECK(errors("new_classes = [\"D\",\n\"C\"]\ndeleted_classes = []") ==
            Texts{"Cannot apply new_classes migration to existing class C @wrangler.toml:10"});
      CHECK(errors("new_sqlite_classes = [\"C\", \"C\"]") ==
            Texts{"Cannot apply new_sqlite_classes migration to existing class C "
                  "@wrangler.toml:9"});
      CHECK(errors("deleted_classes = [\"X\"]") ==
            Texts{"Cannot apply deleted_classes migration to non-existent class X "
                  "@wrangler.toml:9"});
    }
    SUBCASE("with a tag") {
      CHECK(ReadTomlAfterHead("[[migrations]]\nnew_classes = [\"A\"]\n").Errors() ==
            Texts{"\"migrations[0].tag\" is a required field. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("[[migrations]]\ntag = 1\n").Errors() ==
            Texts{"Expected \"migrations[0].tag\" to be of type string but got 1. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("in an array of objects") {
      CHECK(ReadTomlAfterHead("migrations = 1\n").Errors() ==
            Texts{"The optional \"migrations\" field should be an array, but got 1 "
                  "@wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("migrations = [ 1 ]\n").Errors() ==
            Texts{"\"migrations[0].tag\" is a required field. @wrangler.toml:4"});
    }
    SUBCASE("with lists of what becomes what") {
      const auto errors = [](const std::string& list) {
        return ReadTomlAfterHead("[[migrations]]\ntag = \"a\"\n" + list + "\n").Errors();
      };
      CHECK(errors("renamed_classes = 1") ==
            Texts{"Expected \"migrations[0].renamed_classes\" to be an array of \"{from: string, "
                  "to: string}\" objects but got 1. @wrangler.toml:6"});
      CHECK(errors("renamed_classes = [ { from = \"A\", to = 1 } ]") ==
            Texts{"Expected \"migrations[0].renamed_classes\" to be an array of \"{from: string, "
                  "to: string}\" objects but got [{\"from\":\"A\",\"to\":1}]. "
                  "@wrangler.toml:6"});
      CHECK(errors("transferred_classes = [ {} ]") ==
            Texts{"Expected \"migrations[0].transferred_classes\" to be an array of \"{from: "
                  "string, from_script: string, to: string}\" objects but got [{}]. "
                  "@wrangler.toml:6"});
    }
    SUBCASE("with lists of strings") {
      CHECK(ReadTomlAfterHead("[[migrations]]\ntag = \"a\"\nnew_classes = [1]\n").Errors() ==
            Texts{"Expected \"migrations[0].new_classes.[0]\" to be of type string but got 1. "
                  "@wrangler.toml:6"});
      CHECK(ReadTomlAfterHead("[[migrations]]\ntag = \"a\"\ndeleted_classes = \"A\"\n").Errors() ==
            Texts{"Expected \"migrations[0].deleted_classes\" to be an array of strings but got "
                  "\"A\" @wrangler.toml:6"});
    }
    SUBCASE("and rename only what exists") {
      const Texts errors =
          ReadTomlAfterHead(
              "[[migrations]]\ntag = \"a\"\nrenamed_classes = [ { from = \"A\", to = \"D\" } ]\n")
              .Errors();
      REQUIRE(errors.size() == 1);
      CHECK(
          errors[0].starts_with("Cannot apply renamed_classes migration to non-existent class A"));
    }
  }

  TEST_CASE("exports say the same in another form") {
    SUBCASE("per class") {
      CHECK(Classes(ReadTomlAfterHead(
                "[exports.Room]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n"
                "[exports.Old]\ntype = \"durable-object\"\nstorage = "
                "\"legacy-kv\"\n[exports.Api]\ntype = \"worker\"\n")) ==
            Texts{"Room sql", "Old kv"});
    }
    SUBCASE("and not beside migrations") {
      CHECK(ReadTomlAfterHead(std::string(kRoomMigration) +
                              "[exports.Room]\ntype = \"durable-object\"\n")
                .Errors() ==
            Texts{"\"exports.Room.storage\" is required for state \"created\" and must be one of "
                  "sqlite and legacy-kv, but got undefined @wrangler.toml:7",
                  "`migrations` and `exports` are mutually exclusive. Choose one or the other to "
                  "declare your Durable Object lifecycle, but not both. @wrangler.toml:7"});
    }
    SUBCASE("beside migrations that are of other exports") {
      const ReadConfig read =
          ReadTomlAfterHead(std::string(kRoomMigration) + "[exports.Api]\ntype = \"worker\"\n");
      CHECK(read.Errors().empty());
      CHECK(Classes(read) == Texts{"Room sql"});
    }
  }

  TEST_CASE("when code is replaced") {
    const auto errors = [](const std::string& strategy) {
      return ReadTomlAfterHead(
                 "[durable_objects]\nbindings = []\ncode_update_strategy = " + strategy + "\n")
          .Errors();
    };
    SUBCASE("means nothing here") {
      CHECK(errors("{ mode = \"deferred\", max_delay = 1.5 }").empty());
      CHECK(errors("{ mode = \"immediate\", max_delay = 0 }").empty());
    }
    SUBCASE("is an object with a mode") {
      CHECK(errors("1") == Texts{"The field \"durable_objects.code_update_strategy\" should be an "
                                 "object but got 1. @wrangler.toml:6"});
      CHECK(errors("{}") ==
            Texts{"\"durable_objects.code_update_strategy.mode\" is a required field. "
                  "@wrangler.toml:6"});
      CHECK(errors("{ mode = \"x\" }") ==
            Texts{"Expected \"durable_objects.code_update_strategy.mode\" field to be one of "
                  "[\"immediate\",\"deferred\"] but got \"x\". @wrangler.toml:6"});
    }
    SUBCASE("waits for whole milliseconds of a day at most") {
      const std::string start = "Expected \"durable_objects.code_update_strategy.max_delay\" to ";
      for (const std::string delay : {"-1", "86401"}) {
        CHECK(errors("{ mode = \"deferred\", max_delay = " + delay + " }") ==
              Texts{start + "be between 0 and 86400 seconds but got " + delay +
                    ". @wrangler.toml:6"});
      }
      for (const std::string delay : {"0.0001", "1.0005"}) {
        CHECK(errors("{ mode = \"deferred\", max_delay = " + delay + " }") ==
              Texts{start + "use millisecond precision but got " + delay + ". @wrangler.toml:6"});
      }
    }
  }

  TEST_CASE("bindings to classes that neither mentions are warned of, with what to write") {
    const std::string rest =
        "), but no live `exports` entry for them. This may not work as expected until you add a "
        "live `durable-object` entry to `exports` for each. Add the following configuration:\n";
    SUBCASE("in TOML") {
      CHECK(ReadTomlAfterHead("[durable_objects]\nbindings = [ { name = \"A\", class_name = "
                              "\"Room\" }, { name = \"B\", class_name = \"Game\" }, { name = "
                              "\"C\", class_name = \"Room\" } ]\n")
                .Warnings() ==
            Texts{"In your wrangler.toml file, you have configured `durable_objects` exported by "
                  "this Worker (Room, Game, Room" +
                  rest +
                  "```\n[exports.Room]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n\n"
                  "[exports.Game]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n``` "
                  "@wrangler.toml:4"});
    }
    SUBCASE("in JSON") {
      CHECK(ReadWholeJson("{\"name\":\"w\",\"main\":\"i.js\",\"compatibility_date\":"
                          "\"2024-09-23\",\n\"durable_objects\":{\"bindings\":[{\"name\":\"A\","
                          "\"class_name\":\"Room\"},{\"name\":\"B\",\"class_name\":\"Game\"}]}}")
                .Warnings() ==
            Texts{"In your wrangler.jsonc file, you have configured `durable_objects` exported by "
                  "this Worker (Room, Game" +
                  rest +
                  "```\n{\n  \"exports\": {\n    \"Room\": {\n      \"type\": "
                  "\"durable-object\",\n      \"storage\": \"sqlite\"\n    },\n    \"Game\": "
                  "{\n      \"type\": \"durable-object\",\n      \"storage\": \"sqlite\"\n    "
                  "}\n  }\n}\n``` @wrangler.jsonc:2"});
    }
  }

  TEST_CASE("migrations beside exports are looked at, but not applied") {
    CHECK(
        ReadTomlAfterHead("migrations = [ { deleted_classes = [ \"Gone\", 1 ] } ]\n[exports.Room]\n"
                          "type = \"durable-object\"\nstorage = \"sqlite\"\n")
            .Errors() ==
        Texts{"\"migrations[0].tag\" is a required field. @wrangler.toml:4",
              "Expected \"migrations[0].deleted_classes.[1]\" to be of type string but got 1. "
              "@wrangler.toml:4",
              "`migrations` and `exports` are mutually exclusive. Choose one or the other to "
              "declare your Durable Object lifecycle, but not both. @wrangler.toml:5"});
  }

  TEST_CASE("with migrations, no class is missed among the exports") {
    CHECK(ReadTomlAfterHead(Binding("name = \"A\", class_name = \"Other\"") + kRoomMigration)
              .Warnings()
              .empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
