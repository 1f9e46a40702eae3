#include "bindings/worker_loader/worker_loader_binding.h"

#include <doctest/doctest.h>

#include "tests/bindings/worker_loader/loading_worker.h"

namespace isolane::bindings {
namespace {

TEST_SUITE("bindings/worker_loader") {
  TEST_CASE("load()") {
    SUBCASE("gives a Worker that answers fetch()") {
      CHECK(
          Value("(await env.LOADER.load(code(ECHO)).getEntrypoint().fetch('http://x/a')).text()") ==
          R"({"url":"http://x/a","env":{},"props":{}})");
    }
    SUBCASE("and method calls") {
      CHECK(Value("env.LOADER.load(code(ECHO)).getEntrypoint().say('hi')") == "said hi");
    }
    SUBCASE("makes another Worker each time") {
      CHECK(Value("(async () => { const out = []; for (let i = 0; i < 3; i++) {\n"
                  "const one = env.LOADER.load(code(COUNTER)).getEntrypoint();\n"
                  "out.push(await one.next(), await one.next()); } return out; })()") ==
            "1,2,1,2,1,2");
    }
  }

  TEST_CASE("get()") {
    SUBCASE("asks for the code once for each name") {
      CHECK(Answer(R"js(
        let asked = 0;
        const get = (name) => env.LOADER.get(name, async () => { asked++; return code(COUNTER); }).getEntrypoint();
        const out = [await get('a').next(), await get('a').next(), await get('b').next(), await get('a').next()];
        return Response.json([...out, asked]);
      )js") == "[1,2,1,3,2]");
    }
    SUBCASE("keeps the Worker for other requests") {
      TestRuntime runtime({Loading(R"js(
        return new Response(await env.LOADER.get('a', () => {
          console.log('asked'); return code(COUNTER); }).getEntrypoint().next());
      )js")});
      CHECK(runtime.Text() == "1");
      CHECK(runtime.Text() == "2");
      CHECK(runtime.observer().Count("asked") == 1);
    }
    SUBCASE("makes another Worker each time without a name") {
      CHECK(Answer(R"js(
        const out = [];
        for (const name of [null, undefined, null]) {
          out.push(await env.LOADER.get(name, () => code(COUNTER)).getEntrypoint().next());
        }
        return Response.json(out);
      )js") == "[1,1,1]");
    }
    SUBCASE("gives a stub at once, and calls wait for the code") {
      CHECK(Answer(R"js(
        const events = [];
        const stub = env.LOADER.get('a', async () => {
          events.push('asked'); await scheduler.wait(1); events.push('given'); return code(ECHO);
        });
        events.push('stub');
        const said = stub.getEntrypoint().say('x').then((text) => events.push(text));
        events.push('called');
        await said;
        return new Response(events.join());
      )js") == "stub,called,asked,given,said x");
    }
    SUBCASE("two loaders have Workers of their own") {
      TestRuntime runtime({Loading(R"js(
        const next = (loader) => loader.get('a', () => code(COUNTER)).getEntrypoint().next();
        return Response.json([await next(env.LOADER), await next(env.OTHER), await next(env.LOADER)]);
      )js")
                               .Binding({"OTHER", WorkerLoaderBinding{}, {}})});
      CHECK(runtime.Text() == "[1,1,2]");
    }
    SUBCASE("calls get the error of a callback that fails, and the next get() asks again") {
      CHECK(Answer(R"js(
        const broken = env.LOADER.get('a', async () => { throw new RangeError('no code'); });
        const first = await failure(broken.getEntrypoint().say('x'));
        const second = await failure(broken.getEntrypoint().fetch('http://x/'));
        const third = await env.LOADER.get('a', () => code(ECHO)).getEntrypoint().say('x');
        return Response.json([first, second, third]);
      )js") == R"(["RangeError: no code","RangeError: no code","said x"])");
    }
    SUBCASE("another request's call waits for the code that one is fetching") {
      TestRuntime runtime({Loading(R"js(
        if (request.url.endsWith('/second')) {
          globalThis.done = globalThis.resolve;
          const answer = env.LOADER.get('a', () => { throw new Error('asked twice'); }).getEntrypoint().say('b');
          setTimeout(() => globalThis.resolve(), 1);
          return new Response(await answer);
        }
        const stub = env.LOADER.get('a', () => new Promise((resolve) => {
          globalThis.resolve = () => resolve(code(ECHO)); }));
        const timer = setInterval(() => {}, 1);
        const said = await stub.getEntrypoint().say('a');
        clearInterval(timer);
        return new Response(said);
      )js")});
      auto first = runtime.Start("/first");
      runtime.Poll();
      auto second = runtime.Start("/second");
      while (!first->done() || !second->done()) runtime.Poll();
      CHECK(first->response().body == "said a");
      CHECK(second->response().body == "said b");
    }
    SUBCASE("a call that waits fails when the request that fetches the code ends") {
      TestRuntime runtime({Loading(R"js(
        if (request.url.endsWith('/second')) {
          const answer = env.LOADER.get('a', () => code(ECHO)).getEntrypoint().say('b');
          setTimeout(() => globalThis.end(), 1);
          const first = await failure(answer);
          return new Response(first + ' ' + await env.LOADER.get('a', () => code(ECHO)).getEntrypoint().say('b'));
        }
        env.LOADER.get('a', () => new Promise((resolve) => { globalThis.never = resolve; }));
        await new Promise((resolve) => { globalThis.end = resolve; globalThis.timer = setInterval(() => {}, 1); });
        return new Response('over');
      )js")});
      auto first = runtime.Start("/first");
      runtime.Poll();
      auto second = runtime.Start("/second");
      while (!first->done() || !second->done()) runtime.Poll();
      CHECK(first->response().body == "over");
      CHECK(
          second->response().body ==
          "Error: The request that was to load the code of Worker \"front/LOADER:a\" ended before "
          "it had. Call get() again. said b");
    }
    SUBCASE("a callback that never settles is a hang, not a wait for ever") {
      TestRuntime runtime({Loading(R"js(
        return new Response(await env.LOADER.get('a', () => new Promise(() => {})).getEntrypoint().say('x'));
      )js")});
      CHECK(runtime.Get().status == 500);
      CHECK(runtime.observer().Find("would never generate a response") != nullptr);
    }
  }

  TEST_CASE("code that cannot be") {
    SUBCASE("is refused by load() in workerd's words") {
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), modules: {} })") ==
            "TypeError: Dynamic Worker code must contain at least one module.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), modules: undefined })") ==
            "TypeError: Incorrect type for the 'modules' field on 'WorkerCode': the provided value "
            "is not of type 'object'.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), compatibilityDate: undefined })") ==
            "Error: Invalid compatibility date: undefined");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), compatibilityFlags: ['nope'] })")
                .starts_with("Error: No such compatibility flag: nope"));
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), compatibilityFlags: 'nope' })") ==
            "TypeError: Incorrect type for the 'compatibilityFlags' field on 'WorkerCode': the "
            "provided value is not of type 'Array'.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), env: 7 })") ==
            "TypeError: Incorrect type for the 'env' field on 'WorkerCode': the provided value is "
            "not of type 'Object'.");
      CHECK(
          FailureOf("env.LOADER.load({ ...code(ECHO), globalOutbound: 7 })") ==
          "TypeError: Incorrect type for the 'globalOutbound' field on 'WorkerCode': the provided "
          "value is not of type 'Fetcher'.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), tails: [7] })") ==
            "TypeError: Incorrect type for array element 0: the provided value is not of type "
            "'Fetcher'.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), limits: 7 })") ==
            "TypeError: Incorrect type for the 'limits' field on 'WorkerCode': the provided value "
            "is not of type 'ResourceLimits'.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), allowExperimental: true })") ==
            "Error: 'allowExperimental' is only allowed when the calling worker has the "
            "'experimental' compat flag set.");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), compatibilityFlags: ['experimental'] })")
                .starts_with("Error: The compatibility flag experimental is experimental"));
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), streamingTails: [] })")
                .starts_with("Error: Streaming tail workers are experimental."));
    }
    SUBCASE("modules of no type, or of two") {
      const auto modules = [](const std::string& what) {
        return FailureOf("env.LOADER.load({ ...code(ECHO), modules: { 'main.js': ECHO, " + what +
                         " } })");
      };
      const std::string one =
          "TypeError: Each module must contain exactly one of 'js', 'cjs', 'text', 'data', 'json', "
          "'py', or 'wasm'. Module 'a' contained ";
      CHECK(modules("a: {}") == one + "0 properties.");
      CHECK(modules("a: { js: '', text: '' }") == one + "2 properties.");
      CHECK(modules("'a.txt': ''") ==
            "TypeError: Module name must end with '.js' or '.py' (or the content must be an object "
            "indicating the type explicitly). Got: a.txt");
      CHECK(modules("'a.ts': ''")
                .ends_with(
                    "Got: a.ts. If you're trying to load TypeScript, bundle it first with "
                    "'@cloudflare/worker-bundler' and pass the generated JavaScript modules."));
      CHECK(modules("'a.py': ''") ==
            "TypeError: Module \"a.py\" is a Python module, but the main module isn't a Python "
            "module.");
      CHECK(
          FailureOf(
              "env.LOADER.load({ ...code(ECHO), mainModule: 'a.py', modules: { 'a.py': '' } })") ==
          "Error: Module \"a.py\" is a Python module, which isolane does not support: give "
          "JavaScript.");
      CHECK(modules("a: { data: 7 }") ==
            "TypeError: Incorrect type for the 'data' field on 'Module': the provided value is not "
            "of type 'ArrayBuffer or ArrayBufferView'.");
    }
    SUBCASE("rejects the calls when it comes from a callback") {
      CHECK(FailureOf("env.LOADER.get('a', () => ({ ...code(ECHO), modules: {} "
                      "})).getEntrypoint().say(1)") ==
            "TypeError: Dynamic Worker code must contain at least one module.");
      CHECK(FailureOf("env.LOADER.get('a', () => {}).getEntrypoint().say(1)") ==
            "TypeError: Worker Loader: the callback of env.LOADER.get() gave undefined instead of "
            "the code of a Worker, { compatibilityDate, mainModule, modules }.");
      CHECK(FailureOf("env.LOADER.get('a')") ==
            "TypeError: Failed to execute 'get' on 'WorkerLoader': parameter 2 is not of type "
            "'function'.");
    }
    SUBCASE("or that does not run rejects the calls") {
      const auto start = [](const std::string& source) {
        return FailureOf("env.LOADER.load(code(`" + source + "`)).getEntrypoint().say(1)");
      };
      CHECK(start("export default {{{") ==
            "Error: Failed to start Worker:\nUncaught SyntaxError: Unexpected token '{'\n  at "
            "front/LOADER/main.js:1:17");
      CHECK(start("throw new TypeError('boom')") ==
            "Error: Failed to start Worker:\nUncaught TypeError: boom\n  at "
            "front/LOADER/main.js:1:1");
      CHECK(start("import './no.js'; export default {}") ==
            "Error: Failed to start Worker:\nUncaught Error: No such module \"./no.js\", imported "
            "from "
            "\"front/LOADER/main.js\": no module of the code is called so\n  at "
            "front/LOADER/main.js:1:8");
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), mainModule: 'other.js' "
                      "}).getEntrypoint().say(1)") ==
            "Error: Failed to start Worker:\nUncaught Error: No such module: other.js");
    }
    SUBCASE("does no harm to anything else") {
      CHECK(
          Answer(R"js(
        const broken = env.LOADER.load(code('throw 1')).getEntrypoint();
        const whole = env.LOADER.load(code(ECHO)).getEntrypoint();
        return Response.json([await failure(broken.say(1)), await whole.say(2), await failure(broken.say(3))]);
      )js") ==
          R"(["Error: Failed to start Worker:\nUncaught 1\n  at front/LOADER/main.js:1:1","said 2",)"
          R"("Error: Failed to start Worker:\nUncaught 1\n  at front/LOADER/main.js:1:1"])");
    }
    SUBCASE("names the Worker in the stack of the error") {
      CHECK(
          Answer("try { await env.LOADER.get('a', () => code('throw 1')).getEntrypoint().say(1) }\n"
                 "catch (e) { return new Response(e.stack) }")
              .find("(it is \"front/LOADER:a\")") != std::string::npos);
    }
    SUBCASE("is refused if it is too large") {
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), modules: { 'main.js': ECHO, a: { text: "
                      "'x'.repeat(64 << 20) } } })")
                .ends_with("bytes) exceeds the maximum allowed size of 67108864 bytes."));
      CHECK(FailureOf("env.LOADER.load({ ...code(ECHO), env: { a: 'x'.repeat(2 << 20) } })")
                .ends_with("bytes) exceeds the maximum allowed size of 1048576 bytes."));
    }
  }

  TEST_CASE("modules of each type") {
    CHECK(
        Value(
            R"js(env.LOADER.load({ compatibilityDate: '2026-01-20', mainModule: 'a/main.js', modules: {
      'a/main.js': { js: `
        import text from './t'; import json from '../j.json'; import data from '../d.bin';
        import common from '../c.cjs'; import { x } from './x.js'; import wasm from '../add.wasm';
        export default { async all(a) {
          const { exports } = await WebAssembly.instantiate(wasm);
          return [text, json.a[0], data.byteLength, common.greet('A'), x, exports.add(2, 3)].join();
        } }` },
      'a/t': { text: 'T' }, 'a/x.js': 'export const x = 7', 'j.json': { json: { a: [1] } },
      'd.bin': { data: new Uint8Array(5) },
      'c.cjs': { cjs: 'module.exports = { greet: (name) => "Hello, " + name + require("./c2.cjs").mark }' },
      'c2.cjs': { cjs: 'exports.mark = "!"' },
      'add.wasm': { wasm: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1,
        0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]) },
    } }).getEntrypoint().all(1))js") == "T,1,5,Hello, A!,7,5");
  }

  TEST_CASE("the bytes of a module are those at the time of load()") {
    CHECK(Answer(R"js(
      const bytes = new Uint8Array([1, 2, 3]);
      const stub = env.LOADER.load({ ...code('import d from "d"; export default { get(i) { return new Uint8Array(d)[i] } }'),
        modules: { 'main.js': 'import d from "./d"; export default { get(i) { return new Uint8Array(d)[i] } }', d: { data: bytes } } });
      bytes.fill(9);
      return new Response(await stub.getEntrypoint().get(1));
    )js") == "2");
  }

  TEST_CASE("env") {
    SUBCASE("is a copy of what was given") {
      CHECK(Answer(R"js(
        const stub = env.LOADER.load(code(`import { env as imported } from 'cloudflare:workers';
          export default { all(a, env) {
            return [env.text, env.list.length, env.map.get(1), env.date.getTime(), imported.text, env[7]].join();
          } }`, { env: { text: 'T', list: [1, 2], map: new Map([[1, 'one']]), date: new Date(5), 7: 'seven' } }));
        return new Response(await stub.getEntrypoint().all(1));
      )js") == "T,2,one,5,T,seven");
    }
    SUBCASE("may hold bindings, with props and deep in objects") {
      TestRuntime runtime(
          {Loading(R"js(
             const stub = env.LOADER.load(code(`export default { async all(a, env) {
                 const text = await (await env.deep.other.fetch('http://x/y')).text();
                 return [await env.greeter.greet('A'), await env.deep.hello.greet('B'), text].join('|');
               } }`,
               { env: { greeter: ctx.exports.Greeter({ props: { greeting: 'Howdy' } }),
                        deep: { hello: ctx.exports.Greeter, other: env.OTHER } } }));
             return new Response(await stub.getEntrypoint().all(1));
           )js")
               .Service("OTHER", "other"),
           TestWorker::Handler("other",
                               "return new Response('other ' + new URL(request.url).pathname)")});
      CHECK(runtime.Text() == "Howdy, A|Hello, B|other /y");
    }
    SUBCASE("may hold stubs of Durable Objects") {
      TestRuntime runtime({TestWorker("front", std::string(kPrelude) + R"js(
            import { DurableObject } from 'cloudflare:workers';
            export class Counter extends DurableObject { n = 0; add(n) { return this.n += n; } }
            export default { async fetch(request, env) {
              const counter = env.COUNTER.getByName('c');
              const stub = env.LOADER.load(code('export default { add(n, env) { return env.counter.add(n); } }',
                { env: { counter } }));
              return Response.json([await stub.getEntrypoint().add(5), await counter.add(1)]);
            } })js")
                               .Binding({"LOADER", WorkerLoaderBinding{}, {}})
                               .Objects("COUNTER", "Counter")});
      CHECK(runtime.Text() == "[5,6]");
    }
    SUBCASE("may not hold what belongs to a request") {
      const auto given = [](const std::string& value) {
        return FailureOf("env.LOADER.load(code(ECHO, { env: { a: { b: " + value + " } } }))");
      };
      CHECK(given("() => 1") == "DataCloneError: () => 1 could not be cloned. (at env.a.b)");
      CHECK(given("new (class Target extends RpcTarget {})")
                .starts_with("DataCloneError: Could not serialize object of type \"Target\". This "
                             "type does not support "
                             "serialization."));
      CHECK(given("new Response('x')")
                .starts_with("DataCloneError: Could not serialize object of type \"Response\"."));
      CHECK(given("new ReadableStream()")
                .starts_with(
                    "DataCloneError: Could not serialize object of type \"ReadableStream\"."));
      CHECK(
          given("env.LOADER")
              .starts_with("DataCloneError: Could not serialize object of type \"WorkerLoader\"."));
      CHECK(given("env.LOADER.load(code(ECHO))")
                .starts_with("DataCloneError: Could not serialize object of type \"WorkerStub\"."));
    }
    SUBCASE("of a Service Worker script is its global scope") {
      CHECK(Value("(await env.LOADER.load(code(`addEventListener('fetch', (e) => "
                  "e.respondWith(new Response(TEXT)))`, { env: { TEXT: 'global' } }))"
                  ".getEntrypoint().fetch('http://x/')).text()") == "global");
    }
  }

  TEST_CASE("getEntrypoint()") {
    SUBCASE("leads to named entrypoints") {
      CHECK(Answer(R"js(
        const stub = env.LOADER.load(code(`import { WorkerEntrypoint } from 'cloudflare:workers';
          export class A extends WorkerEntrypoint { who() { return 'A'; } }
          export const b = { who(x) { return 'b'; } };
          export default { who(x) { return 'default'; } };`));
        const who = (...name) => stub.getEntrypoint(...name).who(1);
        return Response.json([await who('A').catch(String), await who('b'), await who(), await who(null), await who('default')]);
      )js") == R"(["A","b","default","default","default"])");
    }
    SUBCASE("gives the props that it is given, bindings too") {
      CHECK(Answer(R"js(
        const stub = env.LOADER.load(code(`import { WorkerEntrypoint } from 'cloudflare:workers';
          export default class extends WorkerEntrypoint {
            async all() { return this.ctx.props.name + ' ' + await this.ctx.props.greeter?.greet('X'); }
          }`));
        const greeter = ctx.exports.Greeter({ props: { greeting: "G'day" } });
        const both = [stub.getEntrypoint(null, { props: { name: 'a', greeter } }), stub.getEntrypoint('default', { props: { name: 'b' } })];
        return Response.json([await both[0].all(), await both[1].all(), await both[0].all()]);
      )js") == R"(["a G'day, X","b undefined","a G'day, X"])");
    }
    SUBCASE("says which entrypoints there are when a call finds none") {
      CHECK(FailureOf("env.LOADER.load(code(ECHO)).getEntrypoint('Nope').say(1)") ==
            "Error: Worker has no such entrypoint: Nope");
      CHECK(
          FailureOf(
              "env.LOADER.load(code('export const a = {}')).getEntrypoint().fetch('http://x/')") ==
          "Error: Worker has no default entrypoint.");
      CHECK(Answer("try { await env.LOADER.load(code('export const a = "
                   "{}')).getEntrypoint('b').say(1) }\n"
                   "catch (e) { return new Response(e.stack) }")
                .find("(\"front/LOADER\" has a)") != std::string::npos);
    }
    SUBCASE("refuses options of another type") {
      CHECK(FailureOf("env.LOADER.load(code(ECHO)).getEntrypoint(null, { props: 7 })") ==
            "TypeError: Incorrect type for the 'props' field on 'EntrypointOptions': the provided "
            "value is not of type 'Object'.");
      CHECK(FailureOf("env.LOADER.load(code(ECHO)).getEntrypoint(null, { limits: 7 })") ==
            "TypeError: Incorrect type for the 'limits' field on 'EntrypointOptions': the provided "
            "value is not of type 'ResourceLimits'.");
    }
    SUBCASE("nobody else may have its stubs") {
      const std::string refusal =
          "DataCloneError: Entrypoints to dynamically-loaded workers cannot be transferred to "
          "other "
          "Workers, because the system does not know how to reload this Worker from scratch. "
          "Instead, have the parent Worker expose an entrypoint which constructs the dynamic "
          "worker "
          "and forwards to it.";
      CHECK(FailureOf("ctx.exports.Greeter.greet(env.LOADER.load(code(ECHO)).getEntrypoint())") ==
            refusal);
      CHECK(FailureOf("env.LOADER.load(code(ECHO)).getEntrypoint(null, { props: { a: "
                      "env.LOADER.load(code(ECHO)).getEntrypoint() } })") == refusal);
      CHECK(FailureOf("env.LOADER.load(code(ECHO, { globalOutbound: "
                      "env.LOADER.load(code(ECHO)).getEntrypoint() }))") == refusal);
      CHECK(FailureOf("env.LOADER.load(code('export default { get(a, env, ctx) { return "
                      "ctx.exports.default; } }')).getEntrypoint().get(1)") == refusal);
    }
    SUBCASE("of a stub of another request is refused") {
      TestRuntime runtime({Loading(R"js(
        if (globalThis.kept === undefined) { globalThis.kept = env.LOADER.load(code(ECHO)); return new Response('kept'); }
        return new Response(await failure((async () => globalThis.kept.getEntrypoint().say(1))()));
      )js")});
      CHECK(runtime.Text() == "kept");
      CHECK(runtime.Text().starts_with(
          "Error: Cannot perform I/O on behalf of a different request."));
    }
  }

  TEST_CASE("what a Worker makes of Array.prototype does not reach the loader") {
    CHECK(Answer(R"js(
      const given = code(ECHO, { tails: [ctx.exports.Greeter], compatibilityFlags: ['nodejs_compat'] });
      for (const index of [0, 1, 2]) {
        Object.defineProperty(Array.prototype, index, { get: () => ({}), set() {}, configurable: true });
      }
      let stub;
      try {
        stub = env.LOADER.load(given);
      } finally {
        for (const index of [0, 1, 2]) delete Array.prototype[index];
      }
      return new Response(await stub.getEntrypoint().say('hi'));
    )js") == "said hi");
  }

  TEST_CASE("getDurableObjectClass() says that there is none") {
    CHECK(FailureOf("env.LOADER.load(code(ECHO)).getDurableObjectClass('A')")
              .starts_with(
                  "Error: getDurableObjectClass() of env.LOADER is not supported by isolane"));
  }
}

}  // namespace
}  // namespace isolane::bindings
