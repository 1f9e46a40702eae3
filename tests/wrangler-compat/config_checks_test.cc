#include "wrangler-compat/config_checks.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

Texts Errors(const std::string& text) { return ReadTomlAfterHead(text).Errors(); }

TEST_SUITE("wrangler-compat/config_checks") {
  TEST_CASE("keys of the hosted platform have wrangler's values") {
    CHECK(
        Errors("placement = { mode = \"weird\" }\n") ==
        Texts{"Expected \"placement.mode\" field to be one of [\"off\",\"smart\",\"targeted\"] but "
              "got \"weird\". @wrangler.toml:4"});
    CHECK(
        Errors("compliance_region = \"mars\"\n") ==
        Texts{"Expected \"compliance_region\" field to be one of [\"public\",\"fedramp_high\"] but "
              "got \"mars\". @wrangler.toml:4"});
    CHECK(Errors("addresses = 4\n") ==
          Texts{"Expected \"addresses\" to be an array of strings but got 4 @wrangler.toml:4"});
    CHECK(Errors("[observability]\nenabled = \"yes\"\n[observability.logs]\nenabled = 1\n") ==
          Texts{"Expected \"observability.enabled\" to be of type boolean but got \"yes\". "
                "@wrangler.toml:5",
                "Expected \"observability.logs.enabled\" to be of type boolean but got 1. "
                "@wrangler.toml:7"});
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
          Texts{"Expected \"secrets\" to be of type object but got 1. @wrangler.toml:4"});
  }

  TEST_CASE("unsafe fields are warned of") {
    CHECK(ReadTomlAfterHead("unsafe = { metadata = { a = 1 } }\n").Warnings() ==
          Texts{"\"unsafe\" fields are experimental and may change or break at any time. "
                "@wrangler.toml:4"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
