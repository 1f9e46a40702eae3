// The life of stubs: runtime/worker/rpc_table.cc,
// runtime/builtins/workers/{rpc_stub,rpc_target}.js.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/rpc_workers.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kMembers[] = R"js(
  counter(name) { return new Counter(name); }
  echo(...a) { return a.length === 1 ? a[0] : a; }
  call(callback, ...a) { return callback(...a); }
  plain() { return { n: 1 }; }
)js";

std::string Run(const std::string& body, const std::string& members = kMembers) {
  TestRuntime runtime({Front(body), Back(members)});
  return runtime.Text();
}

// The same, followed by what back logged until the request was over.
std::string RunAndLog(const std::string& body, const std::string& members = kMembers) {
  TestRuntime runtime({Front(body), Back(members)});
  const std::string text = runtime.Text();
  testing::Drain(runtime);
  return text + " | " + runtime.Text("/log");
}

TEST_SUITE("runtime/worker/rpc_stub") {
  TEST_CASE("a stub") {
    SUBCASE("keeps the state of its object over calls") {
      CHECK(Run("using c = await S.counter(); await c.add(2); await c.add(3); return await "
                "c.value;") == "5");
    }
    SUBCASE("shows itself as a function of class RpcStub without properties") {
      CHECK(Run("using c = await S.counter(); return [typeof c, c instanceof RpcStub, "
                "Object.keys(c), typeof c.then, 'add' in c];") ==
            R"(["function",true,[],"undefined",true])");
    }
    SUBCASE("cannot be changed") {
      CHECK(Run("using c = await S.counter(); return [await tried(() => { c.x = 1; }), await "
                "tried(() => { delete c.add; }), Reflect.set(c, 'x', 1), "
                "Reflect.setPrototypeOf(c, null)];")
                .find(R"(,true,false])") != std::string::npos);
    }
    SUBCASE("does not reach fields, private names or what every object has") {
      CHECK(
          Run("using c = await S.counter(); return [await tried(() => c.field), await tried(() "
              "=> c.name), await tried(() => c.missing()), typeof c.toString];") ==
          R"(["TypeError: The RPC receiver does not implement the method \"field\".",)"
          R"("TypeError: The RPC receiver does not implement the method \"name\".",)"
          R"("TypeError: The RPC receiver does not implement the method \"missing\".","function"])");
    }
    SUBCASE("of an own object calls it") {
      CHECK(Run("using s = new RpcStub(new Counter('own')); using f = new RpcStub((x) => x + 1); "
                "using o = new RpcStub({ n: 3, m() { return 4; } });"
                "return [await s.add(2), await f(2), await o.n, await o.m()];") == "[2,3,3,4]");
    }
    SUBCASE("of what cannot be one is refused") {
      CHECK(
          Run("return [await tried(() => new RpcStub(1)), await tried(() => new RpcStub(new "
              "Map())), await tried(() => new RpcStub())];") ==
          R"(["TypeError: RpcStubs can only wrap plain objects, functions, and RpcTarget )"
          R"(derivatives.","TypeError: RpcStubs can only wrap plain objects, functions, and )"
          R"(RpcTarget derivatives.","TypeError: RpcStubs can only wrap plain objects, functions, )"
          R"(and RpcTarget derivatives."])");
    }
    SUBCASE("is one object on the other side when it was one on this") {
      CHECK(Run("const f = () => 1; const t = new Counter(); return S.same(f, f, t, t);",
                "same(a, b, c, d) { return [a === b, c === d]; }") == "[true,true]");
    }
  }

  TEST_CASE("disposing of a stub") {
    SUBCASE("runs the disposer of the object, once") {
      CHECK(Run("const c = await S.counter('c'); c[Symbol.dispose](); c[Symbol.dispose](); await "
                "S.echo(1); return S.takeLog();") == "disposed c");
    }
    SUBCASE("by `using` does so too") {
      CHECK(Run("{ using c = await S.counter('c'); await c.add(); } return S.takeLog();") ==
            "disposed c");
    }
    SUBCASE("makes later calls an error") {
      CHECK(
          Run("const c = await S.counter(); const { add } = c; c[Symbol.dispose](); return [await "
              "tried(() => c.add()), await tried(() => add()), await tried(() => c.dup()), await "
              "tried(async () => await c.value), await tried(() => S.echo(c))];") ==
          R"(["Error: RPC stub used after being disposed.","Error: RPC stub used after being )"
          R"(disposed.","Error: RPC stub used after being disposed.","Error: RPC stub used after )"
          R"(being disposed.","Error: RPC stub used after being disposed."])");
    }
    SUBCASE("leaves calls under way alone, also those that have not begun") {
      CHECK(Run("const f = async () => { using c = await S.counter(); return c.add(7); }; return "
                "f();") == "7");
      CHECK(
          Run("const c = await S.slow(); const p = c.wait(); c[Symbol.dispose](); return [await p,"
              " await S.takeLog()];",
              "slow() { return new (class extends RpcTarget { async wait() { await sleep(1); "
              "log.push('waited'); return 'waited'; } [Symbol.dispose]() { log.push('disposed'); "
              "} })(); }") == R"(["waited","waited,disposed"])");
    }
    SUBCASE("leaves duplicates alone") {
      CHECK(
          Run("const c = await S.counter('c'); const d = c.dup(); c[Symbol.dispose](); const first "
              "= await S.takeLog(); const n = await d.add(4); d[Symbol.dispose](); return [first, "
              "n, await S.takeLog()];") == R"(["",4,"disposed c"])");
    }
    SUBCASE("of its own kind happens at the end of the request at the latest") {
      CHECK(RunAndLog("const c = await S.counter('c'); return c.add();") == "1 | disposed c");
    }
    SUBCASE("at the end of the request also ends duplicates and those on the way") {
      CHECK(RunAndLog("const c = await S.counter('c'); c.dup(); c.dup().add(); return 'x';") ==
            "x | disposed c");
    }
    SUBCASE("may be asked of the promise before there is a stub") {
      CHECK(
          Run("const p = S.counter('c'); const n = p.add(2); p[Symbol.dispose](); return [await n, "
              "await S.takeLog()];") == R"([2,"disposed c"])");
    }
    SUBCASE("whose disposer throws is logged and hurts nobody") {
      TestRuntime runtime(
          {Front("const c = await S.bad(); c[Symbol.dispose](); return S.takeLog();"),
           Back("bad() { return new (class extends RpcTarget { [Symbol.dispose]() { throw new "
                "RangeError('in disposer'); } })(); }")});
      CHECK(runtime.Text() == "");
      CHECK(runtime.observer().Find("RangeError: in disposer") != nullptr);
    }
    SUBCASE("whose disposer calls back works") {
      CHECK(
          Run("let told = ''; const c = await S.told((x) => { told = x; }); c[Symbol.dispose](); "
              "await S.takeLog(); await S.takeLog(); return told;",
              "told(callback) { const mine = callback.dup(); return new (class extends RpcTarget {"
              " [Symbol.dispose]() { mine('gone'); mine[Symbol.dispose](); } })(); }") == "gone");
    }
    SUBCASE("whose disposer keeps the request by waitUntil finishes that") {
      CHECK(RunAndLog("await S.lazy(); return 'x';",
                      "lazy() { const { ctx } = this; return new (class extends RpcTarget { "
                      "[Symbol.dispose]() { ctx.waitUntil((async () => { await sleep(1); "
                      "log.push('late'); })()); } })(); }") == "x | late");
    }
  }

  TEST_CASE("a result with stubs in it") {
    SUBCASE("disposes of all of them") {
      CHECK(
          Run("{ using r = await S.two(); await r.b.add(); } return S.takeLog();",
              "two() { return { a: new Counter('a'), deep: [new Counter('b')], b: new Counter('c')"
              " }; }") == "disposed a,disposed b,disposed c");
    }
    SUBCASE("calls its own disposer too") {
      CHECK(Run("const r = await S.own(); const before = await S.takeLog(); r[Symbol.dispose](); "
                "return [r.n, before, await S.takeLog()];",
                "own() { return { n: 1, [Symbol.dispose]() { log.push('own ' + this.n); } }; }") ==
            R"([1,"","own 1"])");
    }
    SUBCASE("may be frozen or shared by several calls, and keeps its disposer") {
      CHECK(Run("(await S.own())[Symbol.dispose](); (await S.own())[Symbol.dispose](); return "
                "S.takeLog();",
                "own() { return Counter.shared = Counter.shared ?? Object.freeze({ "
                "[Symbol.dispose]() { "
                "log.push('own'); } }); }") == "own,own");
    }
    SUBCASE("has a disposer also if it has no stubs") {
      CHECK(Run("const r = await S.plain(); r[Symbol.dispose](); return [r, "
                "Object.keys(r).length];") == R"([{"n":1},1])");
    }
    SUBCASE("ends its stubs one by one as well") {
      CHECK(
          Run("const r = await S.echo2(); r.a[Symbol.dispose](); const first = await S.takeLog(); "
              "r[Symbol.dispose](); return [first, await S.takeLog()];",
              "echo2() { return { a: new Counter('a'), b: new Counter('b') }; }") ==
          R"(["disposed a","disposed b"])");
    }
  }

  TEST_CASE("stubs that are arguments") {
    SUBCASE("end with the call") {
      CHECK(Run("await S.echo(1); const n = await S.use(new Counter('mine')); await S.echo(1); "
                "return [n, takeLog()];",
                "echo() {} use(t) { return t.add(3); }") == R"([3,"disposed mine"])");
    }
    SUBCASE("can be called without waiting as long as the call runs") {
      CHECK(Run("let got = 'nothing'; await S.fire((x) => { got = x; }); await S.takeLog(); return "
                "got;",
                "fire(callback) { callback('late'); }") == "late");
    }
    SUBCASE("are an error afterwards") {
      TestRuntime runtime(
          {Front("await S.keep(() => 'called'); return S.use();"),
           Back("keep(callback) { kept = callback; this.ctx.waitUntil(sleep(1).then("
                "async () => log.push(await tried(() => callback())))); } use() { "
                "return tried(() => kept()); }",
                "let kept;")});
      CHECK(runtime.Text() == "Error: RPC stub used after being disposed.");
      testing::Drain(runtime);
      CHECK(runtime.Text("/log") == "Error: RPC stub used after being disposed.");
    }
    SUBCASE("live on when they were duplicated") {
      CHECK(RunAndLog("return S.keep(() => 'called');",
                      "keep(callback) { const mine = callback.dup(); this.ctx.waitUntil("
                      "sleep(1).then(async () => log.push(await mine()))); return 'kept'; }") ==
            "kept | called");
    }
    SUBCASE("end when the call fails as well") {
      CHECK(Run("const text = await tried(() => S.fail(new Counter('mine'))); await S.takeLog(); "
                "return [text, takeLog()];",
                "fail(t) { throw new RangeError('no'); }") ==
            R"(["RangeError: no","disposed mine"])");
    }
    SUBCASE("and bodies can stand beside functions") {
      CHECK(Run("return S.all(new Request('http://x/', { method: 'POST', body: 'req' }), new "
                "ReadableStream({ start(c) { c.enqueue(encode('str')); c.close(); } }), new "
                "Counter('t'), () => 'fn');",
                "async all(request, stream, t, f) { return [await request.text(), await new "
                "Response(stream).text(), await t.add(2), await f()]; }") ==
            R"(["req","str",2,"fn"])");
      CHECK(Run("await S.both(new Counter('t'), () => 1); await S.takeLog(); return takeLog();",
                "both(t, f) { return t.add().then(() => f()); }") == "disposed t");
    }
  }

  TEST_CASE("a stub that is passed on") {
    const std::string front =
        "const c = await S.counter('c'); await S.take(c); const text = await tried(() => c.add()); "
        "await S.echo(1); return [text, await S.takeLog()];";
    const std::string members = std::string(kMembers) + "async take(t) { await t.add(10); }";
    SUBCASE("is given away before 2026-01-20") {
      TestRuntime runtime({Front(front).Date("2026-01-19"), Back(members).Date("2026-01-19")});
      CHECK(runtime.Text() == R"(["Error: RPC stub used after being disposed.","disposed c"])");
    }
    SUBCASE("stays with the caller from 2026-01-20 on") {
      TestRuntime runtime({Front(front).Date("2026-01-20"), Back(members).Date("2026-01-20")});
      CHECK(runtime.Text() == R"([11,""])");
    }
    SUBCASE("stays with the caller by the flag rpc_params_dup_stubs") {
      TestRuntime runtime({Front(front).Flag("rpc_params_dup_stubs"), Back(members)});
      CHECK(runtime.Text() == R"([11,""])");
    }
    SUBCASE("is duplicated by the target's own dup(), once") {
      const std::string body =
          "class Own extends Counter { dup() { log.push('dup'); return new Own('copy'); } }"
          "await S.two(new Own('first'), () => 1); await S.takeLog(); return takeLog();";
      TestRuntime runtime(
          {Front(body).Date("2026-01-20"),
           Back("async two(t, f) { await t.add(); await f(); }").Date("2026-01-20")});
      CHECK(runtime.Text() == "dup,disposed copy");
    }
    SUBCASE("reaches its object through a third Worker") {
      TestRuntime runtime(
          {Front("return S.pass((x) => 'front ' + x);"),
           Back("pass(f) { return this.env.D.call(f, 'called by deep'); }").Service("D", "deep"),
           TestWorker("deep", R"js(
             import { WorkerEntrypoint } from 'cloudflare:workers';
             export default class extends WorkerEntrypoint { call(f, x) { return f(x); } }
           )js")});
      CHECK(runtime.Text() == "front called by deep");
    }
    SUBCASE("through a third Worker that has answered lives on") {
      TestRuntime runtime({Front("using c = await S.get(); await c.add(2); return c.add(3);"),
                           Back("get() { return this.env.D.get(); }").Service("D", "deep"),
                           TestWorker("deep", testing::RpcPrelude(R"js(
             export default class extends WorkerEntrypoint { get() { return new Counter('deep'); } }
           )js"))});
      CHECK(runtime.Text() == "5");
    }
  }

  TEST_CASE("a stub that nobody disposed of") {
    const auto warnings = [](TestRuntime& runtime) {
      testing::Drain(runtime);
      return runtime.observer().Count("An RPC stub was not disposed");
    };
    SUBCASE("warns once for the place that got it") {
      TestRuntime runtime({Front("const c = await S.counter(); return c.add();"), Back(kMembers)});
      runtime.Text();
      runtime.Text();
      CHECK(warnings(runtime) == 1);
      const auto* line = runtime.observer().Find("An RPC stub was not disposed");
      REQUIRE(line != nullptr);
      CHECK(line->worker == "front");
      CHECK(line->level == LogLevel::kWarn);
      CHECK(line->text.find("env.S.counter() at index.js:") != std::string::npos);
    }
    SUBCASE("warns for each of two places") {
      TestRuntime runtime({Front("const a = await S.counter();\nconst b = await S.counter(); await "
                                 "a.add(); return b.add();"),
                           Back(kMembers)});
      runtime.Text();
      CHECK(warnings(runtime) == 2);
    }
    SUBCASE("warns for the place of a call on a stub") {
      TestRuntime runtime({Front("using a = await S.counter();\nconst b = await a.child();\n"
                                 "const c = await a.child(); return a.add();"),
                           Back(kMembers)});
      runtime.Text();
      CHECK(warnings(runtime) == 2);
      const auto* line = runtime.observer().Find("An RPC stub was not disposed");
      REQUIRE(line != nullptr);
      CHECK(line->text.find("stub.child() at index.js:") != std::string::npos);
    }
    SUBCASE("warns not when it was disposed of") {
      TestRuntime runtime({Front("using c = await S.counter(); using d = c.dup(); return c.add();"),
                           Back(kMembers)});
      runtime.Text();
      CHECK(warnings(runtime) == 0);
    }
    SUBCASE("warns not of pipelined steps between") {
      TestRuntime runtime({Front("return S.counter().child().add(2);"), Back(kMembers)});
      CHECK(runtime.Text() == "2");
      CHECK(warnings(runtime) == 0);
    }
    SUBCASE("warns not of arguments") {
      TestRuntime runtime({Front("return S.call((x) => x, 'x');"), Back(kMembers)});
      CHECK(runtime.Text() == "x");
      CHECK(warnings(runtime) == 0);
    }
    SUBCASE("warns not of plain data, also if it came through a Worker between") {
      TestRuntime runtime(
          {Front("return S.find();"),
           Back("async find() { return await this.env.D.row(); }").Service("D", "d"),
           TestWorker("d", R"js(
                             import { WorkerEntrypoint } from 'cloudflare:workers';
                             export default class extends WorkerEntrypoint {
                               row() { return { id: 7 }; }
                             }
                           )js")});
      CHECK(runtime.Text() == R"({"id":7})");
      CHECK(warnings(runtime) == 0);
    }
  }

  TEST_CASE("an object whose request has ended") {
    SUBCASE("leaves stubs that say so") {
      // The middle Worker's call of the deep one ends with the middle's answer? No: the pipeline
      // holds it. What ends it is an abort.
      TestRuntime runtime({Front(R"js(
                             const controller = new AbortController();
                             let stub;
                             const call = tried(() => S.fetch('http://x/', {
                               signal: controller.signal, headers: { a: 'b' } }));
                             await sleep(1);
                             controller.abort();
                             return [await call, await S.takeLog()];
                           )js"),
                           Back("async fetch() { const c = await this.env.D.get(() => "
                                "log.push('called')); log.push('has'); await sleep(60000); }")
                               .Service("D", "deep"),
                           TestWorker("deep", testing::RpcPrelude(R"js(
             export default class extends WorkerEntrypoint {
               get(f) { const mine = f.dup();
                 this.ctx.waitUntil(sleep(3).then(async () => console.log(await tried(() => mine()))));
                 return new Counter('deep'); } }
           )js"))});
      CHECK(runtime.Text() == R"(["AbortError: The operation was aborted","has"])");
      testing::Drain(runtime);
      CHECK(runtime.observer().Find("Error: The execution context which hosts this callback is no "
                                    "longer running.") != nullptr);
    }
  }

  TEST_CASE("the end of all requests while calls on stubs are under way leaves nothing") {
    TestRuntime runtime(
        {Front(R"js(
           const t = await S.target();
           const held = [S.call(() => sleep(60000)), t.hang(() => 1), S.target().hang(() => 2)];
           ctx.waitUntil(sleep(60000));
           log.push('ready');
           await Promise.all(held);
         )js"),
         Back("target() { return new (class extends RpcTarget { hang(f) { this.f = f.dup(); return "
              "sleep(60000); } [Symbol.dispose]() { log.push('never'); } })(); } call(f) { return "
              "f(); "
              "}")});
    const auto pending = runtime.Start();
    runtime.Poll();
    CHECK_FALSE(pending->done());
    CHECK(runtime.graph().dispatcher().live_stubs() > 0);
    CHECK(runtime.graph().dispatcher().live_calls() >= 3);
    runtime.graph().dispatcher().EndAll();
    runtime.Poll();
    CHECK(runtime.graph().dispatcher().live_stubs() == 0);
    CHECK(runtime.Text("/log") == "");
  }

  TEST_CASE("stubs of requests that are over do not stay in memory") {
    TestRuntime runtime(
        {Front(R"js(
           const all = await S.many(20, () => new Uint8Array(1000));
           await Promise.all(all.map((t) => t.use({ f: () => 1, text: 'x'.repeat(1000) })));
           return S.call((x) => x, 'done');
         )js"),
         Back("many(n, f) { return Array.from({ length: n }, () => new (class extends RpcTarget { "
              "data = 'y'.repeat(1000) + n; async use(o) { return (await o.f()) + o.text.length; } "
              "})()); } call(f, x) { return f(x); }")});
    const auto round = [&] {
      for (int i = 0; i < 40; i++) CHECK(runtime.Text() == "done");
      return runtime.HeapOf(0) + runtime.HeapOf(1);
    };
    round();
    const size_t before = round();
    const size_t after = round();
    // 800 objects of a kilobyte would be 1.6 MB.
    CHECK(after < before + 300'000);
  }

  TEST_CASE("many stubs") {
    SUBCASE("of one request are all let go") {
      TestRuntime runtime(
          {Front("const all = await S.many(2000); let sum = 0; for (const c of all) "
                 "sum += await c.add(); return sum;"),
           Back("many(n) { return Array.from({ length: n }, () => new Counter()); "
                "}")});
      CHECK(runtime.Text() == "2000");
      testing::Drain(runtime);
      CHECK(runtime.graph().dispatcher().live_stubs() == 0);
    }
    SUBCASE("beyond what isolane can hold are an error, and the next request works") {
      TestRuntime runtime({Front("return url.pathname === '/many' ? (await tried(() => "
                                 "S.many(270000))) : S.counter().add();"),
                           Back("many(n) { return Array.from({ length: n }, "
                                "() => new RpcTarget()); } counter() { return new Counter(); }")});
      CHECK(runtime.Text("/many") ==
            "Error: isolane holds as many RPC stubs as it can; dispose of those you do not need.");
      CHECK(runtime.Text("/few") == "1");
      testing::Drain(runtime);
      CHECK(runtime.graph().dispatcher().live_stubs() == 0);
    }
    SUBCASE("are called at once and answer each for itself") {
      CHECK(
          Run("const all = await Promise.all(Array.from({ length: 200 }, (_, i) => S.counter('' + "
              "i))); const sums = await Promise.all(all.map((c, i) => c.add(i))); return "
              "sums.every((n, i) => n === i);") == "true");
    }
    SUBCASE("that are disposed of in a loop do not pile up") {
      TestRuntime runtime(
          {Front("for (let i = 0; i < 3000; i++) { using c = await S.counter(); await "
                 "c.add(); } return S.takeLog();"),
           Back("counter() { return new (class extends RpcTarget { add() {} })(); "
                "}")});
      CHECK(runtime.Text().find("Too many subrequests") != std::string::npos);
      CHECK(runtime.graph().dispatcher().live_stubs() == 0);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
