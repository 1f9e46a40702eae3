#include "wrangler-compat/config_previews.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/config_previews") {
  TEST_CASE("previews") {
    const auto read = [](const std::string& field) {
      return ReadTomlAfterHead("[previews]\n" + field + "\n");
    };
    const auto errors = [&](const std::string& field) { return read(field).Errors(); };
    const std::string place = " @wrangler.toml:5";
    SUBCASE("have bindings of their own") {
      const ReadConfig good = read("vars = { A = \"1\" }\nkv_namespaces = [ { binding = \"K\" } ]");
      CHECK(good.Errors().empty());
      CHECK(good.Warnings().empty());
      CHECK(good.config.bindings.empty());
      CHECK(errors("vars = 1") ==
            Texts{"The field \"previews.vars\" should be an object but got 1.\n" + place});
      CHECK(errors("kv_namespaces = 1") ==
            Texts{"The field \"previews.kv_namespaces\" should be an array but got 1." + place});
      CHECK(errors("kv_namespaces = [ {} ]") ==
            Texts{"\"previews.kv_namespaces[0]\" bindings should have a string \"binding\" field "
                  "but got {}." +
                  place});
      CHECK(errors("durable_objects = {}") ==
            Texts{"The field \"previews.durable_objects\" is missing the required \"bindings\" "
                  "property." +
                  place});
      CHECK(errors("durable_objects = { bindings = 1 }") ==
            Texts{"The field \"previews.durable_objects.bindings\" should be an array but got 1." +
                  place});
      CHECK(errors("ai = { binding = \"A\", remote = 1 }") ==
            Texts{"\"previews.ai\" should, optionally, have a boolean \"remote\" field but got "
                  "{\"binding\":\"A\",\"remote\":1}." +
                  place});
    }
    SUBCASE("have settings of their own") {
      CHECK(errors("define = { A = 1 }") ==
            Texts{"The field \"previews.define.A\" should be a string but got 1." + place});
      CHECK(errors("logpush = 1") ==
            Texts{"Expected \"previews.logpush\" to be of type boolean but got 1." + place});
      CHECK(
          errors("limits = { cpu_ms = \"x\" }") ==
          Texts{"Expected \"previews.limits.cpu_ms\" to be of type number but got \"x\"." + place});
      CHECK(errors("placement = { hint = \"x\" }") ==
            Texts{"\"previews.placement.mode\" is a required field." + place,
                  "\"previews.placement.hint\" can only be set when \"previews.placement.mode\" is "
                  "\"smart\"" +
                      place});
      CHECK(errors("observability = 1") ==
            Texts{"\"previews.observability\" should be an object but got 1." + place});
    }
    SUBCASE("warn of what they do not know") {
      CHECK(read("x = 1").Warnings() ==
            Texts{"Unexpected fields found in previews field: \"x\"" + place});
      CHECK(read("observability = { enabled = true, x = 1 }").Warnings() ==
            Texts{"Unexpected fields found in previews.observability field: \"x\"" + place});
      CHECK(read("durable_objects = { bindings = [ { name = \"D\", class_name = \"D\", x = 1 } ] }")
                .Warnings() ==
            Texts{"\"previews.durable_objects.bindings[0]\": "
                  "{\"name\":\"D\",\"class_name\":\"D\",\"x\":1}\n- Unexpected fields found in "
                  "previews.durable_objects.bindings[0] field: \"x\"" +
                  place});
    }
    SUBCASE("do not warn of what isolane has not") {
      CHECK(read("queues = { consumers = [ { queue = \"q\" } ] }").Warnings().empty());
    }
  }

  TEST_CASE("cloudchamber") {
    const auto errors = [](const std::string& fields) {
      return ReadTomlAfterHead("cloudchamber = { " + fields + " }\n").Errors();
    };
    CHECK(errors("image = \"x\", vcpu = 1, memory = \"1GB\", ipv4 = true").empty());
    CHECK(errors("image = 1") ==
          Texts{"\"cloudchamber\" bindings should, optionally, have a string "
                "\"image\" field but got {\"image\":1}. @wrangler.toml:4"});
    CHECK(errors("ipv4 = 1") ==
          Texts{"\"cloudchamber\" bindings should, optionally, have a boolean "
                "\"ipv4\" field but got {\"ipv4\":1}. @wrangler.toml:4"});
    CHECK(errors("instance_type = \"huge\"") ==
          Texts{"\"instance_type\" should be one of 'lite', 'basic', 'standard-1', 'standard-2', "
                "'standard-3', or 'standard-4', but got huge @wrangler.toml:4"});
    CHECK(errors("instance_type = \"lite\", vcpu = 1") ==
          Texts{"\"cloudchamber\" configuration should not set either \"memory\" or \"vcpu\" with "
                "\"instance_type\" @wrangler.toml:4"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
