#include "wrangler-compat/config_unsafe.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

ReadConfig Read(const std::string& fields) {
  return ReadTomlAfterHead("unsafe = { " + fields + " }\n");
}

constexpr char kExperimental[] =
    "\"unsafe\" fields are experimental and may change or break at any time. @wrangler.toml:4";

TEST_SUITE("wrangler-compat/config_unsafe") {
  TEST_CASE("unsafe") {
    const std::string place = " @wrangler.toml:4";
    SUBCASE("is experimental, even when empty, and told once") {
      CHECK(Read("").Warnings() == Texts{kExperimental});
      CHECK(Read("").Errors().empty());
      CHECK(ReadTomlAfterHead("unsafe = 1").Warnings() == Texts{kExperimental});
      const ReadConfig both = ReadTomlIn("x", "unsafe = {}\n[env.x]\nunsafe = {}\n");
      CHECK(both.Warnings() == Texts{kExperimental});
      CHECK(both.EnvironmentMessages(Severity::kWarning).empty());
      CHECK(ReadTomlIn("x", "[env.x]\nunsafe = {}\n").EnvironmentMessages(Severity::kWarning) ==
            Texts{"\"unsafe\" fields are experimental and may change or break at any time. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("has objects") {
      CHECK(Read("metadata = 1").Errors() ==
            Texts{"The field \"unsafe.metadata\" should be an object but got 1." + place});
      CHECK(Read("capnp = []").Errors() ==
            Texts{"The field \"unsafe.capnp\" should be an object but got []." + place});
    }
    SUBCASE("is told the first mistake only") {
      CHECK(Read("metadata = 1, capnp = 1").Errors().size() == 1);
      const ReadConfig read = Read("bindings = [ { name = \"a\" } ], metadata = 1, x = 1");
      CHECK(read.Errors() ==
            Texts{"\"unsafe.bindings[0]\": {\"name\":\"a\"}\n- binding should have "
                  "a string \"type\" field." +
                  place});
      CHECK(read.Warnings() == Texts{kExperimental});
    }
    SUBCASE("has schemas either compiled or not") {
      CHECK(Read("capnp = { compiled_schema = \"x\" }").Errors().empty());
      CHECK(Read("capnp = { base_path = \"x\", source_schemas = [ \"y\" ] }").Errors().empty());
      CHECK(
          Read("capnp = { compiled_schema = 1 }").Errors() ==
          Texts{"The field \"unsafe.capnp.compiled_schema\", when present, should be a string but "
                "got 1." +
                place});
      CHECK(Read("capnp = { compiled_schema = \"x\", base_path = \"y\" }").Errors() ==
            Texts{"The field \"unsafe.capnp\" cannot contain both \"compiled_schema\" and one of "
                  "\"base_path\" or \"source_schemas\"." +
                  place});
      CHECK(Read("capnp = {}").Errors() ==
            Texts{"The field \"unsafe.capnp.base_path\", when present, should be a string but got "
                  "undefined" +
                      place,
                  "Expected \"unsafe.capnp.source_schemas\" to be an array of strings but got "
                  "undefined" +
                      place});
    }
    SUBCASE("has no other fields") {
      CHECK(Read("x = 1").Warnings() ==
            Texts{kExperimental, "Unexpected fields found in unsafe field: \"x\"" + place});
    }
    SUBCASE("is checked in previews, too, where nothing is experimental") {
      const ReadConfig read = ReadTomlAfterHead("previews = { unsafe = { metadata = 1 } }");
      CHECK(read.Errors() ==
            Texts{"The field \"previews.unsafe.metadata\" should be an object but got 1." + place});
      CHECK(read.Warnings().empty());
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
