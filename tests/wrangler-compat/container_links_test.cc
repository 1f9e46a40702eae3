#include "wrangler-compat/container_links.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// JSON, of which the containers stand in line 2 and the exports in line 3.
Texts Errors(const std::string& containers, const std::string& exports) {
  return ReadWholeJson(
             "{\"name\":\"w\",\"main\":\"i.js\",\"compatibility_date\":\"2026-01-01\",\n"
             "\"containers\":[" +
             containers + "],\n\"exports\":{" + exports + "}}")
      .Errors();
}

std::string Container(const std::string& fields) {
  return "{\"image\":\"docker.io/i:1\"," + fields + "}";
}
std::string Object(const std::string& name, const std::string& fields = "\"storage\":\"sqlite\"") {
  return "\"" + name + "\":{\"type\":\"durable-object\"," + fields + "}";
}
std::string With(const std::string& container) {
  return "\"storage\":\"sqlite\",\"container\":\"" + container + "\"";
}

TEST_SUITE("wrangler-compat/container_links") {
  TEST_CASE("a container and its Durable Object") {
    SUBCASE("are linked from either side, or from both") {
      CHECK(Errors(Container("\"name\":\"c\""), Object("A", With("c"))).empty());
      CHECK(Errors(Container("\"class_name\":\"A\""), Object("A")).empty());
      CHECK(
          Errors(Container("\"class_name\":\"A\",\"name\":\"c\""), Object("A", With("c"))).empty());
      CHECK(Errors(Container("\"class_name\":\"A\""), Object("A", With("w-a"))).empty());
    }
    SUBCASE("have to be linked") {
      CHECK(Errors(Container("\"name\":\"c\""), Object("A")) ==
            Texts{"The container \"c\" is not linked to a Durable Object. Either set "
                  "\"containers.class_name\", or reference this container from a Durable Object's "
                  "`exports` entry via its \"container\" field. @wrangler.jsonc:2"});
      CHECK(Errors("", Object("A", With("c"))) ==
            Texts{"\"exports.A.container\" references a container named \"c\", but no container "
                  "with that name is defined in \"containers\". @wrangler.jsonc:3"});
      CHECK(Errors(Container("\"class_name\":\"B\",\"name\":\"c\""), Object("A")) ==
            Texts{"The container \"c\" sets \"class_name\" to \"B\", but \"exports\" has no live "
                  "\"durable-object\" entry for \"B\". @wrangler.jsonc:2"});
    }
    SUBCASE("say the same of each other") {
      const std::string both = Container("\"name\":\"c\",\"class_name\":\"A\"");
      CHECK(
          Errors(both + "," + Container("\"name\":\"d\",\"class_name\":\"B\""),
                 Object("A", With("d")) + "," + Object("B")) ==
          Texts{"The container \"c\" sets \"class_name\" to \"A\", but \"exports.A.container\" is "
                "\"d\". A Durable Object and its container must reference each other "
                "consistently. @wrangler.jsonc:2",
                "The container \"d\" sets \"class_name\" to \"B\", but \"exports.A.container\" "
                "references it. A Durable Object and its container must reference each other "
                "consistently. @wrangler.jsonc:2"});
    }
    SUBCASE("are one of each") {
      const std::string one = Container("\"name\":\"c\",\"class_name\":\"A\"");
      CHECK(Errors(one + "," + one, Object("A")) ==
            Texts{"\"containers\" contains more than one container named \"c\". Container names "
                  "must be unique. @wrangler.jsonc:2",
                  "More than one container is attached to the Durable Object \"A\". A Durable "
                  "Object can only have one container attached to it. @wrangler.jsonc:2"});
      CHECK(Errors(Container("\"name\":\"c\""),
                   Object("A", With("c")) + "," + Object("B", With("c"))) ==
            Texts{"The container \"c\" is referenced by more than one Durable Object export (A, "
                  "B). A container can only back a single Durable Object. @wrangler.jsonc:3"});
    }
    SUBCASE("need storage on SQLite") {
      CHECK(Errors(Container("\"name\":\"c\",\"class_name\":\"A\""),
                   Object("A", "\"storage\":\"legacy-kv\"")) ==
            Texts{"The container \"c\" sets \"class_name\" to \"A\", but \"exports.A.storage\" is "
                  "\"legacy-kv\". Containers are not supported on Durable Objects using the "
                  "\"legacy-kv\" storage backend. @wrangler.jsonc:2"});
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
