#include "wrangler-compat/config_schema.h"

#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/config_schema") {
  TEST_CASE("a plain configuration") {
    const ReadConfig read = ReadWholeToml(
        "name = \"gateway\"\nmain = \"src/index.js\"\nbase_dir = \".\"\n"
        "compatibility_date = \"2024-09-23\"\ncompatibility_flags = [\"nodejs_als\"]\n"
        "workers_dev = true\n[limits]\ncpu_ms = 50\nsubrequests = 60\nmemory_mb = 70\n"
        "connections = 4\n"
        "[dev]\nip = \"0.0.0.0\"\nport = 8000\nlocal_protocol = \"http\"\n");
    SUBCASE("says nothing") {
      CHECK(read.Errors().empty());
      CHECK(read.Warnings().empty());
    }
    SUBCASE("means what it says") {
      CHECK(read.config.name == "gateway");
      CHECK(read.config.main == "src/index.js");
      CHECK(read.config.main_where == "wrangler.toml:2");
      CHECK(read.config.base_dir == ".");
      CHECK(read.config.compatibility_date == "2024-09-23");
      CHECK(read.config.compatibility_flags == Texts{"nodejs_als"});
      CHECK(read.config.limits.cpu_ms == 50);
      CHECK(read.config.limits.subrequests == 60);
      CHECK(read.config.limits.memory_mb == 70);
      CHECK(read.config.limits.connections == 4);
      CHECK(read.config.dev.ip == "0.0.0.0");
      CHECK(read.config.dev.port == 8000);
    }
  }

  TEST_CASE("limits and dev settings have defaults") {
    const ReadConfig read = ReadTomlAfterHead("");
    CHECK(read.config.limits.cpu_ms == 30'000);
    CHECK(read.config.limits.subrequests == 1'000);
    CHECK_FALSE(read.config.dev.port.has_value());
  }

  TEST_CASE("unknown keys") {
    SUBCASE("are named together, with the line of the first") {
      CHECK(ReadTomlAfterHead("usage_model = \"bundled\"\ntype = \"javascript\"\n").Warnings() ==
            Texts{"Unexpected fields found in top-level field: \"usage_model\",\"type\" "
                  "@wrangler.toml:4"});
    }
    SUBCASE("are found inside sections") {
      CHECK(ReadTomlAfterHead("[dev]\nports = 1\n[limits]\ncpu = 1\n").Warnings() ==
            Texts{"Unexpected fields found in limits field: \"cpu\" @wrangler.toml:7",
                  "Unexpected fields found in dev field: \"ports\" @wrangler.toml:5"});
    }
    SUBCASE("do not stop the start") {
      CHECK(ReadTomlAfterHead("usage_model = \"bundled\"\n").Errors().empty());
    }
    SUBCASE("that generating tools write are known") {
      CHECK(ReadTomlAfterHead("topLevelName = \"x\"\n\"$schema\" = \"y\"\n").Warnings().empty());
    }
  }

  TEST_CASE("keys of later versions") {
    SUBCASE("are said to be ignored") {
      CHECK(ReadTomlAfterHead("python_modules = { exclude = [\"x\"] }\n").Warnings() ==
            Texts{"\"python_modules\" is not supported yet by isolane and is ignored "
                  "@wrangler.toml:4"});
    }
    SUBCASE("are silent when empty") {
      CHECK(ReadTomlAfterHead("python_modules = {}\n[env]\n").Warnings().empty());
    }
    SUBCASE("have checked types") {
      CHECK(ReadTomlAfterHead("build = 1\n").Errors() ==
            Texts{"Expected \"build\" to be of type object but got 1. @wrangler.toml:4"});
      CHECK(ReadTomlAfterHead("triggers = 1\n").Errors() ==
            Texts{"Expected \"triggers\" to be of type object but got 1. @wrangler.toml:4"});
    }
  }

  TEST_CASE("wrong types of keys without local meaning") {
    CHECK(
        ReadTomlAfterHead("workers_dev = \"yes\"\n").Errors() ==
        Texts{"Expected \"workers_dev\" to be of type boolean but got \"yes\". @wrangler.toml:4"});
  }

  TEST_CASE("the name") {
    SUBCASE("has wrangler's letters only") {
      CHECK(ReadWholeToml(
                "name = \"Bad Name\"\nmain = \"i.js\"\ncompatibility_date = \"2024-01-01\"\n")
                .Errors() ==
            Texts{"Expected \"name\" to be of type string, alphanumeric and lowercase with dashes "
                  "only but got \"Bad Name\". @wrangler.toml:1"});
    }
    SUBCASE("is a string that does not begin with a dash") {
      for (const std::string name : {"\"-a\"", "3"}) {
        CHECK(
            ReadWholeToml("name = " + name +
                          "\nmain = \"i.js\"\ncompatibility_date = \"2024-01-01\"\n")
                .Errors() ==
            Texts{"Expected \"name\" to be of type string, alphanumeric and lowercase with dashes "
                  "only but got " +
                  name + ". @wrangler.toml:1"});
      }
    }
  }

  TEST_CASE("main") {
    SUBCASE("is missed with what to write, in TOML") {
      CHECK(
          ReadWholeToml("name = \"w\"\ncompatibility_date = \"2024-01-01\"\n").Errors() ==
          Texts{
              "Missing entry-point to Worker script or to assets directory\n\nIf there is code "
              "to deploy, you can either:\n- Specify an entry-point to your Worker script via the "
              "command line (ex: `isolane dev src/index.js`)\n- Or add the following to your "
              "\"wrangler.toml\" file:\n```\nmain = \"src/index.ts\"\n```\n\nIf are uploading a "
              "directory of assets, you can either:\n- Specify the path to the directory of assets "
              "via the command line: (ex: `isolane dev --assets=./dist`)\n- Or add the following "
              "to "
              "your \"wrangler.toml\" file:\n```\n[assets]\ndirectory = \"./dist\"\n``` "
              "@wrangler.toml"});
    }
    SUBCASE("is missed with what to write, in JSON") {
      const Texts errors =
          ReadWholeJson("{\"name\":\"w\",\"compatibility_date\":\"2024-01-01\"}").Errors();
      REQUIRE(errors.size() == 1);
      CHECK(errors[0].find("\n```\n\"main\": \"src/index.ts\"\n```\n") != std::string::npos);
      CHECK(errors[0].ends_with(
          "\n```\n\"assets\": {\n  \"directory\": \"./dist\"\n}\n``` @wrangler.jsonc"));
    }
    SUBCASE("is a string") {
      CHECK(ReadWholeToml("name = \"w\"\nmain = [1]\ncompatibility_date = \"2024-01-01\"\n")
                .Errors() ==
            Texts{"Expected \"main\" to be of type string but got [1]. @wrangler.toml:2"});
    }
    SUBCASE("is missed differently in a Pages project") {
      const Texts errors = ReadWholeToml(
                               "name = \"w\"\npages_build_output_dir = \"x\"\n"
                               "compatibility_date = \"2024-01-01\"\n")
                               .Errors();
      REQUIRE(errors.size() == 1);
      CHECK(errors[0] ==
            "It looks like you've run a Workers-specific command in a Pages project.\nFor Pages, "
            "please run `wrangler pages dev` instead. @wrangler.toml:2");
    }
    SUBCASE("is not missed next to assets") {
      CHECK(ReadWholeToml("name = \"w\"\ncompatibility_date = \"2024-01-01\"\n"
                          "[assets]\ndirectory = \"public\"\n")
                .Errors()
                .empty());
    }
  }

  TEST_CASE("the compatibility date") {
    const auto errors_of = [](const std::string& date) {
      return ReadWholeToml("name = \"w\"\nmain = \"i.js\"\ncompatibility_date = " + date + "\n")
          .Errors();
    };
    SUBCASE("is missed with a warning and a default") {
      const ReadConfig read = ReadWholeToml("name = \"w\"\nmain = \"i.js\"\n");
      CHECK(read.config.compatibility_date == kDefaultCompatibilityDate);
      CHECK(
          read.Warnings() ==
          Texts{"No compatibility_date was specified. Using the default compatibility date: "
                "2026-11-17.\n❯❯ Add one to your wrangler.toml file: "
                "compatibility_date = \"2026-11-17\", or\n❯❯ Pass it in your terminal: isolane dev "
                "[<SCRIPT>] --compatibility-date=2026-11-17\n\nSee "
                "https://developers.cloudflare.com/workers/platform/compatibility-dates/ for more "
                "information. @wrangler.toml"});
    }
    SUBCASE("is a date") {
      CHECK(errors_of("\"tomorrow\"") ==
            Texts{"\"compatibility_date\" field should be a valid ISO-8601 date (YYYY-MM-DD), but "
                  "got \"tomorrow\". @wrangler.toml:3"});
      for (const std::string wrong : {"\"2024-02-30\"", "\"2023-02-29\"", "\"2024-1-1\""}) {
        CHECK(
            errors_of(wrong) ==
            Texts{"\"compatibility_date\" field should be a valid ISO-8601 date (YYYY-MM-DD), but "
                  "got " +
                  wrong + ". @wrangler.toml:3"});
      }
      CHECK(errors_of("\"2024-02-29\"").empty());
    }
    SUBCASE("has hyphens") {
      CHECK(
          errors_of("\"2024–02–29\"") ==
          Texts{"\"compatibility_date\" field should use ISO-8601 accepted hyphens (-) rather than "
                "en-dashes (–) or em-dashes (—). @wrangler.toml:3"});
    }
    SUBCASE("needs quotes") {
      CHECK(errors_of("2024-02-29") ==
            Texts{"Expected \"compatibility_date\" to be of type string but got \"2024-02-29\". "
                  "@wrangler.toml:3",
                  "Write the compatibility date in quotes: compatibility_date = \"2024-02-29\" "
                  "@wrangler.toml:3"});
    }
  }

  TEST_CASE("compatibility flags are an array of strings") {
    CHECK(ReadTomlAfterHead("compatibility_flags = \"nodejs_compat\"\n").Errors() ==
          Texts{"Expected \"compatibility_flags\" to be of type string array but got "
                "\"nodejs_compat\". @wrangler.toml:4"});
    CHECK(ReadTomlAfterHead("compatibility_flags = [1]\n").Errors() ==
          Texts{"Expected \"compatibility_flags\" to be of type string array but got [1]. "
                "@wrangler.toml:4"});
  }

  TEST_CASE("limits") {
    SUBCASE("are numbers") {
      CHECK(
          ReadTomlAfterHead("[limits]\ncpu_ms = \"x\"\n").Errors() ==
          Texts{"Expected \"limits.cpu_ms\" to be of type number but got \"x\". @wrangler.toml:5"});
    }
    SUBCASE("are whole and positive") {
      CHECK(
          ReadTomlAfterHead("[limits]\nsubrequests = 0\nmemory_mb = 1.5\n").Errors() ==
          Texts{
              "\"limits.subrequests\" should be a whole number above 0 but got 0. @wrangler.toml:5",
              "\"limits.memory_mb\" should be a whole number above 0 but got 1.5. "
              "@wrangler.toml:6"});
    }
    SUBCASE("are an object") {
      CHECK(ReadTomlAfterHead("limits = 1\n").Errors() ==
            Texts{"Expected \"limits\" to be of type object but got 1. @wrangler.toml:4"});
    }
  }

  TEST_CASE("dev settings") {
    SUBCASE("have a port in range") {
      CHECK(ReadTomlAfterHead("[dev]\nport = 70000\n").Errors() ==
            Texts{"\"dev.port\" should be a port number from 0 to 65535 but got 70000. "
                  "@wrangler.toml:5"});
      CHECK(ReadTomlAfterHead("[dev]\nport = \"x\"\n").Errors() ==
            Texts{"Expected \"dev.port\" to be of type number but got \"x\". @wrangler.toml:5"});
    }
    SUBCASE("have a known protocol") {
      CHECK(ReadTomlAfterHead("[dev]\nlocal_protocol = \"ftp\"\n").Errors() ==
            Texts{"Expected \"dev.local_protocol\" field to be one of [\"http\",\"https\"] but got "
                  "\"ftp\". @wrangler.toml:5",
                  "Expected \"dev.upstream_protocol\" field to be one of [\"http\",\"https\"] but "
                  "got \"ftp\". @wrangler.toml:5"});
      CHECK(ReadTomlAfterHead("[dev]\nlocal_protocol = \"ftp\"\nupstream_protocol = \"http\"\n")
                .Errors() ==
            Texts{"Expected \"dev.local_protocol\" field to be one of [\"http\",\"https\"] but got "
                  "\"ftp\". @wrangler.toml:5"});
      CHECK(ReadTomlAfterHead("[dev]\nupstream_protocol = 1\n").Errors() ==
            Texts{"Expected \"dev.upstream_protocol\" to be of type string but got 1. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("may ask for https") {
      const auto read = ReadTomlAfterHead("[dev]\nlocal_protocol = \"https\"\n");
      CHECK(read.Warnings().empty());
      CHECK(read.config.dev.local_protocol == "https");
    }
    SUBCASE("may show Workers another address") {
      const auto read =
          ReadTomlAfterHead("[dev]\nupstream_protocol = \"https\"\nhost = \"a.example\"\n");
      CHECK(read.Warnings().empty());
      CHECK(read.config.dev.host == "a.example");
      CHECK(read.config.dev.upstream_protocol == "https");
    }
  }

  TEST_CASE("contradicting and empty keys") {
    SUBCASE("route and routes") {
      CHECK(ReadTomlAfterHead("route = \"a\"\nroutes = [\"b\"]\n").Errors() ==
            Texts{"Expected exactly one of the following fields [\"routes\",\"route\"]. "
                  "@wrangler.toml:5"});
    }
    SUBCASE("an empty account") {
      CHECK(ReadTomlAfterHead("account_id = \"\"\n").Warnings() ==
            Texts{"The \"account_id\" field in your configuration is an empty string and will be "
                  "ignored.\nPlease remove the \"account_id\" field from your configuration. "
                  "@wrangler.toml:4"});
    }
  }

  TEST_CASE("every mistake is told, not only the first") {
    CHECK(ReadTomlAfterHead("workers_dev = 1\nservices = 2\nvars = 3\n").Errors() ==
          Texts{"Expected \"workers_dev\" to be of type boolean but got 1. @wrangler.toml:4",
                "The field \"vars\" should be an object but got 3.\n @wrangler.toml:6",
                "The field \"services\" should be an array but got 2. @wrangler.toml:5"});
  }
}

}  // namespace
}  // namespace isolane::wrangler
