#include "wrangler-compat/config_bindings.h"

#include <variant>

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

// "A=1" of a var, "A->worker#entry {props}" of a service.
Texts Bindings(const ReadConfig& read) {
  Texts texts;
  for (const BindingSpec& binding : read.config.bindings) {
    if (const auto* var = std::get_if<VarBinding>(&binding.value)) {
      texts.push_back(binding.name + "=" + var->json);
    } else {
      const auto& service = std::get<ServiceBinding>(binding.value);
      texts.push_back(binding.name + "->" + service.service + "#" + service.entrypoint +
                      service.props_json);
    }
  }
  return texts;
}

TEST_SUITE("wrangler-compat/config_bindings") {
  TEST_CASE("vars") {
    SUBCASE("are strings or any JSON; strings come last") {
      CHECK(
          Bindings(ReadTomlAfterHead("[vars]\nS = \"x\"\nN = 1.5\nO = { b = [1], a = true }\n")) ==
          Texts{"N=1.5", "O={\"b\":[1],\"a\":true}", "S=\"x\""});
    }
    SUBCASE("know their line") {
      const ReadConfig read = ReadTomlAfterHead("[vars]\nA = 1\nB = 2\n");
      CHECK(read.config.bindings[1].where == "wrangler.toml:6");
    }
    SUBCASE("are an object") {
      CHECK(ReadTomlAfterHead("vars = \"x\"\n").Errors() ==
            Texts{"The field \"vars\" should be an object but got \"x\".\n @wrangler.toml:4"});
    }
    SUBCASE("are no dates") {
      CHECK(
          ReadTomlAfterHead("[vars]\nD = 2025-12-19\n").Errors() ==
          Texts{"The field \"vars.D\" is a TOML date, which is not supported. Please use a string "
                "instead, e.g. D = \"2025-12-19\". @wrangler.toml:5"});
    }
    SUBCASE("hold no dates deep inside") {
      CHECK(ReadTomlAfterHead("[vars]\nO = { when = [2025-12-19] }\n").Errors().size() == 1);
    }
    SUBCASE("may be null in JSON") {
      CHECK(Bindings(ReadWholeJson("{\"name\":\"w\",\"main\":\"i.js\",\"vars\":{\"A\":null}}")) ==
            Texts{"A=null"});
    }
  }

  TEST_CASE("services") {
    SUBCASE("as tables and as an inline array are the same") {
      const Texts expected{"A->auth#", "B->billing#Admin{\"level\":1}"};
      CHECK(Bindings(ReadTomlAfterHead(
                "services = [\n  { binding = \"A\", service = \"auth\" },\n  { binding = \"B\", "
                "service = \"billing\", entrypoint = \"Admin\", props = { level = 1 } }\n]\n")) ==
            expected);
      CHECK(Bindings(ReadTomlAfterHead(
                "[[services]]\nbinding = \"A\"\nservice = \"auth\"\n[[services]]\nbinding = \"B\"\n"
                "service = \"billing\"\nentrypoint = \"Admin\"\nprops = { level = 1 }\n")) ==
            expected);
      CHECK(Bindings(ReadWholeJson(
                "{\"services\":[{\"binding\":\"A\",\"service\":\"auth\"},{\"binding\":\"B\","
                "\"service\":\"billing\",\"entrypoint\":\"Admin\",\"props\":{\"level\":1}}]}")) ==
            expected);
    }
    SUBCASE("know the line of their binding") {
      const ReadConfig read =
          ReadTomlAfterHead("[[services]]\nservice = \"auth\"\nbinding = \"A\"\n");
      CHECK(read.config.bindings[0].where == "wrangler.toml:6");
    }
    SUBCASE("name the default entrypoint by \"default\" too") {
      CHECK(Bindings(ReadTomlAfterHead(
                "[[services]]\nbinding=\"A\"\nservice=\"s\"\nentrypoint=\"default\"\n")) ==
            Texts{"A->s#"});
    }
    SUBCASE("accept environment and unknown keys silently") {
      const ReadConfig read = ReadTomlAfterHead(
          "[[services]]\nbinding=\"A\"\nservice=\"s\"\nenvironment=\"staging\"\nmore=1\n");
      CHECK(Bindings(read) == Texts{"A->s#"});
      CHECK(read.Warnings().empty());
    }
  }

  TEST_CASE("mistakes in services") {
    const auto errors_of = [](const std::string& entry) {
      return ReadTomlAfterHead("services = [ " + entry + " ]\n").Errors();
    };
    SUBCASE("no array") {
      CHECK(ReadTomlAfterHead("services = \"x\"\n").Errors() ==
            Texts{"The field \"services\" should be an array but got \"x\". @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("[services]\nbinding = \"A\"\n").Errors() ==
            Texts{"The field \"services\" should be an array but got {\"binding\":\"A\"}. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("no object") {
      CHECK(errors_of("\"str\"") ==
            Texts{"\"services\" bindings should be objects, but got \"str\" @wrangler.toml:4"});
    }
    SUBCASE("no service") {
      CHECK(errors_of("{binding=\"C\"}") ==
            Texts{"\"services[0]\" bindings should have a string \"service\" field but got "
                  "{\"binding\":\"C\"}. @wrangler.toml:4"});
    }
    SUBCASE("no binding, no service") { CHECK(errors_of("{}").size() == 2); }
    SUBCASE("environment and entrypoint of another type") {
      CHECK(errors_of("{binding=\"C\",service=\"s\",environment=1,entrypoint=2}") ==
            Texts{"\"services[0]\" bindings should have a string \"environment\" field but got "
                  "{\"binding\":\"C\",\"service\":\"s\",\"environment\":1,\"entrypoint\":2}. "
                  "@wrangler.toml:4",
                  "\"services[0]\" bindings should have a string \"entrypoint\" field but got "
                  "{\"binding\":\"C\",\"service\":\"s\",\"environment\":1,\"entrypoint\":2}. "
                  "@wrangler.toml:4"});
    }
    SUBCASE("props that are no object") {
      CHECK(errors_of("{binding=\"C\",service=\"s\",props=[1]}") ==
            Texts{"\"services[0]\" bindings should have an object \"props\" field but got "
                  "{\"binding\":\"C\",\"service\":\"s\",\"props\":[1]}. @wrangler.toml:4"});
    }
    SUBCASE("remote of another type") {
      CHECK(errors_of("{binding=\"C\",service=\"s\",remote=1}") ==
            Texts{"\"services[0]\" should, optionally, have a boolean \"remote\" field but got "
                  "{\"binding\":\"C\",\"service\":\"s\",\"remote\":1}. @wrangler.toml:4"});
    }
    SUBCASE("dev names a plugin") {
      const auto dev = [&](const std::string& text) {
        return errors_of("{binding=\"C\",service=\"s\",dev=" + text + "}");
      };
      CHECK(dev("1") ==
            Texts{"\"services[0]\" bindings should have an object \"dev\" field but got 1. "
                  "@wrangler.toml:4"});
      CHECK(dev("{}") == Texts{"\"services[0].dev\" should have an object \"plugin\" field but got "
                               "undefined. @wrangler.toml:4"});
      CHECK(dev("{plugin={name=1},options=2}") ==
            Texts{"\"services[0].dev.plugin\" should have a string \"package\" field but got "
                  "undefined. @wrangler.toml:4",
                  "\"services[0].dev.plugin\" should have a string \"name\" field but got 1. "
                  "@wrangler.toml:4",
                  "\"services[0].dev.options\" should be an object but got 2. @wrangler.toml:4"});
    }
    SUBCASE("remote and dev are ignored with a warning") {
      CHECK(ReadTomlAfterHead("services=[{binding=\"C\",service=\"s\",remote=true}]").Warnings() ==
            Texts{"\"services[0].remote\" is ignored: isolane binds to a Worker of this process, "
                  "never to a deployed one. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("services=[{binding=\"C\",service=\"s\",dev={plugin={package=\"p\","
                              "name=\"n\"}}}]")
                .Warnings() ==
            Texts{"\"services[0].dev\" is not supported by isolane and is ignored "
                  "@wrangler.toml:4"});
    }
  }

  TEST_CASE("names used twice") {
    const std::string advice =
        "Bindings must have unique names, so that they can all be referenced in the worker.\n"
        "Please change your bindings to have unique names. @wrangler.toml";
    SUBCASE("by two services") {
      CHECK(ReadTomlAfterHead(
                "services=[{binding=\"A\",service=\"s\"},\n{binding=\"A\",service=\"t\"}]")
                .Errors() ==
            Texts{"A assigned to multiple Worker bindings. @wrangler.toml:5", advice});
    }
    SUBCASE("by a service and a var") {
      CHECK(ReadTomlAfterHead("services=[{binding=\"A\",service=\"s\"}]\n[vars]\nA=1\n").Errors() ==
            Texts{"A assigned to Worker and Environment Variable bindings. @wrangler.toml:6",
                  advice});
    }
    SUBCASE("by two services and a var") {
      CHECK(ReadTomlAfterHead("services=[{binding=\"A\",service=\"s\"},\n{binding=\"A\",service="
                              "\"t\"},{binding=\"A\",service=\"u\"}]\n[vars]\nA=1\n")
                .Errors() ==
            Texts{"A assigned to Worker and Environment Variable bindings. @wrangler.toml:7",
                  "A assigned to multiple Worker bindings. @wrangler.toml:5", advice});
    }
    SUBCASE("in an environment stand beside it") {
      const ReadConfig read =
          ReadTomlIn("e", "[env.e]\nservices=[{binding=\"A\",service=\"s\"}]\nvars={A=1}\n");
      CHECK(read.Errors() ==
            Texts{"A assigned to Worker and Environment Variable bindings. @wrangler.toml:6",
                  advice});
      CHECK(read.EnvironmentMessages(Severity::kError).empty());
    }
    SUBCASE("at the top level mean nothing to an environment that runs") {
      CHECK(ReadTomlIn("e", "services=[{binding=\"A\",service=\"s\"}]\nvars={A=1}\n[env.e]\n")
                .Errors()
                .empty());
    }
    SUBCASE("are not looked for in an array with a broken entry") {
      CHECK(ReadTomlAfterHead(
                "services=[{binding=\"A\",service=\"s\"},{service=\"t\"}]\n[vars]\nA=1\n")
                .Errors()
                .size() == 1);
    }
  }

  TEST_CASE("a service is not remote beside a plugin") {
    const ReadConfig read = ReadTomlAfterHead(
        "services = [ { binding = \"S\", service = \"w\", remote = true, dev = { plugin = { "
        "package = "
        "\"p\", name = \"n\" } } } ]");
    CHECK(read.Errors().empty());
    CHECK(read.Warnings()[0] ==
          "\"services[0]\" binding has both \"dev\" and \"remote\" set; \"remote\" is ignored when "
          "\"dev\" is present and the binding is routed through the local Miniflare plugin. "
          "@wrangler.toml:4");
  }

  TEST_CASE("a project of Pages has a binding ASSETS already") {
    CHECK(ReadTomlAfterHead("pages_build_output_dir = \"x\"\nvars = { ASSETS = \"1\" }")
              .Errors()[0] ==
          "The name 'ASSETS' is reserved in Pages projects. Please use a different name for your "
          "Environment Variable binding. @wrangler.toml:5");
  }
}

}  // namespace
}  // namespace isolane::wrangler
