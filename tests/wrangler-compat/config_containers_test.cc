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
    SUBCASE("have a name and an image") {
      const Texts errors = Errors("max_instances = 1\n");
      REQUIRE(errors.size() == 2);
      CHECK(errors[0].starts_with("\"containers.name\" is required when "));
      CHECK(errors[1].starts_with("\"containers.image\" field must be defined "));
    }
    SUBCASE("have fields of their types") {
      const std::string head = "name = \"n\"\nimage = \"i\"\n";
      CHECK(Errors(head + "class_name = 1\n") ==
            Texts{"Expected \"containers.class_name\" to be of type string but got 1. "
                  "@wrangler.toml:7"});
      CHECK(Errors(head + "max_instances = -1\n") ==
            Texts{"\"containers.max_instances\" field should be a positive number, but got -1 "
                  "@wrangler.toml:7"});
      CHECK(Errors(head + "rollout_kind = \"x\"\n").size() == 1);
      CHECK(Errors(head + "instance_type = \"huge\"\n").size() == 1);
      CHECK(Errors(head + "instance_type = { vcpu = \"x\" }\n") ==
            Texts{"\"containers.instance_type.vcpu\", when present, should be a number. "
                  "@wrangler.toml:7"});
      CHECK(Errors(head + "rollout_step_percentage = 7\n") ==
            Texts{"\"containers.rollout_step_percentage\" must be one of [5, 10, 20, 25, 50, 100], "
                  "but got 7 @wrangler.toml:7"});
      CHECK(Errors(head + "rollout_step_percentage = [50, 20, 5]\nmax_instances = 2\n").size() ==
            4);
      CHECK(Errors(head + "rollout_active_grace_period = \"x\"\n").size() == 1);
    }
    SUBCASE("warn of old and unknown names") {
      const Texts warnings =
          Read("name = \"n\"\nimage = \"i\"\ninstances = 1\ninstance_type = \"dev\"\nx = 1\n")
              .Warnings();
      REQUIRE(warnings.size() == 4);
    }
    SUBCASE("of a Durable Object allow less") {
      CHECK(Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\n").empty());
      CHECK(Errors("class_name = \"C\"\nscheduling_policy = \"durable_object\"\nimage = \"i\"\n")
                .size() == 1);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
