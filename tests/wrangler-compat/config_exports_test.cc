#include "wrangler-compat/config_exports.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/config_exports") {
  TEST_CASE("exports are told") {
    SUBCASE("of a known type") {
      CHECK(ReadTomlAfterHead("[exports.Room]\ntype = \"x\"\n").Errors() ==
            Texts{"\"exports.Room.type\" must be \"durable-object\", \"worker\", or \"workflow\", "
                  "but got \"x\". @wrangler.toml:5"});
    }
    SUBCASE("with their storage") {
      CHECK(ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\n").Errors() ==
            Texts{"\"exports.Room.storage\" is required for state \"created\" and must be one of "
                  "sqlite and legacy-kv, but got undefined @wrangler.toml:4"});
    }
    SUBCASE("by the name of the class") {
      CHECK(ReadTomlAfterHead("exports = [ 1 ]\n").Errors() ==
            Texts{"The optional \"exports\" field should be an object keyed by class name, but got "
                  "[1] @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("exports = { Room = 1 }\n").Errors() ==
            Texts{"\"exports.Room\" should be an object but got 1. @wrangler.toml:4"});
    }
    SUBCASE("in a known state") {
      CHECK(ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\nstate = \"x\"\n")
                .Errors() ==
            Texts{"\"exports.Room.state\" must be one of \"created\", \"deleted\", \"renamed\", "
                  "\"transferred\", or \"expecting-transfer\" but got \"x\". @wrangler.toml:6"});
    }
    SUBCASE("with the other end of a move") {
      const auto errors = [](const std::string& more) {
        return ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\n" + more).Errors();
      };
      CHECK(errors("state = \"renamed\"\n") ==
            Texts{"\"exports.Room.renamed_to\" is required for state \"renamed\" and must be a "
                  "non-empty string. @wrangler.toml:4"});
      CHECK(errors("state = \"transferred\"\ntransferred_to = \"\"\n") ==
            Texts{"\"exports.Room.transferred_to\" is required for state \"transferred\" and must "
                  "be a non-empty string. @wrangler.toml:7"});
      CHECK(errors("state = \"expecting-transfer\"\nstorage = \"sqlite\"\n") ==
            Texts{"\"exports.Room.transfer_from\" is required for state \"expecting-transfer\" and "
                  "must be a non-empty string. @wrangler.toml:4"});
    }
    SUBCASE("unless they are gone") {
      const ReadConfig read =
          ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\nstate = \"deleted\"\n");
      CHECK(read.Errors().empty());
      CHECK(read.config.durable_objects.empty());
    }
    SUBCASE("with what belongs to their state, and nothing else") {
      const auto errors = [](const std::string& more) {
        return ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\n" + more).Errors();
      };
      CHECK(errors("storage = \"sqlite\"\nx = 1\n") ==
            Texts{"\"exports.Room.x\" is forbidden on state \"created\". @wrangler.toml:7",
                  "Allowed properties are: type, state, storage, and container. @wrangler.toml:4"});
      CHECK(errors("state = \"deleted\"\nstorage = \"sqlite\"\n") ==
            Texts{"\"exports.Room.storage\" is forbidden on state \"deleted\". @wrangler.toml:7",
                  "Allowed properties are: type and state. @wrangler.toml:4"});
    }
    SUBCASE("with another name that a class can have") {
      const auto errors = [](const std::string& name) {
        return ReadTomlAfterHead(
                   "[exports.Room]\ntype = \"durable-object\"\nstate = \"renamed\"\nrenamed_to = "
                   "\"" +
                   name + "\"\n")
            .Errors();
      };
      CHECK(errors("Game_2").empty());
      CHECK(errors("2 b") ==
            Texts{"\"exports.Room.renamed_to\" must be a valid JavaScript identifier "
                  "(got \"2 b\"). @wrangler.toml:7"});
      CHECK(errors("Room") ==
            Texts{"\"exports.Room.renamed_to\" cannot equal the source class name "
                  "\"Room\". @wrangler.toml:7"});
    }
    SUBCASE("with a container that needs SQLite") {
      const auto errors = [](const std::string& rest) {
        return ReadTomlAfterHead("[exports.Room]\ntype = \"durable-object\"\n" + rest).Errors();
      };
      const std::string container =
          "container = \"c\"\n[[containers]]\nname = \"c\"\nimage = \"docker.io/i:1\"\n";
      CHECK(errors("storage = \"sqlite\"\n" + container).empty());
      CHECK(errors("storage = \"sqlite\"\ncontainer = 1\n") ==
            Texts{"\"exports.Room.container\" must be a non-empty string naming a container in the "
                  "\"containers\" array, but got 1. @wrangler.toml:7"});
      CHECK(
          errors("storage = \"legacy-kv\"\n" + container) ==
          Texts{"\"exports.Room.container\" requires \"storage\" to be \"sqlite\". Containers are "
                "not supported on Durable Objects using the \"legacy-kv\" storage backend. "
                "@wrangler.toml:7"});
    }
  }

  TEST_CASE("two exports are not one Workflow") {
    CHECK(ReadTomlAfterHead("[exports.A]\ntype = \"workflow\"\nname = \"w\"\n[exports.B]\ntype = "
                            "\"workflow\"\nname = \"w\"\n")
              .Errors() ==
          Texts{"\"exports.A\" and \"exports.B\" both declare the Workflow \"w\". Workflow names "
                "must be unique. @wrangler.toml:9"});
  }

  TEST_CASE("a class has a name") {
    CHECK(ReadTomlAfterHead("[exports.\"\"]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n")
              .Errors() == Texts{"\"export\" keys cannot be the empty string. @wrangler.toml:4"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
