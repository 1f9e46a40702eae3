#include "wrangler-compat/config_checks.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

Texts Errors(const std::string& text) { return ReadTomlAfterHead(text).Errors(); }

TEST_SUITE("wrangler-compat/config_checks") {
  TEST_CASE("keys of the hosted platform have wrangler's values") {
    CHECK(
        Errors("compliance_region = \"mars\"\n") ==
        Texts{"Expected \"compliance_region\" field to be one of [\"public\",\"fedramp_high\"] but "
              "got \"mars\". @wrangler.toml:4"});
    CHECK(Errors("addresses = 4\n") ==
          Texts{"Expected \"addresses\" to be an array of strings but got 4 @wrangler.toml:4"});
    CHECK(Errors("cache = {}\n") ==
          Texts{"\"cache.enabled\" is a required field. @wrangler.toml:4"});
    CHECK(Errors("logfwdr = {}\n") ==
          Texts{"The field \"logfwdr\" is missing the required \"bindings\" property. "
                "@wrangler.toml:4"});
  }

  TEST_CASE("keys of the bundler have types") {
    CHECK(Errors("[build]\ncommand = 3\nwatch_dir = [1]\n") ==
          Texts{"Expected \"build.command\" to be of type string but got 3. @wrangler.toml:5",
                "Expected \"build.watch_dir.[0]\" to be of type string but got 1. "
                "@wrangler.toml:6"});
    CHECK(Errors("define = { a = 3 }\n") ==
          Texts{"The field \"define.a\" should be a string but got 3. @wrangler.toml:4"});
    CHECK(Errors("site = {}\n") == Texts{"\"site.bucket\" is a required field. @wrangler.toml:4"});
    CHECK(Errors("site = { bucket = \"b\", include = 1, exclude = [ 2 ] }\n") ==
          Texts{"Expected \"sites.include\" to be an array of strings but got 1 @wrangler.toml:4",
                "Expected \"sites.exclude.[0]\" to be of type string but got 2. "
                "@wrangler.toml:4"});
    CHECK(Errors("site = { bucket = \"b\" }\nassets = { directory = \"a\" }\n") ==
          Texts{"Cannot use assets and Workers Sites in the same Worker.\nPlease remove either the "
                "`site` or `assets` field from your configuration file. @wrangler.toml:4"});
  }

  TEST_CASE("assets have wrangler's values") {
    CHECK(Errors("assets = { directory = \"a\", html_handling = \"x\", run_worker_first = 4 }\n") ==
          Texts{"Expected \"assets.html_handling\" field to be one of [\"auto-trailing-slash\","
                "\"force-trailing-slash\",\"drop-trailing-slash\",\"none\"] but got \"x\". "
                "@wrangler.toml:4",
                "The field \"assets.run_worker_first\" should be an array of strings or a boolean, "
                "but got 4. @wrangler.toml:4"});
  }

  TEST_CASE("secrets are an object with a list of names") {
    CHECK(Errors("secrets = { required = \"x\" }\n") ==
          Texts{"Expected \"secrets.required\" to be an array of strings but got \"x\" "
                "@wrangler.toml:4"});
    CHECK(Errors("secrets = 1\n") ==
          Texts{"The field \"secrets\" should be an object but got 1. @wrangler.toml:4"});
  }

  TEST_CASE("what is to be an object is one") {
    for (const std::string key : {"cache", "observability", "access", "python_modules"}) {
      CHECK(Errors(key + " = 1\n") ==
            Texts{"\"" + key + "\" should be an object but got 1. @wrangler.toml:4"});
    }
    for (const std::string key : {"previews", "placement", "logfwdr", "secrets"}) {
      CHECK(Errors(key + " = [ 1 ]\n") ==
            Texts{"The field \"" + key + "\" should be an object but got [1]. @wrangler.toml:4"});
    }
    CHECK(ReadTomlIn("st", "[env.st]\ndefine = 1\n").EnvironmentMessages(Severity::kError) ==
          Texts{"The field \"env.st.define\" should be an object but got 1. @wrangler.toml:5"});
    CHECK(Errors("cloudchamber = 1\n") ==
          Texts{"\"cloudchamber\" should be an object, but got 1 @wrangler.toml:4"});
    CHECK(Errors("assets = \"public\"\n") ==
          Texts{"\"assets\" should be an object, but got value \"assets\" of type string "
                "@wrangler.toml:4"});
    CHECK(Errors("alias = 1\n") ==
          Texts{"Expected alias to be an object, but got number @wrangler.toml:4"});
    CHECK(Errors("alias = [ 1 ]\n") ==
          Texts{"Expected alias[\"0\"] to be a string, but got number @wrangler.toml:4"});
    CHECK(Errors("define = [ 1 ]\n") ==
          Texts{"The field \"define.0\" should be a string but got 1. @wrangler.toml:4"});
  }

  TEST_CASE("what wrangler may tell of packages has types") {
    CHECK(
        ReadTomlAfterHead("dependencies_instrumentation = { enabled = 1, exclude_packages = 2 }\n")
            .Errors() ==
        Texts{
            "Expected \"dependencies_instrumentation.enabled\" to be of type boolean but got 1. "
            "@wrangler.toml:4",
            "Expected \"dependencies_instrumentation.exclude_packages\" to be an array of strings "
            "but got 2 @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("dependencies_instrumentation = { x = 1 }\n").Warnings() ==
          Texts{"Unexpected fields found in dependencies_instrumentation field: \"x\" "
                "@wrangler.toml:4"});
  }

  TEST_CASE("aliases are strings") {
    CHECK(Errors("alias = { a = 1, b = true, c = \"d\" }\n") ==
          Texts{"Expected alias[\"a\"] to be a string, but got number @wrangler.toml:4",
                "Expected alias[\"b\"] to be a string, but got boolean @wrangler.toml:4"});
  }

  TEST_CASE("keys that were removed say what to do instead") {
    CHECK(Errors("node_compat = true\n") ==
          Texts{"Removed: \"node_compat\":\nThe \"node_compat\" field is no longer supported as of "
                "Wrangler v4. Instead, use the `nodejs_compat` compatibility flag. This includes "
                "the functionality from legacy `node_compat` polyfills and natively implemented "
                "Node.js APIs. See https://developers.cloudflare.com/workers/runtime-apis/nodejs "
                "for more information. @wrangler.toml:4"});
    CHECK(
        Errors("legacy_env = true\n") ==
        Texts{"The \"legacy_env\" field is no longer supported, so please remove it from your "
              "configuration file.\nService environments have been removed, and each environment "
              "is now deployed as its own Worker named \"<name>-<environment>\". This matches the "
              "behaviour of \"legacy_env = true\", which was the default, so removing the field "
              "will not change how your Worker is deployed.\nRefer to "
              "https://developers.cloudflare.com/workers/wrangler/environments/ for more "
              "information. @wrangler.toml:4"});
  }

  TEST_CASE("what is forwarded has a name and a destination") {
    const auto errors = [](const std::string& bindings) {
      return ReadTomlAfterHead("logfwdr = { bindings = " + bindings + " }\n").Errors();
    };
    CHECK(errors("[ { name = \"A\", destination = \"d\" } ]").empty());
    CHECK(errors("1") ==
          Texts{"The field \"logfwdr.bindings\" should be an array but got 1. @wrangler.toml:4"});
    CHECK(
        errors("[ 1, {} ]") ==
        Texts{"\"logfwdr.bindings[0]\": 1\n- Expected \"logfwdr.bindings[0]\" to be an object "
              "but got "
              "1 @wrangler.toml:4",
              "\"logfwdr.bindings[1]\": {}\n- binding should have a string \"name\" field. "
              "@wrangler.toml:4",
              "\"logfwdr.bindings[1]\": {}\n- binding should have a string \"destination\" field. "
              "@wrangler.toml:4"});
    CHECK(
        ReadTomlAfterHead("logfwdr = { bindings = [], schema = \"x\" }").Errors() ==
        Texts{
            "\"logfwdr\" binding \"schema\" property has been replaced with the \"unsafe.capnp\" "
            "object, which expects a \"base_path\" and an array of \"source_schemas\" to compile, "
            "or a \"compiled_schema\" property. @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("logfwdr.bindings = [ { name = \"A\", destination = \"d\", x = 1 } ]\n")
              .Warnings() ==
          Texts{"\"logfwdr.bindings[0]\": {\"name\":\"A\",\"destination\":\"d\",\"x\":1}\n- "
                "Unexpected fields found in logfwdr.bindings[0] field: \"x\" @wrangler.toml:4"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
