#include "cli/options.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

using Arguments = std::vector<std::string>;

CliOptions Parse(const Arguments& arguments) {
  auto options = ParseOptions(arguments);
  REQUIRE(options.ok());
  return std::move(*options);
}

std::string Refusal(const Arguments& arguments) {
  auto options = ParseOptions(arguments);
  REQUIRE_FALSE(options.ok());
  return options.error().message;
}

TEST_SUITE("cli/options") {
  TEST_CASE("the command") {
    SUBCASE("is serve or dev") {
      CHECK(Parse({"serve"}).command == Command::kServe);
      CHECK(Parse({"dev"}).command == Command::kDev);
      CHECK(Parse({"-c", "a.toml", "dev"}).command == Command::kDev);
    }
    SUBCASE("is help when there is none") { CHECK(Parse({}).command == Command::kHelp); }
    SUBCASE("gives way to --help and --version") {
      CHECK(Parse({"serve", "-h"}).command == Command::kHelp);
      CHECK(Parse({"--help"}).command == Command::kHelp);
      CHECK(Parse({"--version"}).command == Command::kVersion);
      CHECK(Parse({"-v"}).command == Command::kVersion);
    }
    SUBCASE("has no opposite where that would mean nothing") {
      for (const std::string flag : {"no-help", "no-version", "no-no-persist"}) {
        CHECK(Refusal({"dev", "--" + flag}) == "Unknown argument: " + flag);
      }
    }
    SUBCASE("is refused when unknown or doubled") {
      CHECK(Refusal({"run"}) == "Unknown argument: run");
      CHECK(Refusal({"dev", "serve"}) == "Unknown argument: serve");
    }
  }

  TEST_CASE("tests") {
    SUBCASE("are those of files, in their order") {
      const CliOptions options = Parse({"test", "a.js", "-c", "w.toml", "b.js"});
      CHECK(options.command == Command::kTest);
      CHECK(options.files == Arguments{"a.js", "b.js"});
      CHECK(options.configs == Arguments{"w.toml"});
    }
    SUBCASE("are chosen by a part of their names") {
      CHECK(Parse({"test", "--filter", "add"}).filter == "add");
      CHECK(Refusal({"dev", "--filter", "add"}) == "--filter is an option of isolane test only");
    }
    SUBCASE("are the only thing that takes files") { CHECK(Parse({"dev", "a.js"}).files.empty()); }
  }

  TEST_CASE("--test-scheduled is a switch") {
    CHECK(Parse({"dev", "--test-scheduled"}).test_scheduled);
    CHECK_FALSE(Parse({"dev"}).test_scheduled);
  }

  TEST_CASE("what the Workers are") {
    SUBCASE("may be another environment, name, date and script") {
      const CliOptions options = Parse({"dev", "src/index.js", "-e", "st", "--name=w",
                                        "--compatibility-date", "2025-01-01", "--cwd", "/app"});
      CHECK(options.script == "src/index.js");
      CHECK(options.environment == "st");
      CHECK(options.name == "w");
      CHECK(options.compatibility_date == "2025-01-01");
      CHECK(options.cwd == "/app");
    }
    SUBCASE("may have several flags and files of variables") {
      const CliOptions options =
          Parse({"dev", "--compatibility-flags", "a", "b", "--env-file=x", "--env-file", "y", "z"});
      CHECK(options.compatibility_flags == Arguments{"a", "b"});
      CHECK(options.env_files == Arguments{"x", "y", "z"});
    }
    SUBCASE("is one script at most, with an extension or a directory") {
      CHECK(Refusal({"dev", "a.js", "b.js"}) == "Unknown argument: b.js");
      CHECK(Refusal({"dev", "index"}) == "Unknown argument: index");
    }
  }

  TEST_CASE("other commands") {
    CHECK(Parse({"check", "-c", "a.toml"}).command == Command::kCheck);
    CHECK(Parse({"explain", "--json"}).json);
    CHECK(Refusal({"dev", "--json"}) == "--json is an option of isolane explain only");
  }

  TEST_CASE("the environment and the name") {
    SUBCASE("may be said to be none") {
      CHECK(Parse({"dev", "--env", ""}).environment == "");
      CHECK(Parse({"dev", "--env="}).environment == "");
      CHECK_FALSE(Parse({"dev"}).environment.has_value());
      CHECK_FALSE(Parse({"dev", "--name", ""}).name.has_value());
      CHECK_FALSE(Parse({"dev", "--name", "a", "--name="}).name.has_value());
      CHECK(Parse({"dev", "--name", "", "-e", "st"}).environment == "st");
    }
    SUBCASE("are not left out") {
      CHECK(Refusal({"dev", "--env"}) == "Not enough arguments following: env");
      CHECK(Refusal({"dev", "--name", "-e", "x"}) == "Not enough arguments following: name");
    }
  }

  TEST_CASE("routes") {
    SUBCASE("choose the Worker when none is named") {
      CHECK(Parse({"dev", "--routes"}).by_routes);
      CHECK(Parse({"dev", "--routes", "-c", "a.toml"}).by_routes);
      CHECK(Parse({"--routes", "dev"}).command == Command::kDev);
      CHECK_FALSE(Parse({"dev", "--routes=false"}).by_routes);
      CHECK_FALSE(Parse({"dev", "--routes", "--no-routes"}).by_routes);
      CHECK(Parse({"dev", "--routes"}).routes.empty());
    }
    SUBCASE("are those of the public Worker when they are named") {
      const CliOptions options =
          Parse({"dev", "--routes", "r.example.com/*", "*/x", "--routes=a.example.com", "-c", "w"});
      CHECK(options.routes == Arguments{"r.example.com/*", "*/x", "a.example.com"});
      CHECK_FALSE(options.by_routes);
      CHECK(options.configs == Arguments{"w"});
      CHECK(Parse({"dev", "--route", "a.com/*", "--route=b.com"}).routes ==
            Arguments{"a.com/*", "b.com"});
      CHECK(Parse({"dev", "--no-routes", "a.com/*"}).routes.empty());
    }
    SUBCASE("are no modules") {
      const CliOptions options = Parse({"dev", "--routes", "src/index.js"});
      CHECK(options.by_routes);
      CHECK(options.script == "src/index.js");
      CHECK(Parse({"dev", "--routes", "a.com/*", "index.ts"}).script == "index.ts");
    }
    SUBCASE("are no folders") {
      const CliOptions folder = Parse({"dev", "--routes", "."});
      CHECK(folder.by_routes);
      CHECK(folder.script == ".");
      CHECK(Parse({"dev", "--cwd", "/usr", "--routes", "./bin"}).script == "./bin");
      CHECK(Parse({"dev", "--routes", "./bin", "--cwd", "/usr"}).script == "./bin");
      CHECK(Parse({"dev", "--routes", "./bin", "--cwd=/usr"}).script == "./bin");
      CHECK(Parse({"dev", "--cwd", "/usr", "--routes", "bin.com"}).routes == Arguments{"bin.com"});
    }
  }

  TEST_CASE("flags of the build") {
    SUBCASE("with values") {
      const auto build =
          Parse({"dev", "--define", "A:1", "B:\"x:y\"", "--alias=a:./b.js", "--tsconfig", "t.json",
                 "--jsx-factory", "h", "--jsx-fragment", "F"})
              .build;
      using Pairs = std::vector<std::pair<std::string, std::string>>;
      CHECK(build.define == Pairs{{"A", "1"}, {"B", "\"x:y\""}});
      CHECK(build.alias == Pairs{{"a", "./b.js"}});
      CHECK(build.tsconfig == "t.json");
      CHECK(build.jsx_factory == "h");
      CHECK(build.jsx_fragment == "F");
      CHECK_FALSE(build.bundle.has_value());
    }
    SUBCASE("that are switches") {
      CHECK(Parse({"dev", "--no-bundle"}).build.bundle == false);
      CHECK(Parse({"dev", "--minify"}).build.minify == true);
      CHECK(Parse({"dev", "--no-minify"}).build.minify == false);
      CHECK(Parse({"dev", "--minify=false"}).build.minify == false);
      CHECK(Parse({"dev", "--bundle=false"}).build.bundle == false);
      CHECK(Parse({"dev", "--no-bundle=false"}).build.bundle == true);
    }
    SUBCASE("need a key and a value") {
      CHECK(Refusal({"dev", "--define", "A"}) ==
            "Invalid value for --define: \"A\", expected KEY:VALUE");
    }
  }

  TEST_CASE("flags of wrangler") {
    SUBCASE("that mean nothing here are accepted") {
      CHECK(Parse({"dev", "--local", "--no-bundle", "--minify"}).command == Command::kDev);
      CHECK(Parse({"dev", "--enable-containers=false"}).without_effect.empty());
    }
    SUBCASE("that have no effect here are kept to be warned of") {
      const CliOptions options =
          Parse({"dev", "--inspector-port", "9229", "--inspector-ip=::1", "-c", "a.toml"});
      CHECK(options.without_effect == Arguments{"--inspector-port", "--inspector-ip"});
      CHECK(options.configs == Arguments{"a.toml"});
    }
    SUBCASE("may ask for types") {
      CHECK(Parse({"dev", "--types"}).write_types);
      CHECK_FALSE(Parse({"dev", "--types=false"}).write_types);
    }
    SUBCASE("may be written without dashes") {
      const CliOptions options =
          Parse({"dev", "--compatibilityDate", "2026-01-01", "--testScheduled", "--logLevel=warn",
                 "--persistTo", "p", "--noBundle", "--envFile", "e"});
      CHECK(options.compatibility_date == "2026-01-01");
      CHECK(options.test_scheduled);
      CHECK(options.log_level == LogLevel::kWarn);
      CHECK(options.persist_to == "p");
      CHECK(options.build.bundle == false);
      CHECK(options.env_files == Arguments{"e"});
      CHECK(Refusal({"dev", "--bogusFlag"}) == "Unknown argument: bogusFlag");
    }
    SUBCASE("that are switches may be switched off") {
      const CliOptions options = Parse(
          {"dev", "--live-reload=false", "--test-scheduled=false", "--no-enable-containers",
           "--remote=false", "--no-show-interactive-dev-session", "--no-latest", "--no-types"});
      CHECK_FALSE(options.live_reload);
      CHECK_FALSE(options.test_scheduled);
      CHECK_FALSE(options.interactive);
      CHECK_FALSE(options.latest);
      CHECK_FALSE(Parse({"dev", "--live-reload", "--no-live-reload"}).live_reload);
      CHECK(Parse({"dev", "--no-live-reload=false"}).live_reload);
      CHECK_FALSE(Parse({"dev", "--no-infer-origin-from-routes"}).infer_host);
      for (const char* flag : {"port", "env", "var", "log-level", "define", "inspector-port"}) {
        const std::string refused = std::string("no-") + flag;
        CHECK(Refusal({"dev", "--" + refused, "A:1"}) == "Unknown argument: " + refused);
      }
      CHECK(Refusal({"dev", "--no-bogus"}) == "Unknown argument: no-bogus");
    }
    SUBCASE("that name the newest date") { CHECK(Parse({"dev", "--latest"}).latest); }
    SUBCASE("that isolane does not have are named as such") {
      CHECK(Refusal({"dev", "--remote"}) == "--remote is not supported by isolane yet");
      CHECK(Refusal({"dev", "--tunnel"}) == "--tunnel is not supported by isolane yet");
    }
  }

  TEST_CASE("configurations keep their order") {
    const Arguments expected{"a.toml", "b.json", "c.toml", "d.toml"};
    CHECK(Parse({"serve", "-c", "a.toml", "--config", "b.json", "-c=c.toml", "--config=d.toml"})
              .configs == expected);
    CHECK(Parse({"serve"}).configs.empty());
  }

  TEST_CASE("address and port") {
    SUBCASE("are left to the configuration by default") {
      CHECK_FALSE(Parse({"serve"}).port.has_value());
      CHECK_FALSE(Parse({"serve"}).ip.has_value());
    }
    SUBCASE("are taken") {
      CHECK(Parse({"serve", "--port", "0"}).port == 0);
      CHECK(Parse({"serve", "--port=65535"}).port == 65535);
      CHECK(Parse({"serve", "--ip", "0.0.0.0"}).ip == "0.0.0.0");
    }
    SUBCASE("must be a port") {
      CHECK(Refusal({"serve", "--port", "65536"}) ==
            "Invalid value for --port: \"65536\", expected a number from 0 to 65535, or "
            "NAME=NUMBER for one Worker");
      CHECK(Refusal({"serve", "--port=80x"}) ==
            "Invalid value for --port: \"80x\", expected a number from 0 to 65535, or NAME=NUMBER "
            "for one Worker");
    }
    SUBCASE("may be those of single Workers") {
      const CliOptions options =
          Parse({"dev", "--port", "auth=9000", "--port=8000", "--port=users=0"});
      CHECK(options.port == 8000);
      using Ports = std::vector<std::pair<std::string, int>>;
      CHECK(options.worker_ports == Ports{{"auth", 9000}, {"users", 0}});
      CHECK(
          Refusal({"dev", "--port", "auth=x"}).starts_with("Invalid value for --port: \"auth=x\""));
    }
    SUBCASE("may be seen by Workers as others") {
      const CliOptions options =
          Parse({"dev", "--host", "a.example", "--upstream-protocol=https", "--routes"});
      CHECK(options.host == "a.example");
      CHECK(options.upstream_protocol == "https");
      CHECK(options.by_routes);
      CHECK(options.infer_host);
      CHECK_FALSE(Parse({"dev", "--infer-origin-from-routes=false"}).infer_host);
      CHECK_FALSE(Parse({"dev", "--no-infer-origin-from-routes"}).infer_host);
      CHECK(Refusal({"dev", "--upstream-protocol", "ftp"}) ==
            "Invalid value for --upstream-protocol: \"ftp\", expected http or https");
    }
    SUBCASE("may be https") {
      CHECK_FALSE(Parse({"dev"}).local_protocol);
      const CliOptions options = Parse({"dev", "--local-protocol", "https", "--https-cert-path",
                                        "a.pem", "--https-key-path=k.pem"});
      CHECK(options.local_protocol == "https");
      CHECK(options.https_cert_path == "a.pem");
      CHECK(options.https_key_path == "k.pem");
      CHECK(Refusal({"dev", "--local-protocol", "ftp"}) ==
            "Invalid value for --local-protocol: \"ftp\", expected http or https");
    }
  }

  TEST_CASE("vars") {
    SUBCASE("are split at the first colon") {
      const CliOptions options = Parse({"dev", "--var", "A:1:2"});
      REQUIRE(options.vars.size() == 1);
      CHECK(options.vars[0].name == "A");
      CHECK(options.vars[0].value == "1:2");
    }
    SUBCASE("may be empty") {
      CHECK(Parse({"dev", "--var", "A:"}).vars[0].value.empty());
      const CliOptions options = Parse({"dev", "--var", "A"});
      CHECK(options.vars[0].name == "A");
      CHECK(options.vars[0].value.empty());
    }
    SUBCASE("may hold an equals sign") {
      CHECK(Parse({"dev", "--var", "A:x=y"}).vars[0].value == "x=y");
      CHECK(Parse({"dev", "--var=A:x=y"}).vars[0].value == "x=y");
    }
    SUBCASE("may be several, once or again") {
      CHECK(Parse({"--var", "A:1", "B:2", "--var", "C:3", "dev"}).vars.size() == 3);
      CHECK(Parse({"--var", "A:1", "dev"}).command == Command::kDev);
    }
    SUBCASE("need a name") {
      CHECK(Refusal({"dev", "--var", ":x"}) ==
            "Invalid value for --var: \":x\", expected NAME:VALUE");
    }
  }

  TEST_CASE("the log level") {
    CHECK(Parse({"dev"}).log_level == LogLevel::kLog);
    CHECK(Parse({"dev", "--log-level", "debug"}).log_level == LogLevel::kDebug);
    CHECK(Parse({"dev", "--log-level=none"}).log_level == LogLevel::kNone);
    CHECK(Parse({"dev", "--log-level=none"}).log_level_given);
    CHECK(LogLevelOf("WARN") == LogLevel::kWarn);
    CHECK_FALSE(LogLevelOf("warning"));
    CHECK(LogLevel::kDebug > LogLevel::kLog);
    CHECK(
        Refusal({"dev", "--log-level", "loud"}) ==
        "Invalid value for --log-level: \"loud\", expected debug, info, log, warn, error or none");
  }

  TEST_CASE("what is printed") {
    CHECK(Parse({"dev"}).log_format == LogFormat::kText);
    CHECK(Parse({"dev", "--log-format", "json"}).log_format == LogFormat::kJson);
    CHECK(Refusal({"dev", "--log-format=xml"}) ==
          "Invalid value for --log-format: \"xml\", expected text or json");
    CHECK(Parse({"dev"}).interactive);
    CHECK_FALSE(Parse({"dev", "--show-interactive-dev-session=false"}).interactive);
    CHECK_FALSE(Parse({"dev", "--show-interactive-dev-session", "false"}).interactive);
    CHECK(Parse({"dev", "--show-interactive-dev-session", "--port", "1"}).interactive);
    CHECK(Refusal({"dev", "--show-interactive-dev-session=no"}) ==
          "Invalid value for --show-interactive-dev-session: \"no\", expected true or false");
  }

  TEST_CASE("the graph") {
    CHECK(Parse({"graph"}).graph_format == GraphFormat::kText);
    CHECK(Parse({"graph", "--format", "mermaid"}).graph_format == GraphFormat::kMermaid);
    CHECK(Parse({"graph", "--format=svg", "-c", "a"}).graph_format == GraphFormat::kSvg);
    CHECK(Refusal({"dev", "--format=svg"}) == "--format is an option of isolane graph only");
  }

  TEST_CASE("types") {
    const CliOptions plain = Parse({"types"});
    CHECK(plain.command == Command::kTypes);
    CHECK(plain.types.env_interface == "Env");
    CHECK(plain.types.strict_vars);
    CHECK_FALSE(plain.types.include_runtime.has_value());
    const CliOptions options =
        Parse({"types", "env.d.ts", "-c", "a", "--env-interface", "E", "--strict-vars=false",
               "--include-runtime", "false", "--include-env=false", "--check"});
    CHECK(options.types.path == "env.d.ts");
    CHECK(options.types.env_interface == "E");
    CHECK_FALSE(options.types.strict_vars);
    CHECK(options.types.include_runtime == false);
    CHECK_FALSE(options.types.include_env);
    CHECK(options.types.check);
    CHECK(Refusal({"types", "a.d.ts", "b.d.ts"}) == "Unknown argument: b.d.ts");
    CHECK(Refusal({"dev", "--check"}) == "--check is an option of isolane types only");
  }

  TEST_CASE("public addresses only") {
    CHECK_FALSE(Parse({"serve"}).public_only);
    CHECK(Parse({"serve", "--public-only"}).public_only);
    CHECK(Parse({"dev", "--public-only"}).public_only);
    CHECK(Refusal({"dev", "--public-only=yes"}) ==
          "Invalid value for --public-only: \"yes\", expected true or false");
  }

  TEST_CASE("where Durable Objects are kept") {
    CHECK_FALSE(Parse({"dev"}).persist_to.has_value());
    CHECK(Parse({"dev", "--persist-to", "state"}).persist_to == "state");
    CHECK(Parse({"dev", "--no-persist"}).no_persist);
    CHECK(Refusal({"dev", "--no-persist", "--persist-to=x"}) ==
          "--persist-to and --no-persist exclude each other");
    CHECK(Refusal({"dev", "--persist-to"}) == "Not enough arguments following: persist-to");
  }

  TEST_CASE("mistakes") {
    SUBCASE("an unknown flag is named without its dashes") {
      CHECK(Refusal({"dev", "--bogus-flag"}) == "Unknown argument: bogus-flag");
      CHECK(Refusal({"dev", "--bogus-flag=1"}) == "Unknown argument: bogus-flag");
      CHECK(Refusal({"dev", "-x"}) == "Unknown argument: x");
      CHECK(Refusal({"dev", "--"}) == "Unknown argument: --");
    }
    SUBCASE("a value is missing") {
      CHECK(Refusal({"dev", "-c"}) == "Not enough arguments following: config");
      CHECK(Refusal({"dev", "--port", "--ip", "x"}) == "Not enough arguments following: port");
      CHECK(Refusal({"dev", "--ip="}) == "Not enough arguments following: ip");
    }
    SUBCASE("a value too many") {
      CHECK(Refusal({"--help=1"}) == "Invalid value for --help: \"1\", expected true or false");
    }
  }

  TEST_CASE("the help names every option") {
    for (const char* option :
         {"serve", "dev", "--config", "--port", "--ip", "--var", "--public-only", "--live-reload",
          "--log-level", "--help", "--version"}) {
      CHECK(HelpText().find(option) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace isolane::cli
