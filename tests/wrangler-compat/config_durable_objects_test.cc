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
      CHECK(ReadTomlAfterHead(Binding("class_name = \"Room\"")).Errors() ==
            Texts{"\"durable_objects.bindings[0]\": binding should have a string \"name\" field. "
                  "@wrangler.toml:5"});
      CHECK(ReadTomlAfterHead(Binding("name = \"A\", class_name = 1")).Errors() ==
            Texts{"\"durable_objects.bindings[0]\": binding should have a string \"class_name\" "
                  "field. @wrangler.toml:5"});
    }
    SUBCASE("have strings in their other fields") {
      CHECK(
          ReadTomlAfterHead(Binding("name = \"A\", class_name = \"B\", script_name = 1"))
              .Errors() ==
          Texts{"\"durable_objects.bindings[0]\": the field \"script_name\", when present, should "
                "be a string. @wrangler.toml:5"});
      CHECK(ReadTomlAfterHead(Binding("name = \"A\", class_name = \"B\", environment = \"e\""))
                .Errors() ==
            Texts{"\"durable_objects.bindings[0]\": binding should have a \"script_name\" field if "
                  "\"environment\" is present. @wrangler.toml:5"});
    }
    SUBCASE("are an array in an object") {
      CHECK(
          ReadTomlAfterHead("durable_objects = 1\n").Errors() ==
          Texts{"The field \"durable_objects\" should be an object but got 1.\n @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("[durable_objects]\n").Errors() ==
            Texts{"The field \"durable_objects\" is missing the required \"bindings\" property.\n "
                  "@wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("[durable_objects]\nbindings = 1\n").Errors() ==
            Texts{"The field \"durable_objects.bindings\" should be an array but got 1.\n "
                  "@wrangler.toml:5"});
    }
    SUBCASE("share their names with no other binding") {
      const Texts errors =
          ReadTomlAfterHead("services = [ { binding = \"A\", service = \"s\" } ]\n" +
                            Binding("name = \"A\", class_name = \"Room\"") + kRoomMigration)
              .Errors();
      REQUIRE(!errors.empty());
      CHECK(errors[0].starts_with("A assigned to Durable Object and Worker bindings."));
    }
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
    SUBCASE("with a tag") {
      CHECK(ReadTomlAfterHead("[[migrations]]\nnew_classes = [\"A\"]\n").Errors() ==
            Texts{"\"migrations[0].tag\" is a required field. @wrangler.toml:4"});
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
    SUBCASE("of a known type") {
      CHECK(ReadTomlAfterHead("[exports.Room]\ntype = \"x\"\n").Errors() ==
            Texts{"\"exports.Room.type\" must be \"durable-object\", \"worker\", or \"workflow\", "
                  "but got \"x\". @wrangler.toml:5"});
    }
    SUBCASE("with their storage") {
      CHECK(ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\n").Errors() ==
            Texts{"\"exports.Room.storage\" is required for state \"created\" and must be one of "
                  "sqlite and legacy-kv, but got undefined. @wrangler.toml:4"});
    }
    SUBCASE("unless they are gone") {
      const ReadConfig read =
          ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\nstate = \"deleted\"\n");
      CHECK(read.Errors().empty());
      CHECK(read.config.durable_objects.empty());
    }
    SUBCASE("and not beside migrations") {
      CHECK(ReadTomlAfterHead(std::string(kRoomMigration) +
                              "[exports.Room]\ntype = \"durable-object\"\n")
                .Errors() ==
            Texts{"`migrations` and `exports` are mutually exclusive. Choose one or the other to "
                  "declare your Durable Object lifecycle, but not both. @wrangler.toml:7"});
    }
  }

  TEST_CASE("a binding to a class that neither mentions is warned of") {
    const Texts warnings =
        ReadTomlAfterHead(Binding("name = \"ROOM\", class_name = \"Room\"")).Warnings();
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("`durable_objects` exported by this Worker (Room)") !=
          std::string::npos);
    CHECK(warnings[0].find("[exports.Room]\ntype = \"durable-object\"\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::wrangler
