#include "wrangler-compat/build/builder.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/wrangler-compat/built_project.h"

namespace isolane::wrangler {
namespace {

// Its custom build says in the file "pid" which process it is, and never ends.
BuildPlan SleepingPlan(const TempProject& project) {
  BuildPlan plan;
  plan.worker = "w";
  plan.cwd = plan.project_root = plan.files.root = project.root();
  plan.files.main = "index.ts";
  plan.custom = {"echo $$ > part && mv part pid && exec sleep 600", project.root(), {}};
  return plan;
}

TEST_SUITE("wrangler-compat/build/builder") {
  TEST_CASE("plain ES modules") {
    Built app("main = \"src/index.js\"\n");
    app.project.Write("src/index.js", "import t from './a.txt'; import './b'; export default {};");
    app.project.Write("src/a.txt", "text");
    app.project.Write("src/b.js", "import * as w from 'cloudflare:workers';");
    SUBCASE("are served as they are, and watched") {
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      CHECK_FALSE(result.bundled);
      CHECK(result.main_module == "index.js");
      CHECK(result.files.size() == 3);
      CHECK(app.Watches(result, "src/index.js"));
      CHECK(app.Watches(result, "src/a.txt"));
      CHECK(app.Watches(result, "src/b.js"));
    }
    SUBCASE("are bundled on request") {
      CHECK(app.Build({.changed = {}, .always_bundle = true}).bundled);
    }
    SUBCASE("are bundled when the configuration asks for something that only the bundler does") {
      app.config += "define = { A = \"1\" }\n";
      CHECK(app.Build().bundled);
    }
    SUBCASE("are not plain when one of them imports a package, JSON or TypeScript") {
      app.project.Write("src/c.ts", "export {}");
      app.project.Write("src/c.json", "{}");
      app.project.Write("src/node_modules/p/index.js", "");
      for (const char* import : {"p", "./c.ts", "./c", "./c.json"}) {
        app.project.Write("src/b.js", "import '" + std::string(import) + "';");
        CHECK_MESSAGE(app.Build().bundled, import);
      }
    }
  }

  TEST_CASE("a bundle") {
    Built app("main = \"src/index.ts\"\n");
    app.project.Write("src/index.ts",
                      "import { b } from './b';\nimport p from 'p';\nimport './100% \xC3\xBC';\n"
                      "export class Named { x: number = b + p; }\nexport default {};\n");
    app.project.Write("src/100% \xC3\xBC.ts", "globalThis.full = 1;");
    app.project.Write("src/b.ts", "export const b: number = 41;\n");
    app.project.Write("node_modules/p/package.json",
                      "{\"exports\": {\"workerd\": \"./workerd.js\", \"default\": \"./no.js\"}}");
    app.project.Write("node_modules/p/workerd.js", "export default 'of workerd';");
    SUBCASE("has everything in it, knows its exports, and watches what it read") {
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      CHECK(result.bundled);
      const std::string main = result.modules(result.main_module)->content;
      CHECK(Has(main, "= 41"));
      CHECK(Has(main, "of workerd"));
      CHECK(std::count(result.exports.begin(), result.exports.end(), "default") == 1);
      CHECK(std::count(result.exports.begin(), result.exports.end(), "Named") == 1);
      CHECK(app.Watches(result, "src/index.ts"));
      CHECK(app.Watches(result, "src/b.ts"));
      CHECK(app.Watches(result, "node_modules/p/workerd.js"));
    }
    SUBCASE("has a source map that names the sources as they are shown") {
      const BuildResult result = app.Build();
      REQUIRE(result.ok());
      const ModuleSource main = result.modules(result.main_module).value();
      REQUIRE(main.source_map != nullptr);
      const auto& sources = main.source_map->sources;
      CHECK(std::count(sources.begin(), sources.end(), "src/b.ts") == 1);
      CHECK(std::count(sources.begin(), sources.end(), "src/100% \xC3\xBC.ts") == 1);
      CHECK_FALSE(main.source_map->mappings.empty());
    }
    SUBCASE("is built again after a rest") {
      CHECK(Has(app.Main(), "= 41"));
      app.builder.Rest();
      CHECK(Has(app.Main(), "= 41"));
    }
    SUBCASE("is built again from what has changed") {
      CHECK(Has(app.Main(), "= 41"));
      app.project.Write("src/b.ts", "export const b: number = 43;\n");
      CHECK(Has(app.Main(), "= 43"));
    }
    SUBCASE("keeps a syntax of today, and names of functions") {
      app.project.Write("src/index.ts",
                        "export default { f() { using a = null; const g = () => a; return g; } };");
      const std::string main = app.Main();
      CHECK(Has(main, "using a"));
      CHECK(Has(main, "__name("));
      app.config += "keep_names = false\n";
      CHECK_FALSE(Has(app.Main(), "__name("));
    }
  }

  TEST_CASE("globals of Node.js") {
    Built app("main = \"index.ts\"\ncompatibility_flags = [\"nodejs_compat\"]\n");
    const auto defined = [&](const std::string& script) {
      app.project.Write("index.ts", script);
      const std::string main = app.Main();
      std::string names;
      for (const char* name : {"process", "Buffer", "setImmediate"}) {
        if (Has(main, std::string("define(\"") + name + '"')) names += std::string(" ") + name;
      }
      return names;
    };
    SUBCASE("are in a bundle that asks for them, and only those") {
      CHECK(defined("export default { a: process.pid };") == " process");
    }
    SUBCASE("are there when a package asks for them") {
      app.project.Write("node_modules/p/index.js", "module.exports = Buffer.from('a');");
      CHECK(defined("import p from 'p'; export default { p };") == " Buffer");
    }
    SUBCASE("come with an edit") {
      CHECK(defined("export default {};").empty());
      CHECK(defined("export default { a: setImmediate };") == " setImmediate");
    }
    SUBCASE("are not asked for by what is said of them, nor by modules of Node.js") {
      CHECK(defined("// process\nimport { createHash } from 'node:crypto';\n"
                    "export default { a: 'Buffer', createHash };")
                .empty());
    }
    SUBCASE("leave plain modules alone that only speak of them") {
      app.config =
          "name = \"w\"\nmain = \"index.js\"\n"
          "compatibility_date = \"2025-01-01\"\n"
          "compatibility_flags = [\"nodejs_compat\"]\n";
      app.project.Write("index.js", "// process the request\nexport default { a: 'Buffer' };");
      CHECK_FALSE(app.Build().bundled);
      app.project.Write("index.js", "export default { a: globalThis.Buffer };");
      CHECK(app.Build().bundled);
    }
  }

  TEST_CASE("settings reach the bundler") {
    Built app("main = \"index.js\"\n");
    app.project.Write(
        "index.js",
        "import a from 'a';\n"
        "export default { a, mode: process.env.NODE_ENV, v: VERSION, e: <b/>, f: <></> };");
    app.project.Write("other/a.js", "export default 'aliased';");
    app.config +=
        "jsx_factory = \"h\"\njsx_fragment = \"Frag\"\nalias = { a = \"./other/a.js\" }\n"
        "define = { VERSION = \"\\\"1.2\\\"\" }\n";
    const std::string main = app.Main();
    CHECK(Has(main, "aliased"));
    CHECK(Has(main, "\"development\""));
    CHECK(Has(main, "\"1.2\""));
    CHECK(Has(main, "h(\"b\""));
    CHECK(Has(main, "h(Frag"));
  }

  TEST_CASE("module rules") {
    Built app("main = \"src/index.js\"\n");
    SUBCASE("put files beside the bundle, with names of their own") {
      app.project.Write(
          "src/index.js",
          "import a from './x/a.txt'; import b from './y/a.txt';\n"
          "import d from 'p/d.bin'; import j from './j.json'; export default {a,b,d,j};");
      app.project.Write("src/x/a.txt", "in x");
      app.project.Write("src/y/a.txt", "in y");
      app.project.Write("src/j.json", "{\"json\": 1}");
      app.project.Write("node_modules/p/d.bin", "data");
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      const std::string main = result.modules(result.main_module)->content;
      std::vector<std::string> found;
      for (size_t at = 0; (at = main.find("from \"./", at)) != std::string::npos;) {
        at += 8;
        auto module = result.modules(main.substr(at, main.find('"', at) - at));
        REQUIRE(module.ok());
        found.push_back(module->content);
      }
      CHECK(found == std::vector<std::string>{"in x", "in y", "data"});
      CHECK(Has(main, "json: 1"));
      CHECK(app.Watches(result, "src/x/a.txt"));
      CHECK(app.Watches(result, "node_modules/p/d.bin"));
    }
    SUBCASE("mean imports as they are written, of plain modules too") {
      app.project.Write("src/index.js", "import t from './texts/a.md'; export default { t };");
      app.project.Write("src/texts/a.md", "text");
      const auto with = [&app, config = app.config](const std::string& glob) {
        app.config = config + "rules = [{ type = \"Text\", globs = [\"" + glob +
                     "\"], fallthrough = true }]\n";
        return app.Build().error;
      };
      for (const char* glob : {"**/*.md", "*.md", "./texts/*.md", "./**/*.md"}) {
        CHECK_MESSAGE(with(glob).empty(), glob);
      }
      for (const char* glob : {"texts/**/*.md", "src/texts/*.md", "a.md"}) {
        CHECK_MESSAGE(Has(with(glob), "No loader is configured for \".md\" files: src/texts/a.md"),
                      glob);
      }
    }
    SUBCASE("that are shadowed say so") {
      app.config += "rules = [{ type = \"Text\", globs = [\"**/*.md\"] }]\n";
      app.project.Write("src/index.js", "import a from './a.txt'; import 'x'; export default {};");
      app.project.Write("src/a.txt", "");
      CHECK(
          Has(app.Build().error,
              "The file ./a.txt matched a module rule in your configuration "
              "({\"type\":\"Text\",\"globs\":[\"**/*.txt\",\"**/*.html\",\"**/*.sql\"]}), but was "
              "ignored because a previous rule with the same type was not marked as "
              "`fallthrough = true`."));
    }
    SUBCASE("keep the names of files where that is asked for") {
      app.config += "preserve_file_names = true\ndefine = { A = \"1\" }\n";
      app.project.Write("src/index.js", "import a from './x/a.txt'; export default { a };");
      app.project.Write("src/x/a.txt", "in x");
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      CHECK(result.modules("x/a.txt")->content == "in x");
      CHECK(result.modules("x/b.txt").error().message ==
            "there is no such module beside the bundle");
    }
  }

  TEST_CASE("the format of a Worker without a default export") {
    Built app("main = \"index.ts\"\n");
    SUBCASE("is that of a Service Worker, whose files become code") {
      app.project.Write("a.txt", "the text");
      app.project.Write("index.ts",
                        "import a from './a.txt'; addEventListener('fetch', (e: any) => e.x(a));");
      const std::string main = app.Main();
      CHECK(Has(main, "(() => {"));
      CHECK(Has(main, "the text"));
    }
    SUBCASE("is that of a Service Worker, whose data become code as well") {
      app.project.Write("a.bin", "bytes");
      app.project.Write("index.ts",
                        "import a from './a.bin'; addEventListener('fetch', (e: any) => e.x(a));");
      CHECK(Has(app.Main(), "Uint8Array.from(atob(\"Ynl0ZXM=\"), (c) => c.charCodeAt(0)).buffer"));
    }
    SUBCASE("is that of a Service Worker, which finds WebAssembly as a global") {
      app.project.Write("a-b.wasm", "the bytes");
      app.project.Write(
          "index.ts", "import a from './a-b.wasm'; addEventListener('fetch', (e: any) => e.x(a));");
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      REQUIRE(result.bindings.size() == 1);
      const BindingSpec& binding = result.bindings.front();
      CHECK(binding.name.ends_with("_a_b_wasm"));
      CHECK(Has(result.modules(result.main_module)->content, "= " + binding.name + ";"));
      const auto& file = std::get<FileBinding>(binding.value);
      CHECK(file.type == ModuleType::kWasm);
      CHECK(*file.content == "the bytes");
      CHECK(app.Watches(result, "a-b.wasm"));
    }
    SUBCASE("also if it exports something, and then it is warned of") {
      app.project.Write("index.ts", "export const a = 1; addEventListener('fetch', () => {});");
      const BuildResult result = app.Build();
      REQUIRE(result.ok());
      REQUIRE(result.warnings.size() == 1);
      CHECK(result.warnings[0] ==
            "The entrypoint index.ts has exports like an ES Module, but hasn't defined a default "
            "export like a module worker normally would. Building the worker using "
            "\"service-worker\" format...");
      CHECK_FALSE(Has(result.modules(result.main_module)->content, "export"));
    }
    SUBCASE("is that of a module if it only exports, entrypoints for example") {
      app.project.Write("index.ts", "export class A { a: number = 1 }");
      CHECK(Has(app.Main(), "export {"));
    }
  }

  TEST_CASE("a build that fails") {
    Built app("main = \"src/index.ts\"\n");
    app.project.Write("src/index.ts", "import './dep'; import './gone';\nexport default {};\n");
    app.project.Write("src/dep.ts",
                      "export const dep =\n  () => {\n    return new Response(;\n  };\n");
    const BuildResult result = app.Build();
    SUBCASE("says where, with the code") {
      CHECK(result.error.starts_with("Build failed with 2 errors:\n\n"));
      CHECK(Has(result.error, "src/dep.ts:3:24"));
      CHECK(Has(result.error, "return new Response("));
      CHECK(Has(result.error, "Could not resolve \"./gone\""));
      CHECK_FALSE(result.error.ends_with('\n'));
      CHECK(result.may_recover);
    }
    SUBCASE("names files as they are seen from where isolane was started") {
      app.cwd = "/usr/lib";
      CHECK(Has(app.Build().error, app.project.root() + "/src/dep.ts:3:24"));
    }
    SUBCASE("is tried again when what it has read changes, or what it missed appears") {
      CHECK(app.Watches(result, "src/index.ts"));
      CHECK(app.Watches(result, "src/dep.ts"));
      CHECK(app.Watches(result, "src/gone.ts"));
      app.project.Write("src/dep.ts", "");
      app.project.Write("src/gone.ts", "console.log('found');");
      CHECK(Has(app.Main(), "found"));
    }
    SUBCASE("may lack a class of Durable Objects") {
      app.config +=
          "durable_objects.bindings = [{ name = \"A\", class_name = \"A\" }, { name = \"B\", "
          "class_name = \"B\" }, { name = \"C\", class_name = \"C\", script_name = \"c\" }]\n"
          "migrations = [{ tag = \"1\", new_classes = [\"A\", \"B\"] }]\n";
      app.project.Write("src/index.ts", "export default {}; export class A { a: number = 1 }");
      CHECK(app.Build().error ==
            "Your Worker depends on the following Durable Objects, which are not exported in your "
            "entrypoint file: B.\nYou should export these objects from your entrypoint, "
            "src/index.ts.");
    }
    SUBCASE("has no migrations if it is a Service Worker") {
      Built plain("main = \"index.js\"\nmigrations = [{ tag = \"1\", new_classes = [\"A\"] }]\n");
      plain.project.Write("index.js", "addEventListener('fetch', () => {});");
      CHECK(plain.Build().error ==
            "Durable Object migrations require ES Module format Workers, but yours is being built "
            "as service-worker format. Migrations cannot be applied to service-worker format "
            "Workers.\nTo use Durable Object migrations, deploy in ES Module format by adding a "
            "default export handler (e.g. \"export default { fetch() {} }\"), or remove "
            "\"migrations\" from your config if you don't need them. See:\n"
            "https://developers.cloudflare.com/workers/learning/migrating-to-module-workers/\n"
            "The entrypoint of Worker \"w\" is index.js.");
      plain.project.Write("index.js", "export default {}; export class A {}");
      CHECK(plain.Build().ok());
    }
    SUBCASE("may lack a class of a Workflow") {
      app.config +=
          "workflows = [{ binding = \"A\", name = \"a\", class_name = \"A\" }, { binding = \"B\", "
          "name = \"b\", class_name = \"B\" }, { binding = \"C\", name = \"c\", class_name = "
          "\"C\", "
          "script_name = \"c\" }]\n";
      app.project.Write("src/index.ts", "export default {}; export class A { a: number = 1 }");
      const std::string expected =
          "Your Worker depends on the following Workflows, which are not exported in your "
          "entrypoint file: B.\nYou should export these objects from your entrypoint, ";
      CHECK(app.Build().error == expected + "src/index.ts.");
      Built plain(app.config.substr(app.config.find("workflows")) + "main = \"index.js\"\n");
      plain.project.Write("index.js", "export default {}; export class A {}");
      CHECK(plain.Build().error == expected + "index.js.");
      plain.project.Write("index.js", "export default {}; export class A {}; export class B {}");
      CHECK(plain.Build().ok());
      plain.project.Write("index.js", "addEventListener('fetch', () => {});");
      CHECK(plain.Build().error ==
            "Your Worker depends on the following Workflows, which are not exported in your "
            "entrypoint file: A, B.\nYou should export these objects from your entrypoint, "
            "index.js.");
    }
    SUBCASE("may lack one in plain JavaScript, too") {
      const std::string objects =
          "durable_objects.bindings = [{ name = \"A\", class_name = \"A\" }, { name = \"MY_B\", "
          "class_name = \"B\" }]\nmigrations = [{ tag = \"1\", new_classes = [\"A\", \"B\"] }]\n";
      Built plain("main = \"index.js\"\n" + objects);
      plain.project.Write("index.js", "export default {};");
      CHECK(plain.Build().error ==
            "Your Worker depends on the following Durable Objects, which are not exported in your "
            "entrypoint file: A, B.\nYou should export these objects from your entrypoint, "
            "index.js.");
      plain.project.Write("index.js", "addEventListener('fetch', () => {});");
      const std::string error = plain.Build().error;
      CHECK(error.ends_with("\nThe entrypoint of Worker \"w\" is index.js."));
      CHECK(error.starts_with(
          "You seem to be trying to use Durable Objects in a Worker written as a "
          "service-worker.\nYou can use Durable Objects defined in other Workers by specifying a "
          "`script_name` in your wrangler.toml file, where `script_name` is the name of the Worker "
          "that implements that Durable Object. For example:\n"
          "{ name = A, class_name = A } ==> { name = A, class_name = A, script_name = a-worker }\n"
          "{ name = MY_B, class_name = B } ==> { name = MY_B, class_name = B, script_name = "
          "my-b-worker }\nAlternatively, migrate your worker to ES Module syntax"));
      plain.project.Write("index.js", "export default {}; export class A {} export const B = A;");
      const BuildResult result = plain.Build();
      CHECK_MESSAGE(result.ok(), result.error);
      CHECK_FALSE(result.bundled);
    }
    SUBCASE("speaks of wrangler's way out, not of esbuild's") {
      app.project.Write("src/index.ts", "import 'no-such-package'; export default {};");
      const std::string error = app.Build().error;
      CHECK(Has(error,
                "To fix this, you can add an entry to \"alias\" in your Wrangler configuration.\n"
                "    For more guidance see: "
                "https://developers.cloudflare.com/workers/wrangler/configuration/"
                "#bundling-issues"));
      CHECK_FALSE(Has(error, "as external"));
    }
  }

  TEST_CASE("an alias") {
    Built app("main = \"src/index.js\"\nalias = { p = \"./shim\", q = \"node:path\" }\n");
    app.project.Write("src/index.js",
                      "import p from 'p'; import q from 'q'; export default { p, q };");
    SUBCASE("is found from the directory of the configuration, or is the platform's") {
      app.project.Write("shim.js", "export default 'the shim';");
      const std::string main = app.Main();
      CHECK(Has(main, "the shim"));
      CHECK(Has(main, "from \"node:path\""));
    }
    SUBCASE("may be a module of Node.js") {
      app.config.insert(0, "compatibility_flags = [\"nodejs_compat\"]\n");
      app.project.Write("shim.js", "export default 'the shim';");
      CHECK(Has(app.Main(), "node/internal/path/posix.mjs"));
    }
    SUBCASE("that leads nowhere is told with both its ends") {
      const std::string error = app.Build().error;
      CHECK(Has(error, "Could not resolve \"./shim\", which \"alias\" gives for \"p\", from " +
                           app.project.root()));
      CHECK(Has(error, "src/index.js:1:14"));
    }
  }

  TEST_CASE("a custom build") {
    Built app("main = \"dist/index.js\"\n");
    const auto command = [&](const std::string& text) {
      app.config += "[build]\ncommand = '''" + text + "'''\nwatch_dir = \"in\"\n";
    };
    app.project.Write("in/a", "");
    SUBCASE("runs before its output is looked at, and what it prints is passed on") {
      command("cd '" + app.project.root() +
              "' && mkdir -p dist && echo \"export default { a: '$WRANGLER_COMMAND' };\" > "
              "dist/index.js"
              " && echo out && echo err >&2 && printf left");
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      CHECK(Has(result.modules("index.js")->content, "'dev'"));
      REQUIRE(app.printed.size() == 4);
      CHECK(app.printed[0].starts_with("[custom build] Running: cd "));
      CHECK(app.printed[1] == "[custom build] out");
      CHECK(app.printed[2] == "[custom build] err");
      CHECK(app.printed[3] == "[custom build] left");
      CHECK(result.directories == std::vector<std::string>{app.project.root() + "/in"});
    }
    SUBCASE("runs again when it is asked for, and says because of what") {
      command("cd '" + app.project.root() +
              "' && mkdir -p dist && echo 'export default {};' > dist/index.js");
      REQUIRE(app.Build().ok());
      app.printed.clear();
      REQUIRE(app.Build({.run_custom = false}).ok());
      CHECK(app.printed.empty());
      REQUIRE(app.Build({.changed = app.project.root() + "/in/a"}).ok());
      REQUIRE(app.printed.size() == 2);
      CHECK(app.printed[0] == "The file in/a changed, restarting build...");
    }
    SUBCASE("watches what is below its directories, and nothing else") {
      command("true");
      const CustomBuild custom = app.Plan().custom;
      CHECK(custom.Watches(app.project.root() + "/in/a"));
      CHECK(custom.Watches(app.project.root() + "/in"));
      CHECK_FALSE(custom.Watches(app.project.root() + "/index.js"));
    }
    SUBCASE("has written before its output is read, as far as times of files tell") {
      command("cd '" + app.project.root() +
              "' && mkdir -p dist && echo 'export default {};' > dist/index.js");
      const BuildResult result = app.Build();
      REQUIRE(result.ok());
      struct stat written {};
      REQUIRE(stat((app.project.root() + "/dist/index.js").c_str(), &written) == 0);
      CHECK(result.began >
            written.st_ctim.tv_sec * int64_t{1'000'000'000} + written.st_ctim.tv_nsec);
    }
    SUBCASE("that fails says so, and that starting is of no use") {
      command("sh -c 'echo sorry; exit 3'");
      const BuildResult result = app.Build();
      CHECK(result.error ==
            "Running custom build `sh -c 'echo sorry; exit 3'` failed. There are likely more logs "
            "from your build command above.");
      CHECK_FALSE(result.may_recover);
      CHECK(app.printed.back() == "[custom build] sorry");
    }
    SUBCASE("that writes no main module says so") {
      command("true");
      CHECK(app.Build().error ==
            "The expected output file at \"dist/index.js\" was not found after running custom "
            "build: true.\nThe `main` property in your wrangler.toml file should point to the file "
            "generated by the custom build.");
    }
    SUBCASE("that a newer one overtakes is ended, and not told of") {
      command("cd '" + app.project.root() +
              "' && echo 'export default {};' > b.js && mkdir -p dist && mv b.js dist/index.js; "
              "test -e fast || sleep 600");
      const BuildPlan plan = app.Plan();
      std::mutex mutex;
      std::condition_variable changed;
      int told = 0;
      app.builder.Start(plan, {}, [&](BuildResult) { told += 100; });
      app.project.Write("fast", "");
      app.builder.Start(plan, {}, [&](BuildResult result) {
        const std::lock_guard lock(mutex);
        told += result.ok() ? 1 : 10;
        changed.notify_all();
      });
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return told != 0; });
      CHECK(told == 1);
    }
  }

  TEST_CASE("without the bundler") {
    Built app("main = \"src/index.mjs\"\nno_bundle = true\n");
    app.config += "rules = [{ type = \"ESModule\", globs = [\"**/*.mjs\"] }]\n";
    app.project.Write("src/index.mjs", "export default { f: (n) => import('./' + n) };");
    app.project.Write("src/lib/a.mjs", "export default 1;");
    app.project.Write("src/note.txt", std::string(2048, 'x'));
    app.project.Write("src/other.js", "");
    SUBCASE("additional modules are attached, and shown") {
      const BuildResult result = app.Build();
      REQUIRE_MESSAGE(result.ok(), result.error);
      CHECK_FALSE(result.bundled);
      REQUIRE(result.notes.size() == 1);
      CHECK(result.notes[0] ==
            "Attaching additional modules:\n"
            "  Name               Type  Size\n"
            "  lib/a.mjs          esm   0.02 KiB\n"
            "  note.txt           text  2.00 KiB\n"
            "  Total (2 modules)        2.02 KiB");
      CHECK(app.Watches(result, "src/lib/a.mjs"));
      CHECK(result.modules("lib/a.mjs")->content == "export default 1;");
    }
    SUBCASE("and those that cannot be are warned of") {
      app.project.Write("src/index.js", "export default {};");
      REQUIRE(symlink("gone", (app.project.root() + "/src/old.txt").c_str()) == 0);
      const BuildResult result = app.Build();
      REQUIRE(result.warnings.size() == 1);
      CHECK(Has(result.warnings[0], "src/old.txt"));
      CHECK(Has(result.warnings[0], "Imports of it will fail."));
    }
    SUBCASE("unless that is not wanted") {
      app.config += "find_additional_modules = false\n";
      CHECK(app.Build().notes.empty());
    }
  }

  TEST_CASE("additional modules beside a bundle") {
    Built app("main = \"src/index.ts\"\nfind_additional_modules = true\n");
    app.config += "rules = [{ type = \"ESModule\", globs = [\"lang/*.js\"] }]\n";
    app.project.Write(
        "src/index.ts",
        "import { a } from './lib/a';\nexport default { a, en: import('./lang/en.js') };");
    app.project.Write("src/lib/a.ts", "export const a: string = 'bundled';\n");
    app.project.Write("src/lang/en.js", "export default 'attached';");
    const BuildResult result = app.Build();
    REQUIRE_MESSAGE(result.ok(), result.error);
    const std::string main = result.modules(result.main_module)->content;
    CHECK(Has(main, "bundled"));
    CHECK_FALSE(Has(main, "attached"));
    CHECK(Has(main, "import(\"./lang/en.js\")"));
    CHECK(result.modules("lang/en.js")->content == "export default 'attached';");
  }

  TEST_CASE("a Builder that goes ends what is under way") {
    TempProject project;
    std::string pid;
    {
      Builder builder({});
      BuildPlan plan = SleepingPlan(project);
      builder.Start(plan, {}, [](BuildResult) { FAIL("the build was ended"); });
      plan.worker = "x";
      plan.custom = {};
      builder.Start(plan, {}, [](BuildResult) {});
      while (KindOf(project.root() + "/pid") == PathKind::kMissing) std::this_thread::yield();
      pid = ReadFile(project.root() + "/pid").value();
    }
    CHECK(kill(std::stoi(pid), 0) != 0);
  }

  TEST_CASE("a Builder that is stopped ends who waits for it, and builds nothing more") {
    TempProject project;
    Builder builder({});
    const BuildPlan plan = SleepingPlan(project);
    std::vector<BuildResult> results;
    std::thread waiting([&] { results = builder.BuildAll({plan}, {}); });
    while (KindOf(project.root() + "/pid") == PathKind::kMissing) std::this_thread::yield();
    builder.Stop();
    waiting.join();
    CHECK(kill(std::stoi(ReadFile(project.root() + "/pid").value()), 0) != 0);
    REQUIRE(results.size() == 1);
    CHECK(results.front().error == "The build was ended");
    CHECK(builder.BuildAll({plan}, {}).front().error == "The build was ended");
  }
}

}  // namespace
}  // namespace isolane::wrangler
