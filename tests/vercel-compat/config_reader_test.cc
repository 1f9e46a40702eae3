#include "vercel-compat/config_reader.h"

#include <doctest/doctest.h>

#include "tests/vercel-compat/regexes.h"

namespace isolane::vercel {
namespace {

std::string Mistake(const std::string& text) {
  const auto config = ReadVercelConfig(text, "vercel.json", Regexes());
  return config.ok() ? "none" : config.error().message;
}

std::string OfServices(const std::string& services) {
  return Mistake("{ \"services\": " + services + " }");
}

std::string OfBinding(const std::string& binding) {
  return OfServices("{ \"a\": { \"root\": \"a\", \"bindings\": [" + binding + "] } }");
}

std::string OfTop(const std::string& rest) {
  return Mistake("{ \"services\": { \"a\": { \"root\": \"a\" } }, " + rest + " }");
}

const std::string kInvalid = "[INVALID_VERCEL_CONFIG] Invalid vercel.json - ";

TEST_SUITE("vercel-compat/config_reader") {
  TEST_CASE("the file") {
    SUBCASE("is JSON that may have comments") {
      CHECK(Mistake("// one\n{ /* two */ \"services\": { \"a\": { \"root\": \"x\" } } }") ==
            "none");
    }
    SUBCASE("but no comma behind the last value") {
      const auto config = ReadVercelConfig("{ \"services\": {},\n}", "vercel.json", Regexes());
      REQUIRE_FALSE(config.ok());
      CHECK(config.error().message ==
            "[INVALID_VERCEL_JSON] Failed to parse vercel.json. Ensure it contains valid JSON.");
      CHECK(config.error().where == "vercel.json:2:1");
    }
    SUBCASE("may be TOML") {
      const auto config = ReadVercelConfig(
          "[services.a]\nroot = \"a\"\n[[services.a.bindings]]\nservice = \"a\"\n"
          "format = \"url\"\nenv = \"A_URL\"\n"
          "[[rewrites]]\nsource = \"/(.*)\"\ndestination = { service = \"a\" }\n",
          "vercel.toml", Regexes());
      REQUIRE(config.ok());
      CHECK(config.value().services.at(0).bindings.at(0).env == "A_URL");
      CHECK(config.value().routing.rewrites.at(0).service->service == "a");
      const auto broken = ReadVercelConfig("[services", "vercel.toml", Regexes());
      REQUIRE_FALSE(broken.ok());
      CHECK(broken.error().message ==
            "[INVALID_VERCEL_TOML] Failed to parse vercel.toml. Ensure it contains valid TOML.");
      const auto wrong = ReadVercelConfig("[services.a]\nroot = 1\n", "vercel.toml", Regexes());
      REQUIRE_FALSE(wrong.ok());
      CHECK(wrong.error().message ==
            "[INVALID_VERCEL_CONFIG] Invalid vercel.toml - `services['a'].root` should be string.");
    }
    SUBCASE("must declare services") {
      CHECK(Mistake("{}") ==
            "[SERVICES_MISSING] The `services` property is missing. isolane runs projects that "
            "declare their services in it.");
      CHECK(OfServices("{}") == "[SERVICES_EMPTY] The `services` property declares no service.");
    }
    SUBCASE("may hold what only a deployment needs") {
      CHECK(OfTop("\"name\": \"x\", \"framework\": null, \"regions\": [\"fra1\"]") == "none");
    }
  }

  TEST_CASE("a service") {
    SUBCASE("has a root") {
      CHECK(OfServices("{ \"a\": {} }") ==
            kInvalid + "`services['a']` missing required property `root`.");
      CHECK(OfServices("{ \"a\": { \"root\": \"\" } }") ==
            kInvalid + "`services['a'].root` should NOT be shorter than 1 characters.");
    }
    SUBCASE("has a name of lower-case letters") {
      const std::string pattern =
          kInvalid + "`services` should match pattern \"^[a-z]([a-z_-]*[a-z])?$\".";
      CHECK(OfServices("{ \"a1\": { \"root\": \"x\" } }") == pattern);
      CHECK(OfServices("{ \"a-\": { \"root\": \"x\" } }") == pattern);
      CHECK(OfServices("{ \"" + std::string(65, 'a') + "\": { \"root\": \"x\" } }") ==
            kInvalid + "`services` should NOT be longer than 64 characters.");
      CHECK(OfServices("{ \"a_b-c\": { \"root\": \"x\" } }") == "none");
    }
    SUBCASE("is an object with known keys") {
      CHECK(OfServices("[]") == kInvalid + "`services` should be object.");
      CHECK(OfServices("{ \"a\": 1 }") == kInvalid + "`services['a']` should be object.");
      CHECK(OfServices("{ \"a\": { \"root\": \"x\", \"memory\": 1 } }") ==
            kInvalid +
                "`services['a']` should NOT have additional property `memory`. Please remove "
                "it.");
    }
    SUBCASE("tells where it is wrong") {
      const auto config = ReadVercelConfig("{ \"services\": {\n  \"a\": { \"root\": 1 } } }",
                                           "vercel.json", Regexes());
      REQUIRE_FALSE(config.ok());
      CHECK(config.error().message == kInvalid + "`services['a'].root` should be string.");
      CHECK(config.error().where == "vercel.json:2:18");
      CHECK(config.error().hint ==
            "View Documentation: "
            "https://vercel.com/docs/concepts/projects/project-configuration#services");
    }
    SUBCASE("is read with all it has") {
      const auto config = ReadVercelConfig(
          R"({ "services": { "a": { "root": "x/", "devCommand": "run", "command": "one",
               "bindings": [{ "service": "a", "format": "url", "env": "A" }],
               "routes": [{ "src": "/x", "status": 302, "headers": { "Location": "/y" } }],
               "rewrites": [{ "source": "/q", "destination": "/r" }], "cleanUrls": true } } })",
          "vercel.json", Regexes());
      REQUIRE(config.ok());
      const ServiceConfig& service = config.value().services.at(0);
      CHECK(service.root == "x/");
      CHECK(service.dev_command == "run");
      CHECK(service.command == std::vector<std::string>{"one"});
      CHECK(service.bindings.at(0).env == "A");
      CHECK(service.routing.routes.at(0).status == 302);
      CHECK(service.routing.routes.at(0).headers.at(0).second == "/y");
      CHECK(service.routing.rewrites.at(0).destination == "/r");
      CHECK(service.routing.clean_urls == true);
    }
  }

  TEST_CASE("a binding") {
    SUBCASE("is of type service, if it says so") {
      CHECK(OfBinding(R"({ "type": "queue", "service": "a", "format": "url", "env": "A" })") ==
            kInvalid + "`services['a'].bindings[0].type` should be equal to constant.");
      CHECK(OfBinding(R"({ "service": "a", "format": "url", "env": "A" })") == "none");
    }
    SUBCASE("names service, format and variable") {
      CHECK(OfBinding(R"({ "format": "url", "env": "A" })") ==
            kInvalid + "`services['a'].bindings[0]` missing required property `service`.");
      CHECK(OfBinding(R"({ "service": "a", "env": "A" })") ==
            kInvalid + "`services['a'].bindings[0]` missing required property `format`.");
      CHECK(OfBinding(R"({ "service": "a", "format": "url" })") ==
            kInvalid + "`services['a'].bindings[0]` missing required property `env`.");
      CHECK(OfBinding(R"({ "service": "a", "format": "url", "env": "A-B" })") ==
            kInvalid +
                "`services['a'].bindings[0].env` should match pattern "
                "\"^[A-Za-z_][A-Za-z0-9_]*$\".");
      CHECK(OfBinding(R"({ "service": "a", "format": "url", "env": "A", "path": "/" })") ==
            kInvalid +
                "`services['a'].bindings[0]` should NOT have additional property `path`. "
                "Please remove it.");
    }
    SUBCASE("points to a declared service") {
      CHECK(OfBinding(R"({ "service": "ghost", "format": "url", "env": "A" })") ==
            "[SERVICES_BINDING_UNKNOWN_SERVICE] Service \"a\" declares a binding to unknown "
            "service \"ghost\". Add \"ghost\" to `services` or fix the binding.");
    }
    SUBCASE("shares its variable with no other target") {
      CHECK(OfServices(R"({ "a": { "root": "a", "bindings": [
                { "service": "a", "format": "url", "env": "X" },
                { "service": "b", "format": "url", "env": "X" }] }, "b": { "root": "b" } })") ==
            "[SERVICES_BINDING_DUPLICATE_ENV] Service \"a\" declares more than one binding for "
            "environment variable \"X\".");
    }
  }

  TEST_CASE("keys beside services") {
    SUBCASE("that would belong to one of them are refused in a fixed order") {
      CHECK(OfTop("\"framework\": \"x\", \"installCommand\": \"y\"") ==
            "[SERVICES_AND_TOP_LEVEL_BUILD_SETTINGS] The top-level properties `installCommand`, "
            "`framework` cannot be used with `services` because the owning service is ambiguous. "
            "Move them under the relevant service in `services`.");
      CHECK(OfTop("\"devCommand\": \"y\"") ==
            "[SERVICES_AND_TOP_LEVEL_BUILD_SETTINGS] The top-level property `devCommand` cannot be "
            "used with `services` because the owning service is ambiguous. Move it under the "
            "relevant service in `services`.");
    }
    SUBCASE("that are other models of a project") {
      CHECK(OfTop("\"builds\": [{ \"use\": \"@vercel/node\" }]") ==
            "[SERVICES_AND_BUILDS] The `services` property cannot be used in conjunction with the "
            "`builds` property. Please remove one of them.");
      CHECK(OfTop("\"experimentalServices\": { \"x\": {} }") ==
            "[SERVICES_AND_EXPERIMENTAL_SERVICES] The `services` property cannot be used in "
            "conjunction with the `experimentalServices` property. Please use only one services "
            "configuration.");
    }
    SUBCASE("the former name alone is as good as the new one") {
      CHECK(Mistake("{ \"experimentalServicesV2\": { \"a\": { \"root\": \"a\" } } }") == "none");
    }
  }

  TEST_CASE("rules") {
    SUBCASE("have a destination that is a text or a service") {
      CHECK(OfTop("\"rewrites\": [{ \"source\": \"/x\", \"destination\": { \"path\": \"/\" } }]") ==
            kInvalid + "`rewrites[0].destination` should be string.");
      CHECK(OfTop("\"rewrites\": [{ \"source\": \"/x\" }]") ==
            kInvalid + "`rewrites[0]` missing required property `destination`.");
    }
    SUBCASE("suggest what was meant") {
      CHECK(OfTop("\"rewrites\": [{ \"source\": \"/x\", \"destination\": \"/y\", \"dest\": 1 }]") ==
            kInvalid +
                "`rewrites[0]` should NOT have additional property `dest`. Did you mean "
                "`destination`?");
    }
    SUBCASE("transform paths only as a whole") {
      CHECK(OfTop(R"("routes": [{ "src": "/x", "transforms": [
                { "type": "request.path", "op": "set", "args": "x" }] }])") ==
            kInvalid +
                "`routes[0].transforms[0].args` should match pattern "
                "\"^/(?!/)(?!.*[?#\\s\\x00-\\x1F\\x7F]).*$\".");
    }
  }
}

}  // namespace
}  // namespace isolane::vercel
