#include "wrangler-compat/worker_types.h"

#include <doctest/doctest.h>

#include <string_view>

#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/typescript_config.h"

namespace isolane::wrangler {
namespace {

constexpr char kHeader[] = "/* eslint-disable */\n// Written by `isolane types`. Do not edit.\n";

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Types {
 public:
  Types() {
    // As if the platform's types were installed: the files are shorter.
    files.Write("node_modules/@cloudflare/workers-types/package.json", "{}");
  }

  // A Worker in a directory of its own, its configuration but for the name and its main module.
  void Add(const std::string& name, const std::string& toml, const std::string& source,
           const std::string& main = "index.js") {
    files.Write(name + "/wrangler.toml", "name = \"" + name + "\"\nmain = \"" + main +
                                             "\"\ncompatibility_date = \"2026-01-01\"\n" + toml);
    files.Write(name + "/" + main, source);
    options.configs.push_back(name + "/wrangler.toml");
  }

  GeneratedTypes Generate() {
    options.cwd = request.cwd = files.root();
    options.unknown_service = UnknownService::kFailOnUse;
    return GenerateTypes(LoadProject(options), request);
  }

  TempProject files;
  ProjectOptions options;
  TypesRequest request;
};

TEST_SUITE("wrangler-compat/worker_types") {
  TEST_CASE("the interface of a Worker's env is called after it") {
    CHECK(EnvInterfaceOf("auth") == "AuthEnv");
    CHECK(EnvInterfaceOf("auth-worker_2") == "AuthWorker2Env");
    CHECK(EnvInterfaceOf("2fa") == "Worker2faEnv");
    CHECK(EnvInterfaceOf("") == "WorkerEnv");
  }

  TEST_CASE("the types of one Worker") {
    Types types;
    types.Add("w", R"(vars = { TEXT = "a\"b", LIST = [1, "x"], "odd name" = { a = true } }
kv_namespaces = [{ binding = "KV", id = "1" }]
durable_objects = { bindings = [{ name = "ROOMS", class_name = "Room" }] }
migrations = [{ tag = "v1", new_sqlite_classes = ["Room"] }]
[ai]
binding = "AI"
)",
              "export class Room extends DurableObject {} export default {};");
    types.files.Write("w/.dev.vars", "SECRET=abc\n");
    SUBCASE("are its env, and what it exports") {
      const GeneratedTypes generated = types.Generate();
      REQUIRE(generated.files.size() == 1);
      CHECK(generated.files[0].path == types.files.root() + "/w/worker-configuration.d.ts");
      CHECK(generated.files[0].content == std::string(kHeader) + R"(
interface WEnv {
  LIST: [1,"x"];
  "odd name": {"a":true};
  TEXT: "a\"b";
  SECRET: string;
  ROOMS: DurableObjectNamespace<import("./index.js").Room>;
  KV: KVNamespace;
  AI: any /* AI */;
}

declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./index.js");
    durableNamespaces: "Room";
  }
  interface Env extends WEnv {}
}
interface Env extends Cloudflare.Env {}
)");
      CHECK(generated.warnings.empty());
    }
    SUBCASE("are those of vars without their values, on request") {
      types.request.strict_vars = false;
      const std::string content = types.Generate().files[0].content;
      CHECK(Has(content, "  LIST: (number | string)[];\n"));
      CHECK(Has(content, "  \"odd name\": { a: boolean; };\n  TEXT: string;\n"));
    }
    SUBCASE("go by another name and to another file") {
      types.request.env_interface = "Bindings";
      types.request.path = "types/env.d.ts";
      const GeneratedTypes generated = types.Generate();
      CHECK(generated.files[0].path == types.files.root() + "/types/env.d.ts");
      CHECK(Has(generated.files[0].content, "interface Bindings extends Cloudflare.Env {}\n"));
      CHECK(Has(generated.files[0].content, "import(\"../w/index.js\")"));
    }
    SUBCASE("come with those of the platform where nobody else has them") {
      types.request.include_runtime = true;
      const GeneratedTypes generated = types.Generate();
      REQUIRE(generated.files.size() == 2);
      CHECK(generated.files[1].path == types.files.root() + "/w/worker-runtime.d.ts");
      CHECK(Has(generated.files[1].content, "declare module \"cloudflare:workers\""));
      CHECK(Has(generated.files[0].content, "/// <reference path=\"./worker-runtime.d.ts\" />\n"));
      CHECK_FALSE(Has(generated.files[0].content, "lib="));
    }
    SUBCASE("name a library where the project has no Web APIs") {
      types.request.include_runtime = true;
      types.files.Write("tsconfig.base.json", R"({ "compilerOptions": { "lib": ["ES2024"] } })");
      types.files.Write("tsconfig.json", R"({ "extends": "./tsconfig.base" /* a comment */ })");
      CHECK(Has(types.Generate().files[0].content, "/// <reference lib=\"webworker\" />\n"));
      types.files.Write("tsconfig.json", R"({ "compilerOptions": { "lib": ["DOM.Iterable"] } })");
      CHECK_FALSE(Has(types.Generate().files[0].content, "lib="));
    }
    SUBCASE("may be those of the platform alone") {
      types.request.include_runtime = true;
      types.request.include_env = false;
      CHECK_FALSE(Has(types.Generate().files[0].content, "interface"));
    }
  }

  TEST_CASE("bindings to other Workers have the types of their sources") {
    Types types;
    types.Add("gateway", R"(services = [
  { binding = "AUTH", service = "auth" },
  { binding = "ADMIN", service = "auth", entrypoint = "Admin" },
  { binding = "NOPE", service = "auth", entrypoint = "Nope" },
  { binding = "MAIL", service = "mailer" },
]
durable_objects = { bindings = [{ name = "ROOMS", class_name = "Room", script_name = "auth" }] }
workflows = [{ binding = "FLOW", name = "f", class_name = "Flow", script_name = "auth" }]
)",
              "export default {};");
    types.Add("auth", "vars = { KEY = 1 }\n",
              "export class Admin {} export class Room {} export class Flow {} export default {};",
              "src/auth.js");
    SUBCASE("in every file, with the env of the others") {
      const GeneratedTypes generated = types.Generate();
      REQUIRE(generated.files.size() == 2);
      CHECK(Has(generated.files[0].content, R"(interface GatewayEnv {
  AUTH: Service<typeof import("../auth/src/auth.js").default>;
  ADMIN: Service<typeof import("../auth/src/auth.js").Admin>;
  NOPE: Fetcher /* auth#Nope: its main module has no export of this name */;
  MAIL: Fetcher /* mailer: no such Worker among these configurations */;
  ROOMS: DurableObjectNamespace<import("../auth/src/auth.js").Room>;
  FLOW: Workflow<Parameters<import("../auth/src/auth.js").Flow['run']>[0]['payload']>;
}

// Of the Worker auth.
interface AuthEnv {
  KEY: 1;
}
)"));
      CHECK(Has(generated.files[1].content,
                "// Of the Worker gateway.\ninterface GatewayEnv {\n"
                "  AUTH: Service<typeof import(\"./src/auth.js\")"));
      CHECK(Has(generated.files[1].content, "interface Env extends AuthEnv {}"));
    }
    SUBCASE("and what has none is told once") {
      CHECK(types.Generate().warnings ==
            std::vector<std::string>{
                "gateway: env.NOPE (auth#Nope) has no type of its own: its main module has no "
                "export of this name. gateway/wrangler.toml:7.",
                "gateway: env.MAIL (mailer) has no type of its own: no such Worker among these "
                "configurations. gateway/wrangler.toml:8."});
    }
    SUBCASE("but for JavaScript that the project does not read") {
      types.files.Write("gateway/tsconfig.json", "{}");
      const GeneratedTypes generated = types.Generate();
      CHECK(Has(generated.files[0].content,
                "  AUTH: Fetcher /* auth: JavaScript: allowJs in tsconfig.json lets it be typed "
                "*/;\n"));
      CHECK(Has(generated.files[0].content, "  ROOMS: DurableObjectNamespace /* auth#Room: "));
      CHECK(Has(generated.files[0].content, "  FLOW: Workflow /* auth#Flow: "));
      CHECK_FALSE(Has(generated.files[0].content, "mainModule"));
      CHECK(Has(generated.files[1].content, "mainModule: typeof import(\"./src/auth.js\")"));
    }
    SUBCASE("in one program there is one main module") {
      types.files.Write("tsconfig.json", R"({ "compilerOptions": { "allowJs": true } })");
      const GeneratedTypes generated = types.Generate();
      CHECK(Has(generated.files[0].content, "mainModule"));
      CHECK_FALSE(Has(generated.files[1].content, "mainModule"));
    }
  }

  TEST_CASE("a Service Worker has no types to import") {
    Types types;
    types.Add("gateway", "services = [ { binding = \"AUTH\", service = \"auth\" } ]\n",
              "export default {};");
    types.Add("auth", "", "addEventListener('fetch', () => {});");
    CHECK(types.Generate().warnings ==
          std::vector<std::string>{"gateway: env.AUTH (auth) has no type of its own: no module "
                                   "with exports. gateway/wrangler.toml:4."});
  }

  TEST_CASE("names that are no names, and none twice") {
    Types types;
    types.Add("a-b", "services = [{ binding = \"a*/b\", service = \"*/ x\" }]\n",
              "export default 1;");
    types.Add("a_b", "", "");
    const GeneratedTypes generated = types.Generate();
    CHECK(Has(generated.files[0].content, "  \"a*/b\": Fetcher /* * / x: no such Worker"));
    CHECK(Has(generated.files[1].content, "interface ABEnv2 {"));
  }

  TEST_CASE("a project without Workers has no types") {
    CHECK(GenerateTypes({}, {}).files.empty());
  }
}

