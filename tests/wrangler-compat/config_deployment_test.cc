#include "wrangler-compat/config_deployment.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

Texts Errors(const std::string& text) { return ReadTomlAfterHead(text).Errors(); }

TEST_SUITE("wrangler-compat/config_deployment") {
  TEST_CASE("placement") {
    const auto errors = [](const std::string& text) { return Errors("[placement]\n" + text); };
    SUBCASE("has a mode") {
      CHECK(errors("") == Texts{"\"placement.mode\" is a required field. @wrangler.toml:4"});
      CHECK(errors("mode = 1\n") ==
            Texts{"Expected \"placement.mode\" to be of type string but got 1. @wrangler.toml:5"});
      CHECK(errors("mode = \"weird\"\n") ==
            Texts{"Expected \"placement.mode\" field to be one of [\"off\",\"smart\",\"targeted\"] "
                  "but got \"weird\". @wrangler.toml:5"});
      CHECK(errors("mode = \"smart\"\n").empty());
    }
    SUBCASE("may be hinted at if it is smart") {
      const std::string only =
          "\"placement.hint\" can only be set when \"placement.mode\" is \"smart\" "
          "@wrangler.toml:5";
      CHECK(errors("hint = \"x\"\n") ==
            Texts{"\"placement.mode\" is a required field. @wrangler.toml:4", only});
      CHECK(errors("hint = \"x\"\nmode = \"off\"\n") == Texts{only});
      CHECK(errors("hint = 1\nmode = \"smart\"\n") ==
            Texts{"\"placement.hint\" must be a string when \"placement.mode\" is \"smart\" "
                  "@wrangler.toml:5"});
      CHECK(errors("hint = \"x\"\nmode = \"smart\"\n").empty());
    }
    SUBCASE("may have one target") {
      CHECK(errors("region = \"x\"\n").empty());
      CHECK(errors("mode = \"targeted\"\nhost = \"x\"\n").empty());
      CHECK(errors("mode = \"targeted\"\n") ==
            Texts{"\"placement.region\" or \"placement.host\" or \"placement.hostname\" is "
                  "required. @wrangler.toml:4"});
      CHECK(errors("mode = \"smart\"\nhost = \"\"\n") ==
            Texts{"Expected \"placement.mode\" field to be one of [\"targeted\"] but got "
                  "\"smart\". @wrangler.toml:5",
                  "\"placement.host\" must be a non-empty string. @wrangler.toml:6"});
      CHECK(errors("host = \"x\"\nregion = \"y\"\n") ==
            Texts{"\"placement\" fields \"region\", \"host\" are mutually exclusive. Only one can "
                  "be specified. @wrangler.toml:4"});
      CHECK(errors("host = \"x\"\nhint = \"y\"\n") ==
            Texts{"\"placement\" cannot have both \"hint\" (smart format) and "
                  "\"region\"/\"host\"/\"hostname\" (targeted format) fields @wrangler.toml:4"});
    }
  }

  TEST_CASE("observability") {
    const auto errors = [](const std::string& text) { return Errors("[observability]\n" + text); };
    SUBCASE("says what is on") {
      CHECK(errors("") ==
            Texts{"\"observability.enabled\" or \"observability.logs.enabled\" or "
                  "\"observability.traces.enabled\" or \"observability.issues.enabled\" is "
                  "required. @wrangler.toml:4"});
      CHECK(errors("logs = { enabled = false }\n").empty());
      CHECK(errors("issues = { enabled = true }\n").empty());
    }
    SUBCASE("has the right types") {
      CHECK(errors("enabled = \"yes\"\n[observability.logs]\nenabled = 1\n") ==
            Texts{"Expected \"observability.enabled\" to be of type boolean but got \"yes\". "
                  "@wrangler.toml:5",
                  "Expected \"observability.logs.enabled\" to be of type boolean but got 1. "
                  "@wrangler.toml:7",
                  "Expected \"observability.traces.enabled\" to be of type boolean but got "
                  "undefined. @wrangler.toml:4",
                  "Expected \"observability.issues.enabled\" to be of type boolean but got "
                  "undefined. @wrangler.toml:4",
                  "Expected \"observability.logs.enabled\" to be of type boolean but got 1. "
                  "@wrangler.toml:7"});
      CHECK(errors("enabled = true\nissues = 1\ntraces = { destinations = 1, persist = 1 }\n") ==
            Texts{"\"observability.issues\" should be an object but got 1. @wrangler.toml:6",
                  "Expected \"traces.destinations\" to be an array of strings but got 1 "
                  "@wrangler.toml:7",
                  "Expected \"observability.traces.persist\" to be of type boolean but got 1. "
                  "@wrangler.toml:7"});
    }
    SUBCASE("takes samples from none to all") {
      CHECK(errors("enabled = true\nhead_sampling_rate = 1.5\n") ==
            Texts{"\"observability.head_sampling_rate\" must be a value between 0 and 1. "
                  "@wrangler.toml:6"});
      CHECK(errors("logs = { enabled = true, head_sampling_rate = -1 }\n") ==
            Texts{"\"observability.logs.head_sampling_rate\" must be a value between 0 and 1. "
                  "@wrangler.toml:5"});
      CHECK(errors("enabled = true\nhead_sampling_rate = 1\n").empty());
    }
    SUBCASE("is warned of what it does not have") {
      CHECK(ReadTomlAfterHead(
                "observability = { enabled = true, redact_query_string = true, x = 1 }\n")
                .Warnings() == Texts{"Unexpected fields found in observability field: \"x\" "
                                     "@wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("observability = { logs = { enabled = true, x = 1 }, traces = { "
                              "invocation_logs = true } }\n")
                .Warnings() ==
            Texts{"Unexpected fields found in observability field: \"x\" @wrangler.toml:4",
                  "Unexpected fields found in observability field: \"invocation_logs\" "
                  "@wrangler.toml:4"});
    }
  }

  TEST_CASE("who is let in has an audience") {
    const auto errors = [](const std::string& dev) {
      return ReadTomlAfterHead("access = { dev = " + dev + " }\n").Errors();
    };
    CHECK(errors("{ aud = \"a\", identity = {} }").empty());
    CHECK(errors("{}") == Texts{"\"access.dev.aud\" is a required field. @wrangler.toml:4"});
    CHECK(errors("{ aud = 1, identity = 2 }") ==
          Texts{"Expected \"access.dev.aud\" to be of type string but got 1. @wrangler.toml:4",
                "Expected \"access.dev.identity\" to be of type object but got 2. "
                "@wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("access = 1").Errors() ==
          Texts{"\"access\" should be an object but got 1. @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("access = { team = 1, dev = { aud = \"a\", x = 1 } }").Warnings() ==
          Texts{"\"access\" is not supported yet by isolane and is ignored @wrangler.toml:4",
                "Unexpected fields found in access field: \"team\" @wrangler.toml:4",
                "Unexpected fields found in access.dev field: \"x\" @wrangler.toml:4"});
  }

  TEST_CASE("a cache is on or off, also in previews") {
    for (const std::string path : {"", "previews."}) {
      const auto read = [&](const std::string& cache) {
        return ReadTomlAfterHead(path + "cache = " + cache);
      };
      CHECK(read("{ enabled = true, cross_version_cache = false }").Errors().empty());
      CHECK(read("1").Errors() ==
            Texts{"\"" + path + "cache\" should be an object but got 1. @wrangler.toml:4"});
      CHECK(read("{}").Errors() ==
            Texts{"\"" + path + "cache.enabled\" is a required field. @wrangler.toml:4"});
      CHECK(read("{ enabled = 1, cross_version_cache = 2 }").Errors() ==
            Texts{"Expected \"" + path +
                      "cache.enabled\" to be of type boolean but got 1. @wrangler.toml:4",
                  "Expected \"" + path +
                      "cache.cross_version_cache\" to be of type boolean but got 2. "
                      "@wrangler.toml:4"});
      CHECK(read("{ enabled = true, x = 1 }").Warnings() ==
            Texts{"Unexpected fields found in " + path + "cache field: \"x\" @wrangler.toml:4"});
    }
  }

  TEST_CASE("what is a list instead of an object has its indexes as fields") {
    const ReadConfig read = ReadTomlAfterHead("[[observability]]\nenabled = true\n");
    CHECK(read.Errors() ==
          Texts{"\"observability.enabled\" or \"observability.logs.enabled\" or "
                "\"observability.traces.enabled\" or \"observability.issues.enabled\" is required. "
                "@wrangler.toml:4"});
    CHECK(read.Warnings() ==
          Texts{"Unexpected fields found in observability field: \"0\" @wrangler.toml:4"});
  }

  TEST_CASE("one good switch of observability is enough") {
    CHECK(Errors("observability = { enabled = 1, logs = { enabled = true } }").empty());
  }
}

}  // namespace
}  // namespace isolane::wrangler
