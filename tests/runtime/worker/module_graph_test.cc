#include "runtime/worker/module_graph.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::LoadError;
using testing::TestRuntime;
using testing::TestWorker;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A Worker that answers with the value `expression`, after `imports`.
TestWorker Gives(const std::string& imports, const std::string& expression) {
  return TestWorker("a", imports +
                             "\nexport default { async fetch(request, env) { return new "
                             "Response(String(" +
                             expression + ")); } };");
}

TEST_SUITE("runtime/worker/module_graph") {
  TEST_CASE("ResolveSpecifier") {
    CHECK(ResolveSpecifier("./a.js", "index.js") == "a.js");
    CHECK(ResolveSpecifier("./a.js", "lib/b.js") == "lib/a.js");
    CHECK(ResolveSpecifier("../a.js", "lib/b.js") == "a.js");
    CHECK(ResolveSpecifier("../../a.js", "lib/deep/b.js") == "a.js");
    CHECK(ResolveSpecifier("./x/../y/./a.js", "lib/b.js") == "lib/y/a.js");
    CHECK(ResolveSpecifier("../a.js", "index.js") == "../a.js");
    CHECK(ResolveSpecifier("/a.js", "lib/b.js") == "a.js");
    CHECK(ResolveSpecifier("package", "lib/b.js") == "package");
    CHECK(ResolveSpecifier("cloudflare:workers", "lib/b.js") == "cloudflare:workers");
  }

  TEST_CASE("imports") {
    SUBCASE("several files, up and down") {
      TestRuntime runtime(
          {Gives("import { sum } from './lib/math.js'; import * as text from './text.js';",
                 "text.show(sum(1, 2))")
               .Module("lib/math.js",
                       "import { add } from './deep/add.js'; export const sum = add;")
               .Module("lib/deep/add.js",
                       "import { show } from '../../text.js'; export const add = (a, b) => "
                       "show(a + b);")
               .Module("text.js", "export const show = (value) => '<' + value + '>';")});
      CHECK(runtime.Text() == "<<3>>");
    }
    SUBCASE("a cycle") {
      TestRuntime runtime(
          {Gives("import { even } from './even.js';", "even(10)")
               .Module("even.js",
                       "import { odd } from './odd.js'; export const even = (n) => n === 0 || "
                       "odd(n - 1);")
               .Module("odd.js",
                       "import { even } from './even.js'; export const odd = (n) => n !== 0 && "
                       "even(n - 1);")});
      CHECK(runtime.Text() == "true");
    }
    SUBCASE("one module that is imported twice is one") {
      TestRuntime runtime({Gives("import { n } from './n.js'; import './x/y.js';", "n.value")
                               .Module("n.js", "export const n = { value: 0 }; n.value++;")
                               .Module("x/y.js", "import { n } from '../n.js'; n.value += 10;")});
      CHECK(runtime.Text() == "11");
    }
    SUBCASE("a re-export as the default") {
      TestRuntime runtime(
          {TestWorker("a", "export { default } from './worker.js';")
               .Module("worker.js", "export default { fetch() { return new Response('ok'); } };")});
      CHECK(runtime.Text() == "ok");
    }
  }

  TEST_CASE("kinds of module") {
    SUBCASE("JSON") {
      TestRuntime runtime({Gives("import data from './data.json';", "data.list[1] + data.text")
                               .Module("data.json", ModuleType::kJson,
                                       R"({"list": [1, 2], "text": "caf\u00e9"})")});
      CHECK(runtime.Text() == "2caf\xc3\xa9");
    }
    SUBCASE("text") {
      TestRuntime runtime({Gives("import page from './page.html';", "typeof page + page")
                               .Module("page.html", ModuleType::kText, "<p>\xe2\x82\xac</p>")});
      CHECK(runtime.Text() == "string<p>\xe2\x82\xac</p>");
    }
    SUBCASE("data") {
      TestRuntime runtime({Gives("import data from './data.bin';",
                                 "data.constructor.name + new Uint8Array(data).join()")
                               .Module("data.bin", ModuleType::kData, std::string("\0\1\xff", 3))});
      CHECK(runtime.Text() == "ArrayBuffer0,1,255");
    }
    SUBCASE("WebAssembly") {
      const std::string add(
          "\0asm\1\0\0\0\1\7\1\x60\2\x7f\x7f\1\x7f\3\2\1\0\7\7\1\3add\0\0\n\t\1\7"
          "\0 \0 \1j\v",
          41);
      TestRuntime runtime({Gives("import module from './add.wasm';",
                                 "module.constructor.name + "
                                 "new WebAssembly.Instance(module).exports.add(2, 3)")
                               .Module("add.wasm", ModuleType::kWasm, add)});
      CHECK(runtime.Text() == "Module5");
    }
    SUBCASE("CommonJS, which may require every kind") {
      TestRuntime runtime(
          {Gives("import lib, { default as same } from './lib.cjs';",
                 "JSON.stringify([lib.list(), lib === same, lib.own])")
               .Module("lib.cjs", ModuleType::kCommonJs, R"js(
        const text = require('./page.txt');
        const other = require('./deep/other.cjs');
        exports.list = () => [text, other.name, require('./es.js').default, require('./es.js').named,
          typeof require('cloudflare:workers').RpcTarget, typeof require];
        exports.own = this === exports && module.exports === exports;
      )js")
               .Module("deep/other.cjs", ModuleType::kCommonJs,
                       "module.exports = { name: 'other of ' + require('../page.txt') };")
               .Module("es.js", "export default 1; export const named = 2;")
               .Module("page.txt", ModuleType::kText, "page")});
      CHECK(runtime.Text() == R"([["page","other of page",1,2,"function","function"],true,true])");
    }
    SUBCASE("CommonJS is run once, and a circle finds what there is so far") {
      TestRuntime runtime(
          {Gives("import a from './a.cjs'; import b from './b.cjs';",
                 "JSON.stringify([a, b, globalThis.runs])")
               .Module("a.cjs", ModuleType::kCommonJs,
                       "globalThis.runs = (globalThis.runs ?? 0) + 1; exports.early = 1;"
                       "exports.seen = require('./b.cjs').seen; exports.late = 2;")
               .Module("b.cjs", ModuleType::kCommonJs,
                       "exports.seen = { ...require('./a.cjs') };")});
      CHECK(runtime.Text() ==
            R"([{"early":1,"seen":{"early":1},"late":2},{"seen":{"early":1}},1])");
    }
    SUBCASE("what CommonJS throws, or requires in vain, stops the load with its place") {
      const auto error = [](const std::string& text) {
        return LoadError({Gives("import lib from './lib.cjs';", "1")
                              .Module("lib.cjs", ModuleType::kCommonJs, text)
                              .Module("late.js", "await new Promise(() => {});")})
            .ToString();
      };
      CHECK(error("\nthrow new RangeError('no');").find("lib.cjs:2") != std::string::npos);
      CHECK(error("require('./none.js')").find("No such module \"./none.js\"") !=
            std::string::npos);
      CHECK(error("require(1)").find("must be a string") != std::string::npos);
      CHECK(error("require('./late.js')").find("awaits at its top level") != std::string::npos);
      CHECK(error("const = 1").find("lib.cjs:1") != std::string::npos);
    }
    SUBCASE("what require() of a module that throws gives is the same each time") {
      TestRuntime runtime({Gives("import lib from './lib.cjs';", "lib.join()")
                               .Module("lib.cjs", ModuleType::kCommonJs, R"js(
        const attempt = () => { try { require('./bad.js'); } catch (error) { return error; } };
        const first = attempt();
        module.exports = [first === attempt(), first.name, first.message, globalThis.runs];
      )js")
                               .Module("bad.js",
                                       "globalThis.runs = (globalThis.runs ?? 0) + 1;"
                                       "throw new RangeError('at the top');")});
      CHECK(runtime.Text() == "true,RangeError,at the top,1");
    }
    SUBCASE("what require() does not find says what to do") {
      TestRuntime runtime({Gives("import lib from './lib.cjs';", "lib")
                               .Module("lib.cjs", ModuleType::kCommonJs, R"js(
        try { require('node:fs'); } catch (error) { module.exports = error.message; }
      )js")
                               .Date("2024-01-01")});
      CHECK(Has(runtime.Text(), "No such module \"node:fs\""));
      CHECK(Has(runtime.Text(), "compatibility_flags = [\"nodejs_compat\"]"));
    }
    SUBCASE("JSON that is none names the file") {
      const Error error = LoadError({Gives("import data from './data.json';", "1")
                                         .Module("data.json", ModuleType::kJson, "{\"a\": }")
                                         .Root("src/")});
      CHECK(Has(error.message, "SyntaxError"));
      CHECK(Has(error.where, "src/data.json"));
    }
    SUBCASE("WebAssembly that is none names the file") {
      const Error error = LoadError({Gives("import module from './x.wasm';", "1")
                                         .Module("x.wasm", ModuleType::kWasm, "no wasm")
                                         .Root("src/")});
      CHECK(Has(error.message, "CompileError"));
      CHECK(error.where == "src/x.wasm");
    }
  }

  TEST_CASE("dynamic import") {
    SUBCASE("inside a handler") {
      TestRuntime runtime({Gives("", "(await import('./lazy.js')).value")
                               .Module("lazy.js", "export const value = 'lazy';")});
      CHECK(runtime.Text() == "lazy");
      CHECK(runtime.Text() == "lazy");
    }
    SUBCASE("relative to the module that asks") {
      TestRuntime runtime(
          {Gives("import { load } from './lib/loader.js';", "(await load()).value")
               .Module("lib/loader.js", "export const load = () => import('../x.js');")
               .Module("x.js", "export const value = 'found';")});
      CHECK(runtime.Text() == "found");
    }
    SUBCASE("at the top level") {
      TestRuntime runtime({Gives("const { value } = await import('./x.js');", "value")
                               .Module("x.js", "export const value = 'early';")});
      CHECK(runtime.Text() == "early");
    }
    SUBCASE("of a file that does not exist rejects") {
      TestRuntime runtime({Gives("",
                                 "await import('./no.js').catch((error) => error.name + ': ' + "
                                 "error.message)")});
      CHECK(Has(runtime.Text(), "Error: No such module \"./no.js\""));
    }
    SUBCASE("of what isolane has not rejects with the way out") {
      TestRuntime runtime({Gives("", "await import('node:fs').catch((error) => error.message)")
                               .Date("2024-01-01")});
      CHECK(Has(runtime.Text(), "compatibility_flags = [\"nodejs_compat\"]"));
    }
    SUBCASE("of one that throws rejects with what it threw, each time") {
      TestRuntime runtime({Gives("",
                                 "await import('./bad.js').catch((error) => error.name + ': ' + "
                                 "error.message)")
                               .Module("bad.js", "throw new RangeError('at the top');")});
      CHECK(runtime.Text() == "RangeError: at the top");
      CHECK(runtime.Text() == "RangeError: at the top");
    }
  }

  TEST_CASE("top-level await") {
    TestRuntime runtime(
        {Gives("const value = await Promise.resolve('one'); import { two } from './two.js';",
               "value + two")
             .Module("two.js", "export const two = await (async () => 'two')();")});
    CHECK(runtime.Text() == "onetwo");
  }

  TEST_CASE("what is wrong is told with its place") {
    SUBCASE("a syntax error") {
      const Error error = LoadError(
          {TestWorker("a", "export default {\n  fetch() { return new; }\n};").Root("src/")});
      CHECK(Has(error.message, "SyntaxError"));
      CHECK(error.where == "src/index.js:2:23");
      CHECK(Has(error.excerpt, "  fetch() { return new; }\n"));
      CHECK(error.excerpt.back() == '^');
    }
    SUBCASE("a syntax error in an imported file") {
      const Error error = LoadError({Gives("import './lib/bad.js';", "1")
                                         .Module("lib/bad.js", "\n\nlet a = ;")
                                         .Root("src/")});
      CHECK(Has(error.message, "SyntaxError"));
      CHECK(error.where == "src/lib/bad.js:3:9");
    }
    SUBCASE("a missing module") {
      const Error error = LoadError({Gives("import a from\n  './gone.js';", "a").Root("src/")});
      CHECK(Has(error.message, "No such module \"./gone.js\""));
      CHECK(Has(error.message, "src/index.js"));
      CHECK(error.where.starts_with("src/index.js:"));
    }
    SUBCASE("a missing module that a file further down imports") {
      const Error error = LoadError({Gives("import './lib/a.js';", "1")
                                         .Module("lib/a.js", "\nimport '../gone.js';")
                                         .Root("src/")});
      CHECK(Has(error.message, "No such module \"../gone.js\", imported from \"src/lib/a.js\""));
      CHECK(error.where.starts_with("src/lib/a.js:2:"));
    }
    SUBCASE("a package that nobody bundled") {
      const Error error = LoadError({Gives("import a from 'lodash';", "a")});
      CHECK(Has(error.message, "No such module \"lodash\""));
    }
    SUBCASE("a module of the platform that isolane has not") {
      const Error error = LoadError({Gives("import a from 'cloudflare:vectors';", "a")});
      CHECK(Has(error.message, "No such module \"cloudflare:vectors\""));
      CHECK(Has(error.hint, "cloudflare:workers"));
    }
    SUBCASE("a module of Node.js says what it takes") {
      TestWorker worker = Gives("import fs from 'node:fs';", "fs").Date("2024-01-01");
      const Error without = LoadError({worker});
      CHECK(Has(without.message, "No such module \"node:fs\""));
      CHECK(Has(without.hint, "compatibility_flags = [\"nodejs_compat\"]"));
      const Error with = LoadError({worker.Flag("nodejs_compat")});
      CHECK(Has(with.message, "No such module \"node:fs\""));
      CHECK(Has(with.hint, "no_bundle"));
    }
    SUBCASE("an export that does not exist") {
      const Error error = LoadError({Gives("import { nothing } from './b.js';", "nothing")
                                         .Module("b.js", "export const something = 1;")
                                         .Root("src/")});
      CHECK(Has(error.message, "does not provide an export named 'nothing'"));
      CHECK(error.where == "src/index.js:1:10");
      CHECK(Has(error.excerpt, "import { nothing }"));
    }
    SUBCASE("an exception at the top level") {
      const Error error = LoadError(
          {TestWorker("a", "const a = 1;\n  throw new TypeError('too early');\nexport default {};")
               .Root("src/")});
      CHECK(error.message == "TypeError: too early");
      CHECK(error.where == "src/index.js:2:9");
      CHECK(Has(error.excerpt, "throw new TypeError('too early');"));
    }
    SUBCASE("an exception after a top-level await") {
      const Error error =
          LoadError({TestWorker("a", "await null;\nnull.x;\nexport default {};").Root("src/")});
      CHECK(Has(error.message, "TypeError: Cannot read properties of null"));
      CHECK(error.where == "src/index.js:2:6");
    }
    SUBCASE("a top-level await that never ends") {
      const Error error = LoadError(
          {TestWorker("a", "await new Promise(() => {});\nexport default {};").Root("src/")});
      CHECK(error.message.starts_with("Top-level await in module is unsettled"));
      CHECK(error.where.starts_with("src/index.js"));
    }
    SUBCASE("no default export") {
      const Error error = LoadError({TestWorker("a", "export const a = 1;").Root("src/")});
      CHECK(Has(error.message, "Worker \"a\": the main module has no default export"));
      CHECK(error.where == "src/index.js");
    }
    SUBCASE("a main module that is not there") {
      WorkerSpec spec = TestWorker("a", "").Spec();
      spec.main_module = "other.js";
      std::vector<WorkerSpec> specs;
      specs.push_back(spec);
      testing::RecordingObserver observer;
      auto loaded = Runtime::LoadSpecs(std::move(specs), {UnknownService::kRefuse, &observer});
      REQUIRE_FALSE(loaded.ok());
      CHECK(Has(loaded.error().ToString(), "other.js"));
    }
  }

  TEST_CASE("stacks name the files as the user knows them") {
    TestRuntime runtime(
        {Gives("import { fail } from './lib/fail.js';", "fail()")
             .Module("lib/fail.js", "export function fail() {\n  throw new Error('deep');\n}")
             .Root("gateway/src/")});
    CHECK(runtime.Get().status == 500);
    const auto* line = runtime.observer().Find("Error: deep");
    REQUIRE(line != nullptr);
    CHECK(Has(line->text, "gateway/src/lib/fail.js:2:9"));
    CHECK(Has(line->text, "gateway/src/index.js:2:"));
    CHECK_FALSE(Has(line->text, "isolane:"));
  }

  TEST_CASE("\"cloudflare:workers\"") {
    SUBCASE("env has the same bindings, in an object of its own") {
      TestRuntime runtime({TestWorker("a", R"js(
        import { env as imported } from 'cloudflare:workers';
        const early = imported.TEXT;
        export default { fetch(request, env) {
          return new Response([early, imported.TEXT === env.TEXT, imported.SELF === env.SELF,
                               imported === env].join());
        } };
      )js")
                               .Var("TEXT", "\"value\"")
                               .Service("SELF", "a")});
      CHECK(runtime.Text() == "value,true,true,false");
    }
    SUBCASE("waitUntil keeps the request open") {
      TestRuntime runtime({TestWorker("a", R"js(
        import { waitUntil } from 'cloudflare:workers';
        let log = '';
        const later = async () => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          log += 'kept';
        };
        export default { fetch(request) {
          if (request.url.endsWith('/log')) return new Response(log);
          waitUntil(later());
          return new Response();
        } };
      )js")});
      runtime.Get();
      CHECK(runtime.Text("/log") == "kept");
    }
    SUBCASE("waitUntil in global scope throws") {
      const Error error = LoadError({TestWorker("a", R"js(
        import { waitUntil } from 'cloudflare:workers';
        waitUntil(Promise.resolve());
        export default {};
      )js")});
      CHECK(Has(error.message, "Disallowed operation called within global scope"));
    }
    SUBCASE("a binding may be used in the handler through it") {
      TestRuntime runtime({TestWorker("a", R"js(
                             import { env } from 'cloudflare:workers';
                             export default { fetch() { return env.B.fetch('http://b/'); } };
                           )js")
                               .Service("B", "b"),
                           TestWorker::Handler("b", "return new Response('from b');")});
      CHECK(runtime.Text() == "from b");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
