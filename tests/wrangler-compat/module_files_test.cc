#include "wrangler-compat/module_files.h"

#include "tests/wrangler-compat/module_project.h"
#include "tests/wrangler-compat/schema_fixture.h"

namespace isolane::wrangler {
namespace {

struct Loaded : ModuleProject {
  Loaded() : ModuleProject("app/src", "index.js") {
    files.rules = ReadTomlAfterHead("").config.rules;
    Write("app/src/index.js", "export default {}");
  }
  ModuleSource Module(const std::string& name) const {
    auto source = MakeModuleLoader(files)(name);
    REQUIRE_MESSAGE(source.ok(), name);
    return std::move(*source);
  }
  Error Refusal(const std::string& name) const {
    auto source = MakeModuleLoader(files)(name);
    REQUIRE_FALSE_MESSAGE(source.ok(), name);
    return source.error();
  }
};

TEST_SUITE("wrangler-compat/module_files") {
  TEST_CASE("modules that load") {
    Loaded app;
    SUBCASE("JavaScript by its extension") {
      app.Write("app/src/lib/a.mjs", "export const a = 1;");
      CHECK(app.Module("index.js").type == ModuleType::kEsModule);
      CHECK(app.Module("index.js").content == "export default {}");
      CHECK(app.Module("lib/a.mjs").type == ModuleType::kEsModule);
    }
    SUBCASE("JSON by its extension") {
      app.Write("app/src/a.json", "\xEF\xBB\xBF{}");
      CHECK(app.Module("a.json").type == ModuleType::kJson);
      CHECK(app.Module("a.json").content == "{}");
    }
    SUBCASE("text, data and WebAssembly by the default rules") {
      app.Write("app/src/a.txt", "hello");
      app.Write("app/src/a.bin", std::string("\xEF\xBB\xBF\0x", 5));
      app.Write("app/src/a.wasm", "\0asm");
      CHECK(app.Module("a.txt").type == ModuleType::kText);
      CHECK(app.Module("a.bin").type == ModuleType::kData);
      CHECK(app.Module("a.bin").content.size() == 5);
      CHECK(app.Module("a.wasm").type == ModuleType::kWasm);
      CHECK(app.Module("a.wasm?module").type == ModuleType::kWasm);
    }
    SUBCASE("a query is no part of the file's name") {
      CHECK(app.Module("index.js?v=1").content == "export default {}");
    }
    SUBCASE("above the root") {
      app.Write("shared/util.js", "export {}");
      CHECK(app.Module("../../shared/util.js").content == "export {}");
    }
    SUBCASE("without an extension") {
      app.Write("app/src/a.js", "a");
      app.Write("app/src/b.mjs", "b");
      app.Write("app/src/c/index.js", "c");
      app.Write("app/src/d.json", "1");
      CHECK(app.Module("a").content == "a");
      CHECK(app.Module("b").content == "b");
      CHECK(app.Module("c").content == "c");
      CHECK(app.Module("d").type == ModuleType::kJson);
    }
    SUBCASE("what changed since is read anew") {
      app.Write("app/src/index.js", "export default { fetch() {} }");
      CHECK(app.Module("index.js").content == "export default { fetch() {} }");
    }
  }

  TEST_CASE("modules that are refused") {
    Loaded app;
    SUBCASE("a file that does not exist") {
      CHECK(app.Refusal("lib/x.js").message ==
            "Module \"lib/x.js\" not found: app/src/lib/x.js does not exist");
      CHECK(app.Refusal("../x.js").message ==
            "Module \"../x.js\" not found: app/src/../x.js does not exist");
    }
    SUBCASE("what may be a file or a package") {
      const Error error = app.Refusal("hono");
      CHECK(error.message == "Module \"hono\" not found: app/src/hono.js does not exist");
      CHECK(
          error.hint.starts_with("If \"hono\" is an npm package: packages need the bundler. "
                                 "Leave out no_bundle (--no-bundle) for app/src/index.js"));
    }
    SUBCASE("an installed package") {
      app.Write("app/node_modules/hono/package.json", "{}");
      const Error error = app.Refusal("hono/jwt");
      CHECK(error.message == "Bare import \"hono/jwt\": npm packages need the bundler");
      CHECK(error.hint.starts_with("Leave out no_bundle"));
    }
    SUBCASE("a scoped package") {
      CHECK(app.Refusal("@scope/name").message ==
            "Bare import \"@scope/name\": npm packages need the bundler");
    }
    SUBCASE("TypeScript") {
      app.Write("app/src/a.ts", "");
      CHECK(app.Refusal("a.ts").message == "TypeScript needs the bundler: app/src/a.ts");
      CHECK(app.Refusal("a").message == "TypeScript needs the bundler: app/src/a.ts");
    }
    SUBCASE("CommonJS by extension") {
      app.Write("app/src/a.cjs", "");
      const Error error = app.Refusal("a.cjs");
      CHECK(error.message == "Without the bundler it takes a rule to load CommonJS: app/src/a.cjs");
      CHECK(error.hint ==
            "Add a rule: rules = [ { type = \"CommonJS\", globs = [\"**/*.cjs\"], fallthrough = "
            "true } ]\nOr: Leave out no_bundle (--no-bundle) for app/src/index.js, so that isolane "
            "bundles it.");
      app.files.format = ConfigFormat::kJson;
      CHECK(app.Refusal("a.cjs").hint ==
            "Add a rule: \"rules\": [{ \"type\": \"CommonJS\", \"globs\": [\"**/*.cjs\"], "
            "\"fallthrough\": true }]\nOr: Leave out no_bundle (--no-bundle) for "
            "app/src/index.js, so that isolane bundles it.");
    }
    SUBCASE("CommonJS by rule") {
      app.files.rules =
          ReadTomlAfterHead("rules=[{type=\"CommonJS\",globs=[\"**/*.js\"]}]").config.rules;
      CHECK(app.Module("index.js").type == ModuleType::kCommonJs);
    }
    SUBCASE("whatever is not main, where that is said") {
      app.Write("app/src/other.js", "");
      app.files.alone = true;
      CHECK(app.Module("index.js").type == ModuleType::kEsModule);
      const Error error = app.Refusal("other.js");
      CHECK(error.message ==
            "Module \"other.js\" is not attached, because find_additional_modules is false: "
            "app/src/other.js");
      CHECK(error.hint ==
            "Leave out find_additional_modules. Or: Leave out no_bundle (--no-bundle) for "
            "app/src/index.js, so that isolane bundles it.");
    }
    SUBCASE("a file of a shadowed rule") {
      app.files.rules = ReadTomlAfterHead("rules=[{type=\"Text\",globs=[\"*.md\"]}]").config.rules;
      app.Write("app/src/a.txt", "");
      CHECK(app.Refusal("a.txt").message ==
            "The file app/src/a.txt matched a module rule in your configuration "
            "({\"type\":\"Text\",\"globs\":[\"**/*.txt\",\"**/*.html\",\"**/*.sql\"]}), but was "
            "ignored because a previous rule with the same type was not marked as "
            "`fallthrough = true`.");
    }
    SUBCASE("an unknown extension, with the rule to add") {
      app.Write("app/src/a.md", "");
      const Error error = app.Refusal("a.md");
      CHECK(error.message == "No module type is known for \".md\" files: app/src/a.md");
      CHECK(error.hint ==
            "Add a rule: rules = [ { type = \"Text\", globs = [\"**/*.md\"], fallthrough = true } "
            "]");
    }
    SUBCASE("a file without extension, with the rule to add") {
      app.Write("app/src/LICENSE", "");
      const Error error = app.Refusal("LICENSE");
      CHECK(error.message ==
            "No module type is known for files without extension: app/src/LICENSE");
      CHECK(error.hint.find("globs = [\"LICENSE\"]") != std::string::npos);
    }
    SUBCASE("modules of Node.js") {
      CHECK(app.Refusal("node:fs").message ==
            "Import \"node:fs\": the modules of Node.js need the bundler");
    }
    SUBCASE("unknown modules of the platform") {
      CHECK(app.Refusal("cloudflare:nope").message ==
            "Import \"cloudflare:nope\": there is no such module");
    }
    SUBCASE("URLs") {
      const Error error = app.Refusal("https://esm.sh/hono");
      CHECK(error.message == "Import \"https://esm.sh/hono\": modules cannot be loaded from URLs");
      CHECK(error.hint == "Download the module and import the file.");
    }
    SUBCASE("Python") {
      app.Write("app/src/a.py", "");
      CHECK(app.Refusal("a.py").message == "Python Workers are not supported: app/src/a.py");
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