TEST_SUITE("wrangler-compat/typescript_config") {
  TEST_CASE("the nearest one counts, with what it extends") {
    TempProject files;
    CHECK(FindTypeScriptConfig(files.root()).path.empty());
    CHECK(FindTypeScriptConfig(files.root()).allow_js);
    files.Write("tsconfig.json", R"({ "compilerOptions": { "allowJs": true, "lib": ["DOM"] } })");
    files.Write("a/tsconfig.json", R"({ "extends": ["../tsconfig.json", "@x/y"] })");
    files.Write("a/b/x", "");
    const TypeScriptConfig config = FindTypeScriptConfig(files.root() + "/a/b");
    CHECK(config.path == files.root() + "/a/tsconfig.json");
    CHECK(config.allow_js);
    CHECK(config.HasLib("dom"));
    CHECK_FALSE(config.HasLib("webworker"));
  }

  TEST_CASE("what it extends may go in circles, and be broken") {
    TempProject files;
    files.Write("tsconfig.json",
                R"({ "extends": "./tsconfig.json", "compilerOptions": { "lib": 1 } })");
    CHECK_FALSE(FindTypeScriptConfig(files.root()).allow_js);
    files.Write("tsconfig.json", "{");
    CHECK_FALSE(FindTypeScriptConfig(files.root()).allow_js);
  }
}

}  // namespace
}  // namespace isolane::wrangler
