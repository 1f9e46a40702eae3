#include "wrangler-compat/config_environment.h"

#include <variant>

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

Texts Names(const WorkerConfig& config) {
  Texts names;
  for (const BindingSpec& binding : config.bindings) names.push_back(binding.name);
  return names;
}

TEST_SUITE("wrangler-compat/config_environment") {
  TEST_CASE("an environment") {
    const char* text =
        "compatibility_flags = [\"a\"]\nbase_dir = \"top\"\nvars = { TOP = 1 }\n"
        "[limits]\ncpu_ms = 5\n[dev]\nport = 9000\n"
        "[env.st]\ncompatibility_flags = [\"b\"]\n[env.st.vars]\nOWN = 1\n"
        "[env.own]\nname = \"mine\"\n";
    SUBCASE("inherits whole values of inheritable keys, and replaces them") {
      const ReadConfig read = ReadTomlIn("st", text);
      CHECK(read.Errors().empty());
      CHECK(read.config.main == "index.js");
      CHECK(read.config.compatibility_date == "2024-09-23");
      CHECK(read.config.base_dir == "top");
      CHECK(read.config.limits.cpu_ms == 5);
      CHECK(read.config.compatibility_flags == Texts{"b"});
    }
    SUBCASE("does not inherit bindings") {
      CHECK(Names(ReadTomlIn("st", text).config) == Texts{"OWN"});
      CHECK(Names(ReadTomlIn("own", text).config).empty());
    }
    SUBCASE("has a name of its own, or the top level's with its own behind") {
      CHECK(ReadTomlIn("st", text).config.name == "w-st");
      CHECK(ReadTomlIn("own", text).config.name == "mine");
      CHECK(ReadTomlIn("", text).config.name == "w");
    }
    SUBCASE("may have a name that no Worker could be given") {
      const ReadConfig read = ReadTomlIn("Pre.View", "[env.\"Pre.View\"]\n");
      CHECK(read.Errors().empty());
      CHECK(read.EnvironmentMessages(Severity::kError).empty());
      CHECK(read.config.name == "w-Pre.View");
      CHECK(read.config.effective.Find("name")->value.text == "w-Pre.View");
    }
    SUBCASE("is told nothing of a wrong name that it inherits") {
      auto root =
          config::ReadToml("name = \"Bad\"\nmain = \"index.js\"\n[env.st]\n", "wrangler.toml");
      REQUIRE(root.ok());
      ConfigChoice choice;
      choice.environment = "st";
      const ReadConfig read = ReadText(std::move(*root), ConfigFormat::kToml, choice);
      CHECK(read.Errors() ==
            Texts{"Expected \"name\" to be of type string, alphanumeric and lowercase with dashes "
                  "only but got \"Bad\". @wrangler.toml:1"});
      CHECK(read.EnvironmentMessages(Severity::kError).empty());
    }
    SUBCASE("has the top level's [dev]") { CHECK(ReadTomlIn("st", text).config.dev.port == 9000); }
    SUBCASE("knows where each value stands") {
      const ReadConfig read = ReadTomlIn("st", text);
      CHECK(read.config.main_where == "wrangler.toml:2");
      REQUIRE(read.config.bindings.size() == 1);
      CHECK(read.config.bindings[0].where == "wrangler.toml:14");
    }
  }

  TEST_CASE("mistakes in an environment") {
    SUBCASE("stand under its name, with its path where keys are not inherited") {
      const ReadConfig read =
          ReadTomlIn("st", "[env.st]\nworkers_dev = \"no\"\nservices = \"x\"\nvars = 3\n");
      CHECK(read.tree.children.front().title == "\"env.st\" environment configuration");
      CHECK(read.EnvironmentMessages(Severity::kError) ==
            Texts{"Expected \"workers_dev\" to be of type boolean but got \"no\". @wrangler.toml:5",
                  "The field \"env.st.vars\" should be an object but got 3.\n @wrangler.toml:7",
                  "The field \"env.st.services\" should be an array but got \"x\". "
                  "@wrangler.toml:6"});
    }
    SUBCASE("of the top level are told there, and not again") {
      const ReadConfig read =
          ReadTomlIn("st", "workers_dev = 1\ncompatibility_flags = 2\n[env.st]\n");
      CHECK(read.Errors() ==
            Texts{"Expected \"workers_dev\" to be of type boolean but got 1. @wrangler.toml:4",
                  "Expected \"compatibility_flags\" to be of type string array but got 2. "
                  "@wrangler.toml:5"});
      CHECK(read.EnvironmentMessages(Severity::kError).empty());
    }
    SUBCASE("are not told of an environment that is not chosen") {
      CHECK(ReadTomlIn("", "[env.st]\nservices = 1\n").Errors().empty());
      CHECK(ReadTomlIn("a", "[env.a]\n[env.st]\nservices = 1\n").Errors().empty());
    }
    SUBCASE("are nothing that keys of the top level say there") {
      CHECK(ReadTomlIn("st", "[env.st]\nkeep_vars = 1\nsend_metrics = 2\naddresses = 3\n")
                .EnvironmentMessages(Severity::kError)
                .empty());
    }
    SUBCASE("are keys of the top level") {
      CHECK(ReadTomlIn("st", "[env.st]\nkeep_vars = true\n[env.st.dev]\nport = 1\n")
                .EnvironmentMessages(Severity::kWarning) ==
            Texts{"Unexpected fields found in env.st field: \"keep_vars\",\"dev\" "
                  "@wrangler.toml:5"});
    }
  }

  TEST_CASE("what an environment does not inherit is warned of") {
    const auto warnings = [](const std::string& text) {
      return ReadTomlIn("st", text).EnvironmentMessages(Severity::kWarning);
    };
    SUBCASE("a key that is missing") {
      CHECK(warnings("kv_namespaces = [ { binding = \"KV\" } ]\n[env.st]\n") ==
            Texts{"\"kv_namespaces\" exists at the top level, but not on \"env.st\".\nThis is not "
                  "what you probably want, since \"kv_namespaces\" is not inherited by "
                  "environments.\nPlease add \"kv_namespaces\" to \"env.st\". @wrangler.toml:5"});
    }
    SUBCASE("a var that is missing") {
      CHECK(warnings("vars = { A = 1, B = 2, C = 3 }\n[env.st.vars]\nB = 3\n") ==
            Texts{"The following vars exist at the top level, but not on \"env.st.vars\".\nThis is "
                  "probably not what you want, since \"vars\" configuration is not inherited by "
                  "environments.\nPlease add these vars to \"env.st.vars\":\n- A\n- C "
                  "@wrangler.toml:5"});
    }
    SUBCASE("a binding that is missing") {
      CHECK(warnings("services = [ { binding = \"A\", service = \"a\" } ]\n[env.st]\n"
                     "services = []\n") ==
            Texts{"There is a services binding with name \"A\" at the top level, but not on "
                  "\"env.st\".\nThis is not what you probably want, since \"services\" "
                  "configuration is not inherited by environments.\nPlease add a binding for \"A\" "
                  "to \"env.st.services.bindings\". @wrangler.toml:6"});
    }
    SUBCASE("a Durable Object that is missing") {
      const Texts found = warnings(
          "exports = { D = { type = \"durable-object\", storage = \"sqlite\" } }\n"
          "durable_objects = { bindings = [ { name = \"DO\", class_name = \"D\" } ] }\n"
          "[env.st]\ndurable_objects = { bindings = [] }\n");
      REQUIRE(found.size() == 1);
      CHECK(found[0].starts_with(
          "The following bindings are at the top level, but not on \"env.st\".\nThis is not what "
          "you "
          "probably want, since \"durable_objects\" configuration is not inherited by "
          "environments.\n"
          "Please add a binding for each to \"env.st.durable_objects.bindings\":\n- DO"));
    }
    SUBCASE("a define that is missing, or new") {
      const Texts found = warnings("define = { X = \"1\" }\n[env.st]\ndefine = { Y = \"1\" }\n");
      REQUIRE(found.size() == 2);
      CHECK(
          found[0].starts_with("The following define entries exist at the top level, but not on "
                               "\"env.st.define\"."));
      CHECK(found[1] ==
            "\"Y\" exists on \"env.st\", but not on the top level.\nThis is not what you probably "
            "want, since \"define\" configuration within environments can only override existing "
            "top level \"define\" configuration\nPlease remove \"env.st.define.Y\", or add "
            "\"define.Y\". @wrangler.toml:6");
    }
    SUBCASE("a custom domain that it does inherit") {
      const std::string routes =
          "routes = [ \"x.com/*\", { pattern = \"a.com\", custom_domain = true }, { pattern = "
          "\"b.com\", custom_domain = true } ]\n";
      CHECK(warnings(routes + "[env.st]\n") ==
            Texts{"The \"env.st\" environment inherits the top-level `routes` configuration, which "
                  "includes the custom domain(s): a.com, b.com. Deploying this environment will "
                  "reassign these custom domains away from the top-level Worker. Add `\"routes\": "
                  "[]` to \"env.st\" to prevent inheritance, or copy the route configuration from "
                  "the top level to hide this warning. @wrangler.toml:5"});
      CHECK(warnings(routes + "[env.st]\nroutes = []\n").empty());
    }
    SUBCASE("and nothing else") {
      CHECK(warnings("workers_dev = true\nvars = { A = 1 }\n[env.st.vars]\nA = 1\n").empty());
    }
  }

  TEST_CASE("an environment that is not there") {
    SUBCASE("is an error where there are others, which are listed") {
      CHECK(
          ReadTomlIn("nope", "[env.a]\n[env.b]\n").Errors() ==
          Texts{"No environment found in configuration with name \"nope\".\nBefore using "
                "`--env=nope` there should be an equivalent environment section in the "
                "configuration.\nThe available configured environment names are: [\"a\",\"b\"]\n\n"
                "Consider adding an environment configuration section to the wrangler.toml "
                "file:\n```\n[env.nope]\n``` @wrangler.toml:4"});
    }
    SUBCASE("is an error, too, where there could be others") {
      CHECK(ReadTomlIn("nope", "[env]\n").Errors() ==
            Texts{"No environment found in configuration with name \"nope\".\nBefore using "
                  "`--env=nope` there should be an equivalent environment section in the "
                  "configuration.\nThe available configured environment names are: []\n\nConsider "
                  "adding an environment configuration section to the wrangler.toml "
                  "file:\n```\n[env.nope]\n``` @wrangler.toml:4"});
    }
    SUBCASE("is a warning where there are none: the top level counts, under the other name") {
      const ReadConfig read = ReadTomlIn("nope", "vars = { A = 1 }\n");
      CHECK(read.Errors().empty());
      CHECK(read.Warnings() ==
            Texts{"No environment found in configuration with name \"nope\".\nBefore using "
                  "`--env=nope` there should be an equivalent environment section in the "
                  "configuration.\n\nConsider adding an environment configuration section to the "
                  "wrangler.toml file:\n```\n[env.nope]\n``` @wrangler.toml"});
      CHECK(read.config.name == "w-nope");
      CHECK(Names(read.config) == Texts{"A"});
    }
    SUBCASE("must be an object") {
      CHECK(ReadTomlIn("a", "env = { a = 1 }\n").Errors() ==
            Texts{"The field \"env.a\" should be an object but got 1. @wrangler.toml:4"});
    }
  }

  TEST_CASE("the environment's routes replace the top level's, whichever key they use") {
    CHECK(ReadTomlIn("st", "route = \"a\"\n[env.st]\nroutes = [\"b\"]\n").Errors().empty());
  }

  TEST_CASE("what meets what is inherited is told in the environment, too") {
    const ReadConfig read =
        ReadTomlIn("st",
                   "[exports.A]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n[env.st]\n"
                   "migrations = [ { tag = \"1\", new_classes = [ \"A\" ] } ]\n");
    CHECK(read.Errors().empty());
    CHECK(read.EnvironmentMessages(Severity::kError) ==
          Texts{"`migrations` and `exports` are mutually exclusive. Choose one or the other to "
                "declare your Durable Object lifecycle, but not both. @wrangler.toml:4"});
  }

  TEST_CASE("mistakes in what is inherited are told once, whatever the path says of them") {
    const ReadConfig read = ReadTomlIn("st", "rules = [ 1 ]\n[env.st]\n");
    CHECK(read.Errors() == Texts{"\"rules[0]\" should be an object but got 1. @wrangler.toml:4"});
    CHECK(read.EnvironmentMessages(Severity::kError).empty());
  }

  TEST_CASE("nothing is said of missing bindings where there are mistakes") {
    const std::string top =
        "durable_objects.bindings = [ { name = \"A\", class_name = \"A\", "
        "script_name = \"s\" } ]\n[env.st]\ndurable_objects = ";
    CHECK(ReadTomlIn("st", top + "{ bindings = [ {} ] }")
              .EnvironmentMessages(Severity::kWarning)
              .empty());
    CHECK(ReadTomlIn("st", top + "1").EnvironmentMessages(Severity::kWarning).empty());
    CHECK(ReadTomlIn("st", top + "{}").EnvironmentMessages(Severity::kWarning).size() == 1);
  }

  TEST_CASE("a project of Pages need not have the environment") {
    const ReadConfig read = ReadTomlIn("st", "pages_build_output_dir = \"x\"\n");
    CHECK(read.tree.entries.empty());
  }

  TEST_CASE("a removed key is refused in an environment, another is unexpected there") {
    const ReadConfig read = ReadTomlIn("st", "[env.st]\nnode_compat = true\nlegacy_env = true\n");
    REQUIRE(read.EnvironmentMessages(Severity::kError).size() == 1);
    CHECK(read.EnvironmentMessages(Severity::kError)[0].starts_with("Removed: \"node_compat\":"));
    CHECK(read.EnvironmentMessages(Severity::kWarning) ==
          Texts{"Unexpected fields found in env.st field: \"legacy_env\" @wrangler.toml:6"});
  }

  TEST_CASE("null does not hide what is inherited") {
    auto root = config::ReadJson(
        "{\"name\":\"w\",\"main\":\"a.js\",\"compatibility_date\":\"2026-01-01\",\n"
        "\"exports\":{\"Room\":{\"type\":\"durable-object\",\"storage\":\"sqlite\"}},\n"
        "\"env\":{\"st\":{\"exports\":null}}}",
        "wrangler.jsonc");
    REQUIRE(root.ok());
    ConfigChoice choice;
    choice.environment = "st";
    const ReadConfig read = ReadText(std::move(*root), ConfigFormat::kJson, choice);
    REQUIRE(read.config.durable_objects.size() == 1);
    CHECK(read.config.durable_objects[0].name == "Room");
  }
}

}  // namespace
}  // namespace isolane::wrangler
