#include "wrangler-compat/config_containers.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// Stands behind the container "n".
constexpr char kLink[] =
    "[exports.L]\ntype = \"durable-object\"\nstorage = \"sqlite\"\ncontainer = \"n\"\n";

ReadConfig Read(const std::string& container) {
  return ReadTomlAfterHead("[[containers]]\n" + container);
}
Texts Errors(const std::string& container) { return Read(container).Errors(); }

TEST_SUITE("wrangler-compat/config_containers") {
  TEST_CASE("containers") {
    SUBCASE("are accepted, and warned of") {
      const ReadConfig read = Read(
          "class_name = \"C\"\nimage = \"docker.io/i:1\"\nmax_instances = 3\n"
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
    SUBCASE("of a Durable Object have images") {
      const auto error = [](const std::string& field) {
        const Texts errors =
            Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\n" + field + "\n");
        CAPTURE(field);
        REQUIRE(errors.size() == 1);
        return errors[0].substr(0, errors[0].find(" @wrangler.toml:7"));
      };
      const std::string pinned = "registry.cloudflare.com/a/b@sha256:" + std::string(64, '0');
      CHECK(Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\n"
                   "images = { i = { image = \"" +
                   pinned + "\" }, j = { dockerfile = \"D\" } }\n")
                .empty());
      CHECK(error("images = {}") ==
            "\"containers.images\" must be a non-empty object when present.");
      CHECK(error("images = { i = 1 }") ==
            "\"containers.images.i\" must be an object with either a \"dockerfile\" or \"image\" "
            "field.");
      CHECK(error("images = { i = {} }") ==
            "\"containers.images.i\" must specify exactly one of \"dockerfile\" or \"image\".");
      CHECK(error("images = { i = { image = \"x:1\" } }") ==
            "\"containers.images.i.image\" must be a digest-pinned image in the managed registry, "
            "in the form \"registry.cloudflare.com/<account-id>/<repository>@sha256:<64 lowercase "
            "hex characters>\".");
      CHECK(error("images = { i = { dockerfile = \"D\", build_vars = { A = 1 } } }") ==
            "\"containers.images.i.build_vars\" must be an object with string values.");
      CHECK(error("images = { i = { dockerfile = \"D\", x = 1 } }") ==
            "Unexpected fields found in containers.images.i field: \"x\"");
      CHECK(error("unsafe = { x = 1 }") ==
            "Only \"containers.unsafe.configuration.experimental_flags\" is supported for Durable "
            "Object-managed Containers.");
    }
  }

  // Each of a container whose fields begin in line 7.
  TEST_CASE("a field of a container") {
    const auto read = [](const std::string& field) {
      return Read("name = \"n\"\nimage = \"i:1\"\n" + field + "\n" + kLink);
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
    SUBCASE("is the path of a Dockerfile or the address of an image") {
      const auto wrong = [](const std::string& image) {
        const Texts errors = Errors("name = \"n\"\nimage = \"" + image + "\"\n" + kLink);
        return errors.empty() ? "" : errors[0];
      };
      const std::string before =
          "\" does not appear to be a valid path to a Dockerfile, or a valid image registry "
          "path:\n";
      CHECK(wrong("docker.io/httpd:1") == "");
      CHECK(wrong("./nowhere/Dockerfile") ==
            "The image \"./nowhere/Dockerfile" + before +
                "If this is an image registry path, it needs to include at least a tag ':' (e.g: "
                "docker.io/httpd:1) @wrangler.toml:6");
      CHECK(wrong("https://docker.io/httpd:1") ==
            "The image \"https://docker.io/httpd:1" + before +
                "Image reference should not include the protocol part (e.g: docker.io/httpd:1, not "
                "https://docker.io/httpd:1) @wrangler.toml:6");
      CHECK(wrong("a b:1") == "The image \"a b:1" + before + "Invalid URL @wrangler.toml:6");
      CHECK(wrong("/tmp") ==
            "/tmp is a directory, you should specify a path to the Dockerfile @wrangler.toml:6");
    }
    SUBCASE("says who may log in") {
      CHECK(error("ssh = { port = 22 }") == "containers.ssh.enabled must be a boolean");
      CHECK(error("ssh = { enabled = true, port = 0 }") ==
            "containers.ssh.port must be a number between 1 and 65535 inclusive");
      CHECK(error("authorized_keys = 1") == "containers.authorized_keys must be an array");
      CHECK(error("authorized_keys = [ 1 ]") == "containers.authorized_keys[0] must be an object");
      CHECK(error("authorized_keys = [ { public_key = \"ssh-ed25519 x\" } ]") ==
            "containers.authorized_keys[0].name must be a string");
      CHECK(error("authorized_keys = [ { name = \"n\" } ]") ==
            "containers.authorized_keys[0].public_key must be a string");
      CHECK(error("trusted_user_ca_keys = [ { public_key = \"ssh-rsa x\" } ]") ==
            "containers.trusted_user_ca_keys[0].public_key is an unsupported key type. Please "
            "provide an ED25519 public key.");
    }
    SUBCASE("says where it runs") {
      CHECK(read("constraints = { tier = 1 }").Warnings()[1] ==
            "\"constraints.tier\" has been deprecated in favor of \"constraints.tiers\". Please "
            "update your configuration to use \"constraints.tiers\" instead. @wrangler.toml:7");
      CHECK(error("constraints = { tier = 1, tiers = [ 1 ] }") ==
            "containers.constraints.tier and containers.constraints.tiers cannot both be set");
      CHECK(error("constraints = { tiers = [ \"x\" ] }") ==
            "Expected \"containers.constraints.tiers.[0]\" to be of type number but got \"x\".");
      CHECK(error("constraints = { tiers = 1 }") ==
            "Expected \"containers.constraints.tiers\" to be an array of numbers but got 1");
      CHECK(error("constraints = { jurisdiction = \"x\" }") ==
            "containers.constraints.jurisdiction must be one of: \"eu\", \"fedramp\", \"us\"");
      CHECK(
          error("constraints = { regions = [ \"enam\", \"x\" ] }") ==
          "containers.constraints.regions contains invalid region \"x\". Valid regions are: ENAM, "
          "WNAM, EEUR, WEUR, APAC, SAM, ME, OC, AFR");
    }
    SUBCASE("says what is observed") {
      const std::string name = "\"containers.observability";
      const std::string both = name + ".enabled\" or " + name + ".logs.enabled\"";
      CHECK(error("observability = 1") == name + "\" should be an object but got 1.");
      CHECK(error("observability = {}") == both + " is required.");
      CHECK(error("observability = { enabled = true, logs = { enabled = false } }") ==
            name + ".enabled\" and " + name + ".logs.enabled\" cannot be set to different values.");
      CHECK(error("observability = { enabled = true, target_instance_percentage = 100 }") ==
            name + ".target_instance_percentage\" must be an integer between 1 and 99 inclusive.");
      CHECK(error("observability = { target_instance_count = 1 }") ==
            name + ".target_instance_count\" requires " + both +
                " to be true because container observability overrides root observability.");
    }
    SUBCASE("has the limits of an instance in one place") {
      CHECK(error("configuration = { vcpu = 1 }\ninstance_type = \"lite\"") ==
            "Cannot set custom limits via \"containers.configuration\" and use preset "
            "\"instance_type\" limits at the same time.");
      CHECK(error("unsafe = 1") ==
            "The field \"containers.unsafe\" should be an object but got \"number\".");
    }
    SUBCASE("may be unknown") {
      CHECK(read("x = 1").Warnings()[1] ==
            "Unexpected fields found in containers field: \"x\" @wrangler.toml:7");
      CHECK(read("instance_type = { x = 1 }").Warnings()[1] ==
            "Unexpected fields found in containers.instance_type field: \"x\" @wrangler.toml:7");
    }
  }

  TEST_CASE("containers of previews") {
    const auto errors = [](const std::string& list) {
      return ReadTomlAfterHead("previews = { containers = [ " + list + " ] }").Errors();
    };
    const std::string place = " @wrangler.toml:4";
    const std::string good = "{ class_name = \"A\", image = \"x:1\" }";
    SUBCASE("are checked like others, by their own path") {
      CHECK(errors(good).empty());
      CHECK(errors("{ class_name = 1, image = \"x:1\" }") ==
            Texts{"Expected \"previews.containers.class_name\" to be of type string but got 1." +
                  place});
      CHECK(ReadTomlAfterHead("previews = { containers = 1 }").Errors() ==
            Texts{"\"containers\" field should be an array, but got 1" + place});
    }
    SUBCASE("need no name, and have none") {
      CHECK(errors("{ image = \"x:1\" }").empty());
      CHECK(
          errors("{ name = \"n\", image = \"x:1\" }, " + good) ==
          Texts{"\"previews.containers[0].name\" cannot be set. A preview container's application "
                "name is generated from the worker name, preview slug, and Durable Object class "
                "name, so that separate previews of the same Worker do not collide. Remove it and "
                "identify the container with \"class_name\"." +
                place});
    }
    SUBCASE("are not managed by a Durable Object") {
      CHECK(errors("{ class_name = \"A\", scheduling_policy = \"durable_object\" }") ==
            Texts{"\"previews.containers[0].scheduling_policy\" cannot be \"durable_object\". "
                  "Durable Object-managed Containers are configured only in the top-level "
                  "\"containers\" array." +
                  place});
    }
    SUBCASE("are of a class each") {
      CHECK(errors(good + ", " + good) ==
            Texts{"\"previews.containers\" declares more than one container for the Durable Object "
                  "class \"A\"; each Durable Object class may appear at most once." +
                  place});
    }
  }

  TEST_CASE("what is false is no list of containers") {
    CHECK(ReadTomlAfterHead("containers = \"\"").Errors().empty());
    CHECK(ReadTomlAfterHead("containers = false").Errors().empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
