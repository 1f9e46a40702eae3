// What travels in method calls: runtime/builtins/workers/rpc_values.js,
// runtime/worker/rpc_clone.cc.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;
using testing::TestWorker;

// Values come back as S.echo(value), which also lets back look at them: S.show(value).
constexpr char kMembers[] = R"js(
  echo(...a) { return a.length === 1 ? a[0] : a; }
  show(value) { return Object.prototype.toString.call(value) + ' ' + value?.constructor?.name; }
  call(callback, ...a) { return callback(...a); }
)js";

std::string Run(const std::string& body, const std::string& members = kMembers) {
  TestRuntime runtime({Front(body), Back(members)});
  return runtime.Text();
}

struct Trip {
  const char* value;
  const char* check;  // an expression of `r`, what came back, and `v`, what was sent
  const char* expected;
};

void CheckTrips(const std::vector<Trip>& trips) {
  for (const Trip& trip : trips) {
    CAPTURE(trip.value);
    CHECK(Run(std::string("const v = ") + trip.value +
              "; const r = await S.echo(v); const both = await S.echo([v]); return [" + trip.check +
              "];") == trip.expected);
  }
}

TEST_SUITE("runtime/worker/rpc_types") {
  TEST_CASE("primitive values arrive as they are") {
    CheckTrips({
        {"undefined", "r === undefined, both[0] === undefined", "[true,true]"},
        {"null", "r, both[0]", "[null,null]"},
        {"true", "r, both[0]", "[true,true]"},
        {"-0", "Object.is(r, -0), Object.is(both[0], -0)", "[true,true]"},
        {"NaN", "Number.isNaN(r), Number.isNaN(both[0])", "[true,true]"},
        {"2 ** 31", "r, both[0]", "[2147483648,2147483648]"},
        {"-(2 ** 31)", "r", "[-2147483648]"},
        {"1e300", "r", "[1e+300]"},
        {"10n ** 30n", "r === v, typeof r", R"([true,"bigint"])"},
        {"''", "r, both[0]", R"(["",""])"},
        {"'caf\\u00e9'", "r === v, both[0] === v", "[true,true]"},
        {"'\\ud83d\\ude80 \\u4e2d'", "r === v, both[0] === v", "[true,true]"},
        {"'\\ud800 alone'", "r === v, both[0] === v", "[true,true]"},
        {"'x'.repeat(100000)", "r === v", "[true]"},
        {"'\\u4e2d'.repeat(99999)", "r === v", "[true]"},
        {"'a\\0b'", "r === v", "[true]"},
    });
  }

  TEST_CASE("structured clones") {
    CheckTrips({
        {"[1, [2, { a: 3 }]]", "r", "[[1,[2,{\"a\":3}]]]"},
        {"[, 1]", "0 in r, r.length", "[false,2]"},
        {"new Date(5)", "r instanceof Date, +r", "[true,5]"},
        {"/a+/gi", "r instanceof RegExp, String(r)", R"([true,"/a+/gi"])"},
        {"new Map([[{ k: 1 }, new Set([2])]])",
         "r instanceof Map, [...r.keys()][0].k, [...[...r.values()][0]]", "[true,1,[2]]"},
        {"new Uint16Array([1, 65535])", "r.constructor.name, [...r]",
         R"(["Uint16Array",[1,65535]])"},
        {"new Uint8Array([1, 2, 3]).subarray(1)", "[...r]", "[[2,3]]"},
        {"new DataView(new ArrayBuffer(3), 1)", "r.byteLength", "[2]"},
        {"new ArrayBuffer(4)", "r instanceof ArrayBuffer, r.byteLength, v.byteLength",
         "[true,4,4]"},
        {"Object(1)", "typeof r, r + 1", R"(["object",2])"},
        {"(() => { const a = {}; a.self = a; return a; })()", "r.self === r", "[true]"},
        {"(() => { const a = {}; return [a, a]; })()", "r[0] === r[1]", "[true]"},
        {"({ ['__proto__']: 1, constructor: 2 })",
         "Object.keys(r), Object.getPrototypeOf(r) === Object.prototype",
         R"([["__proto__","constructor"],true])"},
        {"({ [Symbol('s')]: 1, a: 1 })", "r", R"([{"a":1}])"},
        {"({ get a() { return 5; } })", "r", R"([{"a":5}])"},
    });
  }

  TEST_CASE("errors") {
    SUBCASE("arrive with type, message and no properties before 2026-04-21") {
      CheckTrips({
          {"new RangeError('m')", "r instanceof RangeError, r.message, r.remote",
           R"([true,"m",null])"},
          {"new TypeError('m', { cause: 1 })", "r.name, both[0].message", R"(["TypeError","m"])"},
          {"new DOMException('m', 'AbortError')",
           "r instanceof DOMException, r.name, r.message, r.code, both[0].name",
           R"([true,"AbortError","m",20,"AbortError"])"},
      });
    }
    SUBCASE("keep own properties and cause from 2026-04-21 on when they are thrown") {
      TestRuntime runtime(
          {Front("try { await S.fail(); } catch (error) { return [error.name, error.extra, "
                 "error.cause.message]; }")
               .Date("2026-04-21"),
           Back("fail() { throw Object.assign(new RangeError('m', { cause: new Error('c') }), { "
                "extra: { a: [1] } }); }")
               .Date("2026-04-21")});
      CHECK(runtime.Text() == R"(["RangeError",{"a":[1]},"c"])");
    }
    SUBCASE("that are DOMExceptions keep name and code when they are thrown") {
      CHECK(Run("try { await S.fail(); } catch (error) { return [error instanceof DOMException, "
                "error.name, error.code, error.message]; }",
                "fail() { throw new DOMException('m', 'DataCloneError'); }") ==
            R"([true,"DataCloneError",25,"m"])");
    }
  }

  TEST_CASE("objects of the web") {
    CheckTrips({
        {"new Headers([['a', '1'], ['a', '2'], ['set-cookie', 'x'], ['set-cookie', 'y']])",
         "r instanceof Headers, r.get('a'), r.getSetCookie(), (r.set('b', '3'), r.get('b'))",
         R"([true,"1, 2",["x","y"],"3"])"},
        {"new Blob(['text'], { type: 'a/b' })",
         "r.constructor.name, r.size, r.type, await r.text(), await both[0].text()",
         R"(["Blob",4,"a/b","text","text"])"},
        {"new File(['text'], 'f.txt', { type: 'a/b', lastModified: 7 })",
         "r.constructor.name, r.name, r.lastModified, await r.text()",
         R"(["File","f.txt",7,"text"])"},
        {"AbortSignal.abort(new RangeError('why'))",
         "r instanceof AbortSignal, r.aborted, r.reason.message", R"([true,true,"why"])"},
        {"AbortSignal.abort()", "r.reason.name, r.reason instanceof DOMException",
         R"(["AbortError",true])"},
    });
  }

  TEST_CASE("requests and responses") {
    SUBCASE("arrive with head, body and the rest") {
      CHECK(
          Run("const r = await S.echo(new Request('http://x/y?z', { method: 'PUT', body: 'b', "
              "headers: { a: '1' }, redirect: 'manual', cf: { c: [1] } }));"
              "return [r.url, r.method, r.headers.get('a'), r.redirect, r.cf, await r.text()];") ==
          R"(["http://x/y?z","PUT","1","manual",{"c":[1]},"b"])");
      CHECK(
          Run("const r = await S.echo(new Response('b', { status: 201, statusText: 'Made', headers:"
              " { a: '1' } })); return [r.status, r.statusText, r.headers.get('a'), await "
              "r.text()];") == R"([201,"Made","1","b"])");
      CHECK(Run("const r = await S.echo(new Response(null, { status: 204 })); return [r.status, "
                "r.body];") == "[204,null]");
    }
    SUBCASE("are spent by being sent") {
      CHECK(
          Run("const r = new Response('b'); await S.show(r); return [r.bodyUsed, await tried(() => "
              "S.show(r))];")
              .find("[true,\"TypeError: ") == 0);
    }
    SUBCASE("can be the answer of the public Worker, head and body") {
      TestRuntime runtime({Front("return S.page();"),
                           Back("page() { return new Response(new ReadableStream({ async pull(c) { "
                                "await sleep(1); c.enqueue(encode('page')); c.close(); } }), { "
                                "status: 202, headers: { a: 'b' } }); }")});
      const Response response = runtime.Get();
      CHECK(response.status == 202);
      CHECK(response.Header("a") == "b");
      CHECK(response.body == "page");
    }
    SUBCASE("that came from outside can be passed on to a method") {
      TestRuntime runtime({Front("return S.take(request);"),
                           Back("async take(r) { return r.method + ' ' + await r.text(); }")});
      CHECK(runtime.Post("/x", "from outside").body == "POST from outside");
    }
    SUBCASE("of fetch() go through a method untouched") {
      CHECK(Run("return new Response((await S.echo(await S.fetch('http://x/'))).body);",
                std::string(kMembers) + "fetch() { return new Response('fetched'); }") ==
            "fetched");
    }
  }

  TEST_CASE("the signal of a request that is sent aborts the request on the other side") {
    CHECK(Run("const c = new AbortController(); setTimeout(() => c.abort(new RangeError('gone')), "
              "1); "
              "return S.wait(new Request('http://x/', { signal: c.signal }));",
              "wait(r) { return new Promise((resolve) => r.signal.addEventListener('abort', () => "
              "resolve(failure(r.signal.reason)))); }") == "RangeError: gone");
  }

  TEST_CASE("a readable stream") {
    SUBCASE("arrives chunk by chunk, as a result and as an argument") {
      const std::string stream =
          "(() => { let n = 0; return new ReadableStream({ async pull(c) { await sleep(1); if (n++ "
          "=== 3) c.close(); else c.enqueue(encode('part' + n)); } }); })()";
      CHECK(Run("const parts = []; for await (const part of await S.give()) parts.push(new "
                "TextDecoder().decode(part)); return parts;",
                "give() { return " + stream + "; }") == R"(["part1","part2","part3"])");
      CHECK(Run("return S.take(" + stream + ");",
                "async take(s) { return new Response(s).text(); }") == "part1part2part3");
    }
    SUBCASE("is locked on the side that sent it") {
      CHECK(
          Run("const s = new ReadableStream({}); S.show(s).catch(() => {}); return [s.locked, await"
              " tried(() => S.show(s))];") ==
          R"([true,"TypeError: The ReadableStream has been locked to a reader."])");
    }
    SUBCASE("slows its source down while nobody reads") {
      CHECK(Run(R"js(
              const reader = (await S.give()).getReader();
              await sleep(5);
              const before = await S.pulls();
              let size = 0;
              for (;;) { const { done, value } = await reader.read(); if (done) break; size += value.length; }
              return [before < 20, size, await S.pulls() >= 100];
            )js",
                R"js(
              give() {
                globalThis.pulls = 0;
                return new ReadableStream({ pull(c) {
                  if (globalThis.pulls++ === 100) c.close();
                  else c.enqueue(new Uint8Array(20000));
                } });
              }
              pulls() { return globalThis.pulls; }
            )js") == "[true,2000000,true]");
    }
    SUBCASE("passes an error on, after what came before it") {
      CHECK(
          Run("const reader = (await S.give()).getReader(); const { value } = await reader.read(); "
              "return [value.length, await tried(() => reader.read())];",
              "give() { let n = 0; return new ReadableStream({ async pull(c) { await sleep(1); if "
              "(n++) c.error(new RangeError('mid')); else c.enqueue(encode('abc')); } }); }") ==
          R"([3,"RangeError: mid"])");
    }
    SUBCASE("is cancelled at its source when the reader cancels") {
      CHECK(Run("const s = await S.give(); await s.cancel('enough'); await sleep(1); return "
                "S.takeLog();",
                "give() { return new ReadableStream({ pull(c) { c.enqueue(encode('x')); return "
                "sleep(0); }, cancel() { log.push('cancelled'); } }); }") == "cancelled");
    }
    SUBCASE("carries bytes, and the UTF-8 of strings") {
      const std::string body = "return new Response(await S.give()).text();";
      const auto give = [](const std::string& chunk) {
        return "give() { return new ReadableStream({ start(c) { c.enqueue(" + chunk +
               "); c.close(); } }); }";
      };
      CHECK(Run(body, give("'text'")) == "text");
      CHECK(Run(body, give("{ no: 1 }"))
                .find("threw TypeError: This TransformStream is being used as a byte stream") == 0);
    }
    SUBCASE("goes through three Workers") {
      TestRuntime runtime(
          {Front("return new Response(await S.pass());"),
           Back(
               "async pass() { return (await this.env.D.give()).pipeThrough(new TransformStream({ "
               "transform(chunk, c) { c.enqueue(encode(new TextDecoder().decode(chunk).toUpperCase("
               "))); } })); }")
               .Service("D", "deep"),
           TestWorker("deep", testing::RpcPrelude(R"js(
             export default class extends WorkerEntrypoint {
               give() { return new Response('deep text').body; } }
           )js"))});
      CHECK(runtime.Text() == "DEEP TEXT");
    }
  }

  TEST_CASE("a writable stream") {
    const std::string sink =
        "const got = []; const w = new WritableStream({ async write(c) { await sleep(1); "
        "got.push(new TextDecoder().decode(c)); }, close() { got.push('closed'); }, abort(e) { "
        "got.push('aborted ' + e.message); } });";
    SUBCASE("takes what the callee writes, in order, and its end") {
      CHECK(
          Run(sink + "const text = await S.write(w); return [text, got];",
              "async write(w) { const writer = w.getWriter(); for (const part of ['a', 'b']) await "
              "writer.write(encode(part)); await writer.close(); return 'written'; }") ==
          R"(["written",["a","b","closed"]])");
    }
    SUBCASE("is locked on the side that sent it") {
      CHECK(Run(sink + "const p = S.show(w); return [w.locked, await p, await tried(() => "
                       "S.show(w))];") ==
            R"([true,"[object Object] WritableStream",)"
            R"("TypeError: This WritableStream is currently locked to a writer."])");
    }
    SUBCASE("makes the writer wait for the sink") {
      CHECK(
          Run("let open; const gate = new Promise((resolve) => { open = resolve; }); const w = new "
              "WritableStream({ write: () => gate }); const p = S.write(w); await sleep(2); const "
              "before = await S.takeLog(); open(); await p; return [before, await S.takeLog()];",
              "async write(w) { const writer = w.getWriter(); await writer.write(encode('a')); "
              "log.push('written'); }") == R"(["","written"])");
    }
    SUBCASE("passes the sink's error to the writer") {
      CHECK(
          Run("return S.write(new WritableStream({ write() { throw new RangeError('full'); } }));",
              "write(w) { return tried(() => w.getWriter().write(encode('a'))); }") ==
          "RangeError: full");
    }
    SUBCASE("is aborted by the callee") {
      CHECK(Run(sink + "await S.write(w); return got;",
                "write(w) { return w.getWriter().abort(new TypeError('no more')); }") ==
            R"(["aborted no more"])");
    }
    SUBCASE("is aborted when the callee ends without closing it") {
      CHECK(Run(sink + "await S.write(w); await sleep(2); return got;",
                "async write(w) { await w.getWriter().write(encode('a')); }") ==
            R"(["a","aborted WritableStream received over RPC was disconnected because the remote )"
            R"(execution context has ended."])");
    }
    SUBCASE("can be the end of a pipe") {
      CHECK(Run("const { readable, writable } = new TransformStream(); const p = S.fill(writable); "
                "const text = await new Response(readable).text(); await p; return text;",
                "fill(w) { return new Response('piped').body.pipeTo(w); }") == "piped");
    }
  }

  TEST_CASE("an AbortSignal") {
    SUBCASE("aborts on the other side later, with its reason") {
      CHECK(
          Run("const c = new AbortController(); setTimeout(() => c.abort(new RangeError('late')), "
              "1); return S.wait(c.signal);",
              "wait(s) { return new Promise((resolve) => s.addEventListener('abort', () => "
              "resolve(failure(s.reason)))); }") == "RangeError: late");
    }
    SUBCASE("that never aborts does nothing") {
      CHECK(Run("return S.ask(new AbortController().signal);",
                "async ask(s) { await sleep(1); return String(s.aborted); }") == "false");
    }
    SUBCASE("that aborts after the call is over hurts nobody") {
      CHECK(
          Run("const c = new AbortController(); await S.ask(c.signal); c.abort(); await sleep(1); "
              "return 'fine';",
              "ask() {}") == "fine");
    }
    SUBCASE("as a result works the other way") {
      CHECK(Run("const s = await S.give(); return new Promise((resolve) => { s.onabort = () => "
                "resolve(failure(s.reason)); });",
                "give() { const c = new AbortController(); this.ctx.waitUntil(sleep(1).then(() => "
                "c.abort())); return c.signal; }") == "AbortError: The operation was aborted");
    }
  }

  TEST_CASE("functions, targets and stubs") {
    SUBCASE("inside of every kind of container") {
      CHECK(
          Run("const r = await S.echo({ a: [() => 1], m: new Map([['f', () => 2]]), s: new Set([() "
              "=> 3]), t: new Counter() }); return [await r.a[0](), await r.m.get('f')(), await "
              "[...r.s][0](), await r.t.add(4)];") == "[1,2,3,4]");
    }
    SUBCASE("as the key of a Map and beside a cycle") {
      CHECK(Run("const o = { f: () => 5 }; o.o = o; const r = await S.echo(o); return [r.o === r, "
                "await r.f()];") == "[true,5]");
    }
    SUBCASE("keep `this` and closures") {
      CHECK(Run("let n = 1; return [await S.call(() => ++n), await S.call((x) => n + x, 5)];") ==
            "[2,7]");
    }
    SUBCASE("of async and generator kind") {
      CHECK(Run("return S.call(async (x) => { await sleep(1); return x; }, 'later');") == "later");
      CHECK(
          Run("return tried(() => S.call(function* () { yield 1; }));").find("DataCloneError: ") ==
          0);
    }
    SUBCASE("that throw reject with the error") {
      CHECK(Run("return S.call(() => { throw new RangeError('mine'); });") ==
            "threw RangeError: mine");
    }
    SUBCASE("have the static members of a class and the properties of a function") {
      CHECK(
          Run("class Foo { static make() { return 'made'; } } const r = await S.echo(Foo); return "
              "[await r.make(), await (await S.echo(Object.assign(() => 1, { p: 2 }))).p];") ==
          R"(["made",2])");
    }
  }

  TEST_CASE("a binding can be sent and is usable") {
    CHECK(Run("const b = await S.echo(S); return [b.constructor.name, await b.echo(1), (await "
              "b.fetch('http://x/')).status];",
              std::string(kMembers) + "fetch() { return new Response(null, { status: 204 }); }") ==
          R"(["Fetcher",1,204])");
  }

  TEST_CASE("a binding keeps its props when it is sent") {
    TestRuntime runtime({Front("const b = await S.give(); return [await b.props(), await "
                               "S.props()];"),
                         Back("give() { return this.env.D; } props() { return this.ctx.props; }")
                             .Service("D", "deep", "", R"({"plan":"pro"})"),
                         TestWorker("deep", R"js(
                           import { WorkerEntrypoint } from 'cloudflare:workers';
                           export default class extends WorkerEntrypoint {
                             props() { return this.ctx.props; }
                           }
                         )js")});
    CHECK(runtime.Text() == R"([{"plan":"pro"},{}])");
  }

  TEST_CASE("what cannot be sent is a DataCloneError that names the place") {
    const auto refused = [](const std::string& value) {
      return Run("return tried(() => S.echo(" + value + "));");
    };
    CHECK(refused("Symbol('s')") == "DataCloneError: Symbol(s) could not be cloned.");
    CHECK(refused("{ a: [{ b: Symbol('s') }] }") ==
          "DataCloneError: Symbol(s) could not be cloned. (at arguments[0].a[0].b)");
    CHECK(
        refused("1, { 'x y': new (class Point {})() }") ==
        "DataCloneError: Could not serialize object of type \"Point\". This type does not support "
        "serialization. (at arguments[1][\"x y\"])");
    const std::string unsupported = "DataCloneError: Could not serialize object of type \"";
    CHECK(refused("new URL('http://x/')").find(unsupported + "URL\"") == 0);
    CHECK(refused("Object.create(null)").find(unsupported + "Object\"") == 0);
    CHECK(refused("env").find(unsupported) != 0);
    CHECK(refused("ctx").find(unsupported + "ExecutionContext\"") == 0);
    CHECK(refused("new FormData()").find(unsupported + "FormData\"") == 0);
    CHECK(refused("S.echo(1)").find(unsupported + "RpcPromise\"") == 0);
    CHECK(refused("S.prop").find(unsupported + "RpcProperty\"") == 0);
    CHECK(refused("new WeakMap()").find("DataCloneError: ") == 0);
    CHECK(refused("Promise.resolve()").find("DataCloneError: ") == 0);
    CHECK(refused("{ f() {}, w: new WeakSet() }").find("(at arguments[0].w)") != std::string::npos);
  }

  TEST_CASE("a refused call consumes nothing") {
    CHECK(
        Run("const t = new Counter('t'); const text = await tried(() => S.echo({ t, p: S.prop })); "
            "await S.takeLog(); return [text.split(':')[0], takeLog()];") ==
        R"(["DataCloneError",""])");
  }

  TEST_CASE("Proxies") {
    SUBCASE("of plain objects and of targets arrive as stubs") {
      CHECK(
          Run("const r = await S.echo(new Proxy({ a: 1, f() { return 2; } }, {})); const t = await "
              "S.echo(new Proxy(new (class extends RpcTarget { m() { return 3; } })(), {})); "
              "return "
              "[typeof r, await r.a, await r.f(), await t.m()];") == R"(["function",1,2,3])");
    }
    SUBCASE("may invent their methods") {
      CHECK(Run("const r = await S.echo(new Proxy(new RpcTarget(), { get: (target, name) => typeof "
                "name === 'string' && name !== 'then' && name !== 'dup' ? (x) => name + x : "
                "undefined })); return r.anything(1);") == "anything1");
    }
    SUBCASE("of functions are called") {
      CHECK(
          Run("const r = await S.echo(new Proxy((x) => x + 1, { apply: (f, self, [x]) => f(x) * 10 "
              "})); return r(2);") == "30");
    }
    SUBCASE("of anything else are refused") {
      CHECK(
          Run("return tried(() => S.echo({ p: new Proxy([], {}) }));") ==
          "DataCloneError: Proxy could not be serialized because it is not a valid RPC receiver "
          "type. The Proxy must emulate either a plain object or an RpcTarget, as indicated by the "
          "Proxy's prototype chain. (at arguments[0].p)");
    }
    SUBCASE("whose trap throws reject the call with that") {
      CHECK(Run("return tried(() => S.echo(new Proxy({}, { getPrototypeOf() { throw new "
                "RangeError('trap'); } })));") == "RangeError: trap");
    }
    SUBCASE("that were revoked reject the call") {
      CHECK(Run("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return tried(() => "
                "S.echo(proxy));")
                .find("TypeError: ") == 0);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
