#include "wrangler-compat/project.h"

#include <variant>

#include "tests/wrangler-compat/temp_project.h"

namespace isolane::wrangler {
namespace {

constexpr char kDate[] = "compatibility_date = \"2024-09-23\"\n";

void WriteWorker(const TempProject& project, const std::string& name,
                 const std::string& more = {}) {
  project.Write(name + "/wrangler.toml",
                "name = \"" + name + "\"\nmain = \"src/index.js\"\n" + kDate + more);
  project.Write(name + "/src/index.js", "// " + name);
}

LoadedProject Load(const TempProject& project, std::vector<std::string> configs,
                   std::vector<VarOverride> vars = {},
                   UnknownService unknown_service = UnknownService::kRefuse) {
  ProjectOptions options;
  options.cwd = project.root();
  options.configs = std::move(configs);
  options.vars = std::move(vars);
  options.unknown_service = unknown_service;
  return LoadProject(options);
}

std::string Errors(const LoadedProject& loaded) {
  return RenderDiagnostics(loaded.diagnostics, Severity::kError, Colours::kNever);
}

std::string Warnings(const LoadedProject& loaded) {
  return RenderDiagnostics(loaded.diagnostics, Severity::kWarning, Colours::kNever);
}

std::string Var(const WorkerSpec& worker, const std::string& name) {
  for (const BindingSpec& binding : worker.bindings) {
    const auto* var = std::get_if<VarBinding>(&binding.value);
    if (binding.name == name && var != nullptr) return var->json;
  }
  return "none";
}

TEST_SUITE("wrangler-compat/project") {
  TEST_CASE("a project of two Workers") {
    TempProject project;
    WriteWorker(project, "gateway",
                "services = [{ binding = \"AUTH\", service = \"auth\" }]\n"
                "[dev]\nport = 9000\n");
    WriteWorker(project, "auth", "[dev]\nport = 1\n");
    const LoadedProject loaded = Load(project, {"gateway/wrangler.toml", "auth/wrangler.toml"});
    REQUIRE(loaded.ok());
    REQUIRE(loaded.project.workers.size() == 2);
    const WorkerSpec& gateway = loaded.project.workers[0];
    SUBCASE("keeps the order of the configurations") {
      CHECK(gateway.name == "gateway");
      CHECK(loaded.project.workers[1].name == "auth");
    }
    SUBCASE("takes the dev settings of the first") { CHECK(loaded.project.dev.port == 9000); }
    SUBCASE("loads modules from the directory of main") {
      CHECK(gateway.main_module == "index.js");
      CHECK(gateway.display_root == "gateway/src/");
      CHECK(gateway.config_path == project.root() + "/gateway/wrangler.toml");
      auto source = gateway.modules("index.js");
      REQUIRE(source.ok());
      CHECK(source->content == "// gateway");
    }
    SUBCASE("says nothing") { CHECK(Warnings(loaded).empty()); }
  }

  TEST_CASE("the root of the modules") {
    TempProject project;
    SUBCASE("is base_dir when there is one") {
      WriteWorker(project, "a", "base_dir = \".\"\n");
      const LoadedProject loaded = Load(project, {"a/wrangler.toml"});
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].main_module == "src/index.js");
      CHECK(loaded.project.workers[0].display_root == "a/");
    }
    SUBCASE("is shown as nothing when it is the current directory") {
      project.Write("wrangler.toml", std::string("name = \"a\"\nmain = \"index.js\"\n") + kDate);
      project.Write("index.js", "");
      const LoadedProject loaded = Load(project, {"wrangler.toml"});
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].display_root.empty());
    }
  }

  TEST_CASE("a project of Pages is no Worker that others are bound to") {
    TempProject project;
    WriteWorker(project, "a");
    project.Write("p/wrangler.toml",
                  "name = \"p\"\n" + std::string(kDate) + "pages_build_output_dir = \"d\"\n");
    CHECK(Errors(Load(project, {"a/wrangler.toml", "p/wrangler.toml"})) ==
          "✘ [ERROR] You cannot use a Pages project as a service binding target.\n  If you are "
          "trying to develop Pages and Workers together, please use `wrangler pages dev`. Note the "
          "first config file specified must be for the Pages project\n  (p/wrangler.toml:3)\n\n");
    CHECK(Errors(Load(project, {"p/wrangler.toml", "a/wrangler.toml"}))
              .starts_with("✘ [ERROR] It looks like you've run a Workers-specific command"));
  }

  TEST_CASE("the settings of the bundler") {
    TempProject project;
    SUBCASE("have to be there") {
      WriteWorker(project, "a", "tsconfig = \"nope.json\"\n");
      CHECK(Errors(Load(project, {"a/wrangler.toml"})) ==
            "✘ [ERROR] Cannot find tsconfig file \"a/nope.json\" (a/wrangler.toml:4)\n\n");
      project.Write("a/nope.json", "{}");
      CHECK(Load(project, {"a/wrangler.toml"}).ok());
    }
    SUBCASE("have to be there on the command line") {
      WriteWorker(project, "a");
      ProjectOptions options;
      options.cwd = project.root();
      options.configs = {"a/wrangler.toml"};
      options.build.tsconfig = "nope.json";
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] Cannot find tsconfig file \"nope.json\" (--tsconfig)\n\n");
    }
    SUBCASE("mean nothing without it") {
      WriteWorker(project, "a", "tsconfig = \"nope.json\"\nno_bundle = true\n");
      CHECK(Load(project, {"a/wrangler.toml"}).ok());
    }
  }

  TEST_CASE("flags of Node.js") {
    TempProject project;
    SUBCASE("are one of two") {
      WriteWorker(project, "a",
                  "compatibility_flags = [\"nodejs_compat\", \"nodejs_compat_v2\"]\n");
      CHECK(Errors(Load(project, {"a/wrangler.toml"})) ==
            "✘ [ERROR] The `nodejs_compat` and `nodejs_compat_v2` compatibility flags cannot be "
            "used in together. Please select just one. (a/wrangler.toml:4)\n\n");
    }
    SUBCASE("are no experiment any more, on the command line either") {
      WriteWorker(project, "a");
      ProjectOptions options;
      options.cwd = project.root();
      options.configs = {"a/wrangler.toml"};
      options.compatibility_flags = {"experimental:nodejs_compat_v2"};
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] The `experimental:` prefix on `nodejs_compat_v2` is no longer valid. Please "
            "remove it and try again. (--compatibility-flags)\n\n");
    }
    SUBCASE("ask for the bundler") {
      WriteWorker(project, "a", "compatibility_flags = [\"nodejs_compat_v2\"]\nno_bundle = true\n");
      CHECK(Warnings(Load(project, {"a/wrangler.toml"}))
                .starts_with("▲ [WARNING] `nodejs_compat_v2` compatibility flag and `--no-bundle` "
                             "can't be used together. If you want to polyfill Node.js built-ins "
                             "while disabling bundling, please polyfill as part of your own "
                             "bundling process. (a/wrangler.toml:4)\n"));
    }
  }

  TEST_CASE("a Worker without a name is called like its directory") {
    TempProject project;
    project.Write("My App/wrangler.toml", std::string("main = \"index.js\"\n") + kDate);
    project.Write("My App/index.js", "");
    CHECK(Load(project, {"My App/wrangler.toml"}).project.workers[0].name == "my-app");
  }

  TEST_CASE("main") {
    TempProject project;
    const auto errors_with = [&project](const std::string& main) {
      project.Write("a/wrangler.toml", "name = \"a\"\nmain = \"" + main + "\"\n" + kDate);
      return Errors(Load(project, {"a/wrangler.toml"}));
    };
    SUBCASE("must exist") {
      CHECK(errors_with("src/nope.js") ==
            "✘ [ERROR] The entry-point file at \"a/src/nope.js\" was not found.\n  \n"
            "  This might mean that your entry-point file needs to be generated (which is the "
            "general "
            "case when a framework is being used).\n"
            "  If that's the case please run your project's build command and try again.\n"
            "  (a/wrangler.toml:2)\n\n");
    }
    SUBCASE("must be a file") {
      const std::string error =
          "✘ [ERROR] The provided entry-point path, \"a/src\", points to a directory, rather than "
          "a file. (a/wrangler.toml:2)\n";
      project.Write("a/src/x", "");
      CHECK(errors_with("src") ==
            error +
                "  If you want to serve a directory of static assets, you can do so by using the "
                "`--assets` flag. For example: isolane dev --assets=./a/src\n\n");
      project.Write("a/src/index.js", "");
      CHECK(errors_with("src") == error +
                                      "  Did you mean to set the main field to:\n  ```\n  main = "
                                      "\"./src/index.js\"\n  ```\n\n");
      project.Write("a/src/dist/worker.ts", "");
      CHECK(errors_with("src") ==
            error +
                "  Did you mean to set the main field to one of:\n  ```\n  main = "
                "\"./src/dist/worker.ts\"\n  main = \"./src/index.js\"\n  ```\n\n");
    }
    SUBCASE("may be what the bundler understands") {
      for (const char* name : {"index.ts", "index.tsx", "index.jsx", "index.mts", "index.cjs"}) {
        project.Write("a/" + std::string(name), "");
        CHECK_MESSAGE(errors_with(name) == "", name);
      }
    }
    SUBCASE("must not be TypeScript without the bundler") {
      project.Write("a/index.ts", "");
      CHECK(errors_with("index.ts\"\nno_bundle = true\n#")
                .starts_with(
                    "✘ [ERROR] TypeScript needs the bundler: a/index.ts (a/wrangler.toml:2)\n"));
    }
    SUBCASE("need not exist before a custom build") {
      CHECK(errors_with("dist/index.js\"\nbuild.command = \"make") == "");
    }
    SUBCASE("must be JavaScript") {
      project.Write("a/index.txt", "");
      CHECK(errors_with("index.txt")
                .starts_with(
                    "✘ [ERROR] The entry-point file \"a/index.txt\" is no JavaScript module"));
    }
  }

  TEST_CASE("--var") {
    TempProject project;
    WriteWorker(project, "a", "services = [{ binding = \"S\", service = \"b\" }]\n[vars]\nA = 1\n");
    WriteWorker(project, "b", "[vars]\nA = \"b\"\n");
    const auto load = [&project](std::vector<VarOverride> vars) {
      const LoadedProject loaded = Load(project, {"a/wrangler.toml", "b/wrangler.toml"}, vars);
      CHECK(loaded.ok());
      return loaded.project.workers;
    };
    SUBCASE("replaces a var of the first Worker, always by a string") {
      const auto workers = load({{"A", "2"}});
      CHECK(Var(workers[0], "A") == "\"2\"");
      CHECK(Var(workers[1], "A") == "\"b\"");
    }
    SUBCASE("is added to the first Worker, before its services") {
      const auto workers = load({{"NEW", "x:\"y\""}});
      CHECK(Var(workers[0], "NEW") == "\"x:\\\"y\\\"\"");
      CHECK(workers[0].bindings[1].name == "NEW");
      CHECK(Var(workers[1], "NEW") == "none");
    }
    SUBCASE("replaces a service of the first Worker") {
      CHECK(Var(load({{"S", "x"}})[0], "S") == "\"x\"");
    }
  }

  TEST_CASE("two Workers of one name are an error that names both files") {
    TempProject project;
    WriteWorker(project, "a");
    project.Write("b/wrangler.toml", std::string("name = \"a\"\nmain = \"index.js\"\n") + kDate);
    project.Write("b/index.js", "");
    CHECK(Errors(Load(project, {"a/wrangler.toml", "b/wrangler.toml"})) ==
          "✘ [ERROR] The Worker name \"a\" is used twice: by a/wrangler.toml and by "
          "b/wrangler.toml. Give each Worker a name of its own.\n\n");
  }

  TEST_CASE("a binding to an unknown Worker") {
    TempProject project;
    WriteWorker(project, "gateway", "[[services]]\nbinding = \"AUTH\"\nservice = \"auth\"\n");
    WriteWorker(project, "authn");
    const std::vector<std::string> configs{"gateway/wrangler.toml", "authn/wrangler.toml"};
    const std::string words =
        "gateway: binding AUTH points to \"auth\", no such Worker (known: gateway, authn). "
        "gateway/wrangler.toml:5. Did you mean \"authn\"?";
    SUBCASE("is an error for serve") {
      const LoadedProject loaded = Load(project, configs);
      CHECK_FALSE(loaded.ok());
      CHECK(Errors(loaded) == "✘ [ERROR] " + words +
                                  "\n  Start that Worker as well, with -c and "
                                  "its configuration, or correct the name.\n\n");
    }
    SUBCASE("is a warning for dev") {
      const LoadedProject loaded = Load(project, configs, {}, UnknownService::kFailOnUse);
      CHECK(loaded.ok());
      CHECK(Warnings(loaded) ==
            "▲ [WARNING] " + words +
                " env.AUTH.fetch() will answer 503, its methods will reject.\n\n");
      CHECK(loaded.project.unknown_service == UnknownService::kFailOnUse);
    }
    SUBCASE("is told of tails in other words") {
      WriteWorker(project, "gateway", "tail_consumers = [ { service = \"auth\" } ]\n");
      CHECK(Warnings(Load(project, configs, {}, UnknownService::kFailOnUse)) ==
            "▲ [WARNING] gateway: tail_consumers names \"auth\", no such Worker (known: gateway, "
            "authn). gateway/wrangler.toml:4. Did you mean \"authn\"? It will be told "
            "nothing.\n\n");
    }
    SUBCASE("is not reported while a configuration cannot be read") {
      CHECK(Errors(Load(project, {"gateway/wrangler.toml", "auth/wrangler.toml"}))
                .find("points to") == std::string::npos);
    }
  }

  TEST_CASE("a binding to a file") {
    TempProject project;
    WriteWorker(project, "a", "[text_blobs]\nT = \"t.txt\"\n[wasm_modules]\nW = \"w.wasm\"\n");
    project.Write("a/t.txt", "text");
    SUBCASE("has what is in it") {
      project.Write("a/w.wasm", "wasm");
      const LoadedProject loaded = Load(project, {"a/wrangler.toml"});
      REQUIRE(loaded.ok());
      const auto& bindings = loaded.project.workers[0].bindings;
      REQUIRE(bindings.size() == 2);
      CHECK(*std::get<FileBinding>(bindings[0].value).content == "text");
      CHECK(*std::get<FileBinding>(bindings[1].value).content == "wasm");
    }
    SUBCASE("that cannot be read names Worker, binding, place and what to do") {
      CHECK(Errors(Load(project, {"a/wrangler.toml"})) ==
            "✘ [ERROR] a: binding W is the Wasm Module of \"w.wasm\". Cannot read " +
                project.root() +
                "/a/w.wasm: No such file or directory (a/wrangler.toml:7)\n  Create the file or "
                "correct its path, which is relative to " +
                project.root() + "/a.\n\n");
    }
  }

  TEST_CASE("the mistakes of all files are told at once") {
    TempProject project;
    WriteWorker(project, "a", "workers_dev = 1\n");
    project.Write("b/wrangler.toml", "name = \n");
    const std::string errors =
        Errors(Load(project, {"a/wrangler.toml", "b/wrangler.toml", "c.toml"}));
    CHECK(errors.find("✘ [ERROR] Processing a/wrangler.toml configuration:\n\n    - Expected "
                      "\"workers_dev\" to be of type boolean but got 1. (a/wrangler.toml:4)\n") !=
          std::string::npos);
    CHECK(errors.find("✘ [ERROR] Invalid TOML document: ") != std::string::npos);
    CHECK(errors.find("(b/wrangler.toml:1:") != std::string::npos);
    CHECK(errors.find("The configuration file c.toml does not exist") != std::string::npos);
  }

  TEST_CASE("secrets and environments of a project") {
    TempProject project;
    WriteWorker(project, "a", "services = [{ binding = \"B\", service = \"b\" }]\n");
    WriteWorker(project, "b", "[secrets]\nrequired = [\"K\"]\n");
    project.Write("a/.dev.vars", "K=of a\n");
    ProjectOptions options;
    options.cwd = project.root();
    options.configs = {"a/wrangler.toml", "b/wrangler.toml"};
    SUBCASE("every Worker has those beside its own configuration") {
      project.Write("b/.dev.vars", "K=of b\n");
      const LoadedProject loaded = LoadProject(options);
      CHECK(loaded.ok());
      CHECK(Var(loaded.project.workers[0], "K") == "\"of a\"");
      CHECK(Var(loaded.project.workers[1], "K") == "\"of b\"");
      CHECK(loaded.notes == std::vector<std::string>{"Using secrets defined in a/.dev.vars",
                                                     "Using secrets defined in b/.dev.vars"});
    }
    SUBCASE("one that is missing stops serve") {
      const LoadedProject loaded = LoadProject(options);
      CHECK(
          Errors(loaded).find("Missing required secrets: K. Add them to .dev.vars, .env, or set as "
                              "environment variables.") != std::string::npos);
    }
    SUBCASE("one that is missing is a warning in dev") {
      options.unknown_service = UnknownService::kFailOnUse;
      const LoadedProject loaded = LoadProject(options);
      CHECK(loaded.ok());
      CHECK(Warnings(loaded).find("Missing required secrets: K.") != std::string::npos);
    }
    SUBCASE("--var is one, too, of the first Worker") {
      options.configs = {"b/wrangler.toml"};
      options.vars = {{"K", "1"}};
      CHECK(LoadProject(options).ok());
    }
    SUBCASE("--env-file is the first Worker's alone, relative to its configuration") {
      project.Write("b/.dev.vars", "K=of b\n");
      project.Write("a/x.env", "K=of x\n");
      options.env_files = {"x.env"};
      const LoadedProject loaded = LoadProject(options);
      CHECK(Var(loaded.project.workers[0], "K") == "\"of x\"");
      CHECK(Var(loaded.project.workers[1], "K") == "\"of b\"");
    }
    SUBCASE("the environment is that of every Worker, from the variable or the option") {
      WriteWorker(project, "b", "[env.st]\n[env.prod]\nname = \"bee\"\n");
      options.process = {{"CLOUDFLARE_ENV", "st"}};
      options.unknown_service = UnknownService::kFailOnUse;
      CHECK(LoadProject(options).project.workers[1].name == "b-st");
      options.environment = "";
      CHECK(LoadProject(options).project.workers[1].name == "b");
      options.environment = "prod";
      const LoadedProject loaded = LoadProject(options);
      CHECK(loaded.project.workers[0].name == "a-prod");
      CHECK(loaded.project.workers[1].name == "bee");
    }
    SUBCASE("the files beside the program add to the process, as far as they are asked for") {
      WriteWorker(project, "b", "[env.st.secrets]\nrequired = [\"K\"]\n");
      project.Write(".env", "CLOUDFLARE_ENV=st\nK=beside\n");
      options.unknown_service = UnknownService::kFailOnUse;
      CHECK(LoadProject(options).project.workers[1].name == "b");
      options.reads_beside = true;
      const LoadedProject loaded = LoadProject(options);
      CHECK(loaded.project.workers[1].name == "b-st");
      CHECK(Var(loaded.project.workers[1], "K") == "\"beside\"");
      CHECK(loaded.explored.read.contains(project.root() + "/.env"));
    }
  }

  TEST_CASE("an environment with a slash in its name") {
    TempProject project;
    ProjectOptions options;
    options.cwd = project.root();
    options.configs = {"a/wrangler.toml"};
    options.environment = "PR/7";
    SUBCASE("is refused where the Worker is called after it") {
      WriteWorker(project, "a", "[env.\"PR/7\"]\n");
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] The environment \"PR/7\" cannot be part of the name of a Worker, "
            "\"a-PR/7\", because there is a \"/\" in it. (a/wrangler.toml:4)\n"
            "  Call the environment something else, or give the Worker a name of its own there: "
            "name = \"a-pr-7\"\n\n");
    }
    SUBCASE("is refused where nothing else has a name") {
      project.Write("a/wrangler.toml", "main = \"i.js\"\n" + std::string(kDate));
      project.Write("a/i.js", "");
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] The environment \"PR/7\" cannot be part of the name of a Worker, "
            "\"a-PR/7\", because there is a \"/\" in it.\n"
            "  Call the environment something else, or give the Worker a name of its own there: "
            "name = \"a-pr-7\"\n\n");
    }
    SUBCASE("may give the Worker a name of its own") {
      WriteWorker(project, "a", "[env.\"PR/7\"]\nname = \"seven\"\n");
      const LoadedProject loaded = LoadProject(options);
      CHECK(Errors(loaded) == "");
      CHECK(loaded.project.workers[0].name == "seven");
    }
    SUBCASE("may be that of a Worker that is called on the command line") {
      WriteWorker(project, "a", "[env.\"PR/7\"]\n");
      options.name = "seven";
      CHECK(Errors(LoadProject(options)) == "");
    }
  }

  TEST_CASE("a project without -c") {
    TempProject project;
    ProjectOptions options;
    options.cwd = project.root();
    SUBCASE("is the nearest configuration") {
      WriteWorker(project, "a");
      options.cwd += "/a/src";
      const LoadedProject loaded = LoadProject(options);
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].name == "a");
    }
    SUBCASE("is an error when there is none") {
      const LoadedProject loaded = LoadProject(options);
      CHECK(Errors(loaded).find("No wrangler.json, wrangler.jsonc or wrangler.toml") !=
            std::string::npos);
    }
    SUBCASE("may be a script alone") {
      project.Write("my app/worker.js", "");
      options.script = "my app/worker.js";
      const LoadedProject loaded = LoadProject(options);
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].name == "my-app");
      CHECK(loaded.project.workers[0].main_module == "worker.js");
      CHECK(Warnings(loaded).empty());
    }
    SUBCASE("may be a script with the configuration above it") {
      WriteWorker(project, "a");
      project.Write("a/other.js", "");
      options.script = "a/other.js";
      const LoadedProject loaded = LoadProject(options);
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].name == "a");
      CHECK(loaded.project.workers[0].main_module == "other.js");
    }
  }

  TEST_CASE("a configuration that a build tool has written") {
    TempProject project;
    WriteWorker(project, "app");
    project.Write("app/.dev.vars", "K=1\n");
    project.Write("app/.wrangler/deploy/config.json", "{\"configPath\": \"../../dist/w.json\"}");
    project.Write("app/dist/index.js", "");
    const auto built = [&](const std::string& more) {
      project.Write("app/dist/w.json",
                    "{\"name\": \"built\", \"main\": \"index.js\", \"compatibility_date\": "
                    "\"2024-09-23\"" +
                        more + "}");
    };
    ProjectOptions options;
    options.cwd = project.root() + "/app";
    SUBCASE("is used with the user's secrets") {
      built({});
      const LoadedProject loaded = LoadProject(options);
      REQUIRE(loaded.ok());
      CHECK(loaded.project.workers[0].name == "built");
      CHECK(Var(loaded.project.workers[0], "K") == "\"1\"");
    }
    SUBCASE("must have been written for the environment") {
      built(", \"targetEnvironment\": \"st\"");
      options.environment = "st";
      CHECK(LoadProject(options).ok());
      CHECK(LoadProject(options).project.workers[0].name == "built");
      options.environment = "prod";
      const std::string rest =
          ".\n  This does not match the target environment \"st\" that was used when building the "
          "application.\n  Perhaps you need to re-run the custom build of the project with "
          "\"prod\" as the selected environment?\n  (dist/w.json:1)\n\n";
      CHECK(
          Errors(LoadProject(options)) ==
          "✘ [ERROR] You have specified the environment \"prod\" via the `--env/-e` CLI argument" +
              rest);
      options.environment.reset();
      options.process = {{"CLOUDFLARE_ENV", "prod"}};
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] You have specified the environment \"prod\" via the CLOUDFLARE_ENV "
            "environment variable" +
                rest);
    }
    SUBCASE("must not have environments") {
      built(", \"env\": { \"st\": {} }");
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] Processing dist/w.json configuration:\n\n    - Redirected configurations "
            "cannot include environments but the following have been found:\n      - st\n      \n"
            "      Such configurations are generated by tools, meaning that one of the tools\n"
            "      your application is using is generating the incorrect configuration.\n"
            "      Report this issue to the tool's author so that this can be fixed there.\n"
            "      (dist/w.json:1)\n\n");
    }
    SUBCASE("that leads nowhere is told") {
      CHECK(Errors(LoadProject(options)) ==
            "✘ [ERROR] There is a deploy configuration at \".wrangler/deploy/config.json\".\n  But "
            "the redirected configuration path it points to, \"dist/w.json\", does not exist.\n\n");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
