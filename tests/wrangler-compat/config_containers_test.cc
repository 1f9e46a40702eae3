#include "wrangler-compat/config_containers.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

ReadConfig Read(const std::string& container) {
  return ReadTomlAfterHead("[[containers]]\n" + container);
}
Texts Errors(const std::string& container) { return Read(container).Errors(); }

TEST_SUITE("wrangler-compat/config_containers") {
  TEST_CASE("containers") {
    SUBCASE("are accepted, and warned of") {
      const ReadConfig read = Read(
          "class_name = \"C\"\nimage = \"./Dockerfile\"\nmax_instances = 3\n"
          "rollout_step_percentage = [10, 50, 100]\ninstance_type = \"lite\"\n");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() == Texts{"\"containers\" is not supported yet by isolane and is "
                                     "ignored @wrangler.toml:4"});
    }
    SUBCASE("are an array") {
      CHECK(ReadTomlAfterHead("containers = 1\n").Errors() ==
            Texts{"\"containers\" field should be an array, but got 1 @wrangler.toml:4"});
    }
    SUBCASE("are objects") {
      CHECK(ReadTomlAfterHead("containers = [ 1 ]\n").Errors() ==
            Texts{"\"containers\" entries should be objects, but got 1 @wrangler.toml:4"});
    }
    SUBCASE("have a name and an image") {
      CHECK(Errors("max_instances = 1\n") ==
            Texts{"\"containers.name\" is required when \"containers.class_name\" is not defined, "
                  "because there is no class name to derive a default name from. Either name this "
                  "container and reference it from a Durable Object's `exports` entry, or set "
                  "\"containers.class_name\". @wrangler.toml:4",
                  "\"containers.image\" field must be defined for each container app. This should "
                  "be the path to your Dockerfile or an image URI pointing to the Cloudflare "
                  "registry. @wrangler.toml:4"});
    }
    SUBCASE("of a Durable Object allow less") {
      CHECK(Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\n").empty());
      CHECK(Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\nimage = \"i\"\n"
                   "instances = 1\n") ==
            Texts{"Unsupported fields for Durable Object-managed Containers in containers: "
                  "\"image\",\"instances\". Only \"name\", \"class_name\", "
                  "\"scheduling_policy\", \"images\", \"observability\", \"ssh\", "
                  "\"authorized_keys\", and restricted \"unsafe\" settings are supported. "
                  "@wrangler.toml:4"});
    }
  }

  // Each of a container whose fields begin in line 7.
  TEST_CASE("a field of a container") {
    const auto read = [](const std::string& field) {
      return Read("name = \"n\"\nimage = \"i\"\n" + field + "\n");
    };
    const auto error = [&](const std::string& field) {
      const Texts errors = read(field).Errors();
      CAPTURE(field);
      REQUIRE(errors.size() == 1);
      REQUIRE(errors[0].ends_with(" @wrangler.toml:7"));
      return errors[0].substr(0, errors[0].find(" @wrangler.toml:7"));
    };
    SUBCASE("has its type") {
      CHECK(error("class_name = 1") ==
            "Expected \"containers.class_name\" to be of type string but got 1.");
      CHECK(error("max_instances = -1") ==
            "\"containers.max_instances\" field should be a positive number, but got -1");
      CHECK(error("rollout_kind = \"x\"") ==
            "Expected \"containers.rollout_kind\" field to be one of "
            "[\"full_auto\",\"full_manual\",\"none\"] but got \"x\".");
      CHECK(error("rollout_active_grace_period = \"x\"") ==
            "\"containers.rollout_active_grace_period\" field should be a positive number but got "
            "\"x\"");
      CHECK(error("configuration = 1") == "\"containers.configuration\" should be an object");
    }
    SUBCASE("says how large an instance is") {
      CHECK(
          error("instance_type = \"huge\"")
              .starts_with(
                  "Expected \"containers.instance_type\" field to be one of [\"lite\",\"basic\","));
      CHECK(error("instance_type = { vcpu = \"x\" }") ==
            "\"containers.instance_type.vcpu\", when present, should be a number.");
    }
    SUBCASE("says in which steps it is rolled out") {
      const std::string steps = "\"containers.rollout_step_percentage\" ";
      CHECK(error("rollout_step_percentage = 7") ==
            steps + "must be one of [5, 10, 20, 25, 50, 100], but got 7");
      CHECK(error("rollout_step_percentage = \"x\"") ==
            steps + "must be a number or array of numbers, but got \"x\"");
      CHECK(error("rollout_step_percentage = [\"x\", 100]") ==
            steps + "array elements must be numbers, but got \"x\"");
      CHECK(error("rollout_step_percentage = [50, 20, 100]") ==
            steps + "array elements must be in ascending order, but got \"50,20,100\"");
      CHECK(error("rollout_step_percentage = [5, 100]") ==
            steps + "array elements must be between 10 and 100, but got \"5\"");
      CHECK(error("rollout_step_percentage = [10, 20]") ==
            "The final step in " + steps + "must be 100, but got \"20\"");
      CHECK(error("rollout_step_percentage = [10, 20, 100]\nmax_instances = 2") ==
            steps + "cannot have more steps (3) than \"max_instances\" (2)");
    }
    SUBCASE("may be deprecated") {
      const std::string later =
          "\"containers\" is not supported yet by isolane and is ignored @wrangler.toml:4";
      const std::string place = " @wrangler.toml:7";
      CHECK(read("configuration = { image = \"i\" }").Warnings() ==
            Texts{later,
                  "\"containers.configuration\" is deprecated. Use top level \"containers\" fields "
                  "instead. \"configuration.image\" should be \"image\", limits should be set via "
                  "\"instance_type\"." +
                      place});
      CHECK(read("instances = 1").Warnings() == Texts{later,
                                                      "\"containers.instances\" is deprecated. Use "
                                                      "\"containers.max_instances\" instead." +
                                                          place});
      CHECK(read("durable_objects = {}").Warnings() ==
            Texts{later,
                  "\"containers.durable_objects\" is deprecated. Use the \"class_name\" "
                  "field instead." +
                      place});
      CHECK(read("wrangler_ssh = {}").Warnings() ==
            Texts{later,
                  "\"containers.wrangler_ssh\" is deprecated. Use \"containers.ssh\" instead." +
                      place});
      for (const auto& [old, better] :
           {std::pair{"dev", "lite"}, std::pair{"standard", "standard-1"}}) {
        const std::string name(better);
        CHECK(read("instance_type = \"" + std::string(old) + "\"").Warnings() ==
              Texts{later, "The \"" + std::string(old) + "\" instance_type has been renamed to \"" +
                               name +
                               "\" and will be removed in a subsequent version. Please update your "
                               "configuration to use \"" +
                               name + "\" instead." + place});
      }
    }
    SUBCASE("may be unknown") {
      CHECK(read("x = 1").Warnings()[1] ==
            "Unexpected fields found in containers field: \"x\" @wrangler.toml:7");
      CHECK(read("instance_type = { x = 1 }").Warnings()[1] ==
            "Unexpected fields found in containers.instance_type field: \"x\" @wrangler.toml:7");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
