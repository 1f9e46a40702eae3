// Method calls: arguments, results, errors, limits. runtime/worker/dispatcher_rpc.cc,
// runtime/builtins/workers/rpc_target.js.
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

constexpr char kHung[] =
    "The Workers runtime canceled this request because it detected that your Worker's code had "
    "hung and would never generate a response. Refer to: "
    "https://developers.cloudflare.com/workers/observability/errors/";

// What `body` of the front Worker gives with a back Worker of these members.
std::string Run(const std::string& members, const std::string& body) {
  TestRuntime runtime({Front(body), Back(members)});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/rpc") {
  TEST_CASE("a method call") {
    SUBCASE("passes its arguments and gives the result") {
      CHECK(Run("add(a, b) { return a + b; }", "return S.add(2, 3);") == "5");
    }
    SUBCASE("counts arguments that are undefined") {
      CHECK(Run("count() { return arguments.length; }",
                "return [await S.count(), await S.count(undefined, undefined), await S.count({}, "
                "undefined)];") == "[0,2,2]");
    }
    SUBCASE("awaits a promise that the method returns") {
      CHECK(Run("async slow() { await sleep(1); return 'slow'; }", "return S.slow();") == "slow");
    }
    SUBCASE("awaits a thenable that is no promise") {
      CHECK(Run("odd() { return { then(resolved) { resolved('odd'); } }; }", "return S.odd();") ==
            "odd");
    }
    SUBCASE("is made on an instance of its own") {
      CHECK(Run("n = 0; next() { return ++this.n; }", "return [await S.next(), await S.next()];") ==
            "[1,1]");
    }
    SUBCASE("reaches inherited methods and getters") {
      TestRuntime runtime(
          {Front("return [await S.base(), await S.title, await S.twice];"), TestWorker("back", R"js(
                             import { WorkerEntrypoint } from 'cloudflare:workers';
                             class Base extends WorkerEntrypoint {
                               base() { return 'base'; }
                               get title() { return 'title'; }
                             }
                             export default class extends Base {
                               get twice() { return super.title + super.title; }
                             }
                           )js")});
      CHECK(runtime.Text() == R"(["base","title","titletitle"])");
    }
    SUBCASE("does not reach fields, env, ctx or what every object has") {
      CHECK(Run("field = 1; #secret() {}", R"js(
              const all = [];
              for (const name of ['field', 'env', 'ctx', '#secret', 'nothing']) {
                all.push(await tried(() => S[name]()), await tried(async () => await S[name]));
              }
              return [new Set(all.map((text) => text.replace(/"[^"]*"/, 'NAME'))).size, all.at(-1)];
            )js") ==
            R"([1,"TypeError: The RPC receiver does not implement the method \"nothing\"."])");
    }
    SUBCASE("says in the stack which methods there are") {
      CHECK(Run("one() {} get two() { return 2; }", R"js(
              try { await S.three(); } catch (error) {
                return error.stack.includes('(it has: takeLog, one, two)') ? 'named' : error.stack;
              }
            )js") == "named");
    }
    SUBCASE("reaches no method by the name of a handler or a reserved one") {
      CHECK(
          Run("alarm() {} dup() {}",
              "return [await tried(() => S.alarm()), await tried(() => "
              "S.dup()), typeof S.constructor];") ==
          R"(["TypeError: 'alarm' is a reserved method and cannot be called over RPC.",)"
          R"("TypeError: 'dup' is a reserved method and cannot be called over RPC.","function"])");
    }
    SUBCASE("works detached, and the property can be kept") {
      CHECK(Run("add(a, b) { return a + b; }",
                "const { add } = S; const p = S.add; return [await add(1, 2), await p(3, 4), "
                "await p(5, 6)];") == "[3,7,11]");
    }
    SUBCASE("has no method then: a binding can be awaited") {
      CHECK(Run("", "return [(await S) === S, typeof S.then];") == R"([true,"undefined"])");
    }
    SUBCASE("of a Worker dated before rpc is undefined") {
      TestRuntime runtime({Front("return typeof S.add;").Date("2024-04-02"), Back("add() {}")});
      CHECK(runtime.Text() == "undefined");
    }
    SUBCASE("of something that is no function is a TypeError") {
      CHECK(Run("get n() { return 1; }", "return tried(() => S.n());") ==
            "TypeError: \"n\" is not a function.");
    }
    SUBCASE("gets a new object for each call, also of module state") {
      CHECK(Run("shared() { return state; }",
                "const a = await S.shared(); a.n = 2; return (await S.shared()).n;") ==
            "threw ReferenceError: state is not defined");
      TestRuntime runtime(
          {Front("const a = await S.shared(); a.n = 2; return (await S.shared()).n;"),
           Back("shared() { return state; }", "const state = { n: 1 };")});
      CHECK(runtime.Text() == "1");
    }
    SUBCASE("keeps 64 of them apart that run at once") {
      CHECK(Run("async slow(n) { await sleep(n % 3); return n; }", R"js(
              const all = await Promise.all(Array.from({ length: 64 }, (_, n) => S.slow(n)));
              return all.every((value, n) => value === n);
            )js") == "true");
    }
  }

  TEST_CASE("a handler object") {
    const std::string source = R"js(
      export default {
        fetch() {},
        one(x, env, ctx) { return [x, typeof env.V, ctx.constructor.name]; },
        four(a, env, ctx, d) {},
        value: 7,
      };
    )js";
    const auto run = [&](const std::string& body) {
      TestRuntime runtime({Front(body), TestWorker("back", source).Var("V", "1")});
      return runtime.Text();
    };
    SUBCASE("is called with one argument, env and ctx") {
      CHECK(run("return S.one(5);") == R"([5,"number","ExecutionContext"])");
    }
    SUBCASE("refuses other numbers of arguments") {
      CHECK(run("return S.one();")
                .find("threw TypeError: Attempted to call RPC function \"one\" "
                      "with the wrong number of arguments.") == 0);
      CHECK(run("return S.one(1, 2);").find("with the wrong number of arguments") !=
            std::string::npos);
      CHECK(
          run("return S.four(1);").find("threw TypeError: Cannot call handler function \"four\"") ==
          0);
    }
    SUBCASE("has values that can be read") {
      CHECK(run("return [await S.value, await tried(() => S.value())];") ==
            R"([7,"TypeError: \"value\" is not a function."])");
    }
    SUBCASE("keeps fetch for fetch()") {
      CHECK(run("return tried(async () => (await S.fetch('http://x/')).status);")
                .find("TypeError: ") == 0);
    }
  }

  TEST_CASE("an exception of a method") {
    SUBCASE("rejects with type and message, marked as remote") {
      CHECK(Run("fail() { throw new RangeError('too far'); }", R"js(
              try { await S.fail(); } catch (error) {
                return [error instanceof RangeError, error.message, error.remote];
              }
            )js") == R"([true,"too far",true])");
    }
    SUBCASE("later does so too") {
      CHECK(Run("async fail() { await sleep(1); throw new TypeError('late'); }",
                "return S.fail();") == "threw TypeError: late");
    }
    SUBCASE("of a constructor rejects the call") {
      CHECK(Run("constructor(...a) { super(...a); throw new SyntaxError('not made'); }",
                "return S.any();") == "threw SyntaxError: not made");
    }
    SUBCASE("of a getter rejects the read") {
      CHECK(Run("get bad() { throw new RangeError('bad'); }", "return await S.bad;") ==
            "threw RangeError: bad");
    }
    SUBCASE("of a getter called then rejects the call") {
      CHECK(Run("odd() { return { get then() { throw new RangeError('then'); } }; }",
                "return S.odd();") == "threw RangeError: then");
    }
    SUBCASE("of a Proxy's trap rejects the call") {
      CHECK(Run("odd() { return new Proxy({}, { get() { throw new RangeError('trap'); } }); }",
                "return S.odd();") == "threw RangeError: trap");
    }
    SUBCASE("that is no error becomes one") {
      CHECK(Run("fail(x) { throw x; }", R"js(
              const all = [];
              for (const x of ['text', 5, null, undefined, { a: 1 }]) {
                try { await S.fail(x); } catch (error) { all.push(failure(error)); }
              }
              return all;
            )js") ==
            R"(["Error: text","Error: 5","Error: null","Error: undefined","Error: #<Object>"])");
    }
    SUBCASE("loses name, properties and cause before 2026-04-21 and keeps them from then on") {
      const std::string body = R"js(
        try { await S.fail(); } catch (error) {
          return [error.name, error.message, error.code, error.cause?.message];
        }
      )js";
      const std::string members = R"js(fail() {
        const error = new Error('no money', { cause: new Error('bank') });
        error.name = 'PaymentError';
        error.code = 42;
        throw error;
      })js";
      TestRuntime before({Front(body).Date("2026-04-20"), Back(members).Date("2026-04-20")});
      CHECK(before.Text() == R"(["Error","PaymentError: no money",null,null])");
      TestRuntime from({Front(body).Date("2026-04-21"), Back(members).Date("2026-04-21")});
      CHECK(from.Text() == R"(["PaymentError","no money",42,"bank"])");
    }
    SUBCASE("with a property that cannot be sent still arrives") {
      const std::string members =
          "fail() { throw Object.assign(new RangeError('m'), { f() {}, code: 1 }); }";
      TestRuntime runtime(
          {Front("return S.fail();").Date("2026-04-21"), Back(members).Date("2026-04-21")});
      CHECK(runtime.Text() == "threw RangeError: m");
    }
    SUBCASE("that is an object which cannot be sent still arrives") {
      TestRuntime runtime({Front("return S.fail();").Date("2026-04-21"),
                           Back("fail() { throw { f() {} }; }").Date("2026-04-21")});
      CHECK(runtime.Text() == "threw Error: [object Object]");
    }
    SUBCASE("that nobody awaits is logged, and the request goes on") {
      TestRuntime runtime({Front("S.fail(); await S.takeLog(); return 'on';"),
                           Back("fail() { throw new RangeError('unheard'); }")});
      CHECK(runtime.Text() == "on");
      CHECK(runtime.observer().Find("Uncaught (in promise) RangeError: unheard") != nullptr);
    }
    SUBCASE("that is caught is not said to be unhandled") {
      TestRuntime runtime({Front("return tried(() => S.fail());"),
                           Back("fail() { throw new RangeError('heard'); }")});
      CHECK(runtime.Text() == "RangeError: heard");
      CHECK(runtime.observer().Find("(in promise)") == nullptr);
    }
  }

  TEST_CASE("a result that cannot be sent rejects, and names the place") {
    CHECK(Run("odd() { return { user: { id: Symbol('s') } }; }", "return S.odd();") ==
          "threw DataCloneError: Symbol(s) could not be cloned. (at result.user.id)");
    CHECK(Run("self() { return this; }", "return S.self();")
              .find("threw DataCloneError: Could "
                    "not serialize object of type") == 0);
  }

  TEST_CASE("a method that never answers") {
    SUBCASE("rejects as hung at once") {
      CHECK(Run("hang() { return new Promise(() => {}); }", "return tried(() => S.hang());") ==
            std::string("Error: ") + kHung);
    }
    SUBCASE("because of a callback that never answers does so too") {
      CHECK(Run("async hang(callback) { return await callback(); }",
                "return tried(() => S.hang(() => new Promise(() => {})));") ==
            std::string("Error: ") + kHung);
    }
    SUBCASE("on a stub rejects as hung too") {
      CHECK(
          Run("target() { return new (class extends RpcTarget { hang() { return new Promise(() => "
              "{}); } })(); }",
              "using t = await S.target(); return tried(() => t.hang());") ==
          std::string("Error: ") + kHung);
    }
    SUBCASE("does not, while something else of the request can wake it") {
      CHECK(Run("get(name) { return new Promise((resolve) => { waiting = resolve; }); }"
                "wake() { waiting('woken'); }",
                "globalThis.x = 0; const p = S.get(); await sleep(1); await S.wake(); return p;") ==
            "threw ReferenceError: waiting is not defined");
      TestRuntime runtime({Front("const p = S.get(); await sleep(1); await S.wake(); return p;"),
                           Back("get() { return new Promise((resolve) => { waiting = resolve; }); }"
                                "wake() { waiting('woken'); }",
                                "let waiting;")});
      CHECK(runtime.Text() == "woken");
    }
  }

  TEST_CASE("calls that nobody awaits") {
    SUBCASE("start, and are dropped with the request") {
      TestRuntime runtime({Front("S.slow(); return 'done';"),
                           Back("async slow() { log.push('begun'); await sleep(60000); "
                                "log.push('never'); }")});
      CHECK(runtime.Text() == "done");
      CHECK(runtime.Text("/log") == "begun");
    }
    SUBCASE("run on in waitUntil") {
      TestRuntime runtime(
          {Front("ctx.waitUntil(S.slow()); return 'done';"),
           Back("async slow() { log.push('begun'); await sleep(1); log.push('ended'); }")});
      CHECK(runtime.Text() == "done");
      testing::Drain(runtime);
      CHECK(runtime.Text("/log") == "begun,ended");
    }
    SUBCASE("leave the method's own waitUntil tasks running") {
      TestRuntime runtime(
          {Front("S.later(); return 'done';"),
           Back("later() { this.ctx.waitUntil((async () => { await sleep(1); log.push('kept'); "
                "})()); return new Promise(() => {}); }")});
      CHECK(runtime.Text() == "done");
      testing::Drain(runtime);
      CHECK(runtime.Text("/log") == "kept");
    }
  }

  TEST_CASE("waitUntil in a method outlives its answer") {
    TestRuntime runtime({Front("return S.work();"),
                         Back("work() { this.ctx.waitUntil(sleep(1).then(() => log.push('later')));"
                              " return 'answer'; }")});
    CHECK(runtime.Text() == "answer");
    testing::Drain(runtime);
    CHECK(runtime.Text("/log") == "later");
  }

  TEST_CASE("limits of method calls") {
    SUBCASE("the payload, of arguments and of results") {
      TestRuntime runtime({Front(R"js(
             const half = 'x'.repeat(1 << 19);
             const all = [await S.size(half), await tried(() => S.size(half, half, half)),
                          await tried(() => S.size(new Uint8Array(1 << 21))),
                          await tried(() => S.give()), await S.size('small')];
             return all.map((text) => `${text}`.replace(/\d+ bytes/, 'N bytes'));
           )js")
                               .RpcMb(1),
                           Back("size(...all) { return all.join('').length; } give() { return "
                                "['y'.repeat(1 << 21)]; }")
                               .RpcMb(1)});
      const std::string refused =
          R"("Error: Serialized RPC arguments or return values are limited to 1MiB, but the size )"
          R"(of this value was: N bytes.")";
      CHECK(runtime.Text() ==
            R"(["524288",)" + refused + "," + refused + "," + refused + R"(,"5"])");
    }
    SUBCASE("subrequests count calls on bindings, not on stubs") {
      TestRuntime runtime({Front(R"js(
                             const stub = await S.counter();
                             for (let i = 0; i < 20; i++) await stub.add();
                             await S.counter().add();
                             await S.ping();
                             await S.ping();
                             return [await stub.value, await tried(() => S.ping())];
                           )js")
                               .Subrequests(4),
                           Back("counter() { return new Counter(); } ping() {}")});
      CHECK(runtime.Text().find(R"([20,"Error: Too many subrequests by single Worker)") == 0);
    }
    SUBCASE("depth over methods that call the own Worker") {
      TestRuntime runtime({Front("return S.down(0);"),
                           Back("async down(n) { try { return await this.env.SELF.down(n + 1); } "
                                "catch (error) { return n + ' ' + error.message; } }")
                               .Service("SELF", "back")});
      CHECK(runtime.Text().find("30 Subrequest depth limit exceeded.") == 0);
    }
    SUBCASE("depth over callbacks that call each other") {
      TestRuntime runtime({Front(R"js(
                             let deepest = 0;
                             const down = async (n, other) => {
                               deepest = n;
                               return other(n + 1, down);
                             };
                             return [await tried(() => S.bounce(0, down)), deepest];
                           )js"),
                           Back("async bounce(n, other) { const back = (n, other) => other(n + 1, "
                                "back); return other(n + 1, back); }")});
      CHECK(runtime.Text().find(R"(["Error: Subrequest depth limit exceeded.)") == 0);
      CHECK(runtime.Text().find(",29]") != std::string::npos);
    }
    SUBCASE("CPU time that a method spends is the pipeline's") {
      TestRuntime runtime({Front("await S.burn(); return 'not reached';").CpuMs(40),
                           Back("burn() { for (;;); }").CpuMs(30000)});
      const Response response = runtime.Get();
      CHECK(response.status == 503);
      CHECK(response.body == "Worker exceeded CPU time limit.");
      CHECK(runtime.Text("/log") == "");
    }
    SUBCASE("CPU time that a callback spends is the pipeline's") {
      TestRuntime runtime(
          {Front("await S.call(() => { for (;;); }); return 'not reached';").CpuMs(40),
           Back("call(callback) { return callback(); }")});
      CHECK(runtime.Get().status == 503);
      CHECK(runtime.Text("/log") == "");
    }
  }

  TEST_CASE("an isolate that is condemned while others call it") {
    const std::string body = R"js(
      if (url.pathname === '/bad') return S.burn();
      const stub = await S.counter();
      log.push('ready');
      if (url.pathname === '/wait') return tried(() => S.wait());
      if (url.pathname === '/wait-stub') return tried(() => stub.call(() => sleep(60000)));
      while (!globalThis.go) await sleep(1);
      return [await tried(() => stub.add()), await tried(() => S.ping())];
    )js";
    const std::string members =
        "counter() { return new Counter(); } burn() { for (;;); } wait() { return sleep(60000); } "
        "ping() { return 'pong'; }";
    TestRuntime runtime(
        {Front("if (url.pathname === '/go') { globalThis.go = true; return ''; } if "
               "(url.pathname === '/ready') return takeLog();" +
               body)
             .CpuMs(60),
         Back(members)});
    SUBCASE("a stub of it says so, and a new call works") {
      const auto pending = runtime.Start("/stub");
      CHECK(testing::PollUntil(runtime, [&] { return runtime.Text("/ready") == "ready"; }));
      CHECK(runtime.Get("/bad").status == 503);
      CHECK(runtime.Text("/go") == "");
      REQUIRE(testing::PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body ==
            R"(["Error: The execution context which hosts this callback is no longer running.",)"
            R"("pong"])");
    }
    SUBCASE("a call under way says why") {
      std::string path;
      SUBCASE("on a binding") { path = "/wait"; }
      SUBCASE("on a stub") { path = "/wait-stub"; }
      const auto pending = runtime.Start(path);
      CHECK(testing::PollUntil(runtime, [&] { return runtime.Text("/ready") == "ready"; }));
      CHECK(runtime.Get("/bad").status == 503);
      REQUIRE(testing::PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body ==
            "Error: The isolate of Worker \"back\" was ended because another request exceeded its "
            "CPU time limit; this request ran in it too. Send it again.");
    }
  }

  TEST_CASE("cycles") {
    SUBCASE("a Worker calls itself") {
      TestRuntime runtime(
          {Front("return S.twice(4);"),
           Back("async twice(n) { return n + await this.env.SELF.same(n); } same(n) { return n; }")
               .Service("SELF", "back")});
      CHECK(runtime.Text() == "8");
    }
    SUBCASE("two Workers call each other's methods") {
      TestRuntime runtime({TestWorker("front", R"js(
             import { WorkerEntrypoint } from 'cloudflare:workers';
             export default class extends WorkerEntrypoint {
               async fetch() { return new Response(await this.env.S.ask('q')); }
               answer(x) { return x + ' answered'; }
             }
           )js")
                               .Service("S", "back"),
                           Back("async ask(x) { return '[' + await this.env.F.answer(x) + ']'; }")
                               .Service("F", "front")});
      CHECK(runtime.Text() == "[q answered]");
    }
    SUBCASE("a method gives back the stub it was given") {
      CHECK(Run("same(x) { return x; }",
                "const stub = await S.same((n) => n + 1); return stub(4);") == "5");
    }
  }

  TEST_CASE("a binding that leads nowhere rejects method calls with what fetch() answers") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
                           const answer = await (await env.S.fetch('http://x/')).text();
                           try { await env.S.any(); } catch (error) {
                             return new Response(String(error.message === answer));
                           }
                         )js")
                             .Service("S", "bakc")},
                        UnknownService::kFailOnUse);
    CHECK(runtime.Text() == "true");
  }

  TEST_CASE("a binding that C++ stubs rejects method calls") {
    TestRuntime runtime({Front("return S.any();"), Back("")});
    REQUIRE(runtime.get().Stub("S", [](const Request&) { return Response{}; }).ok());
    CHECK(runtime.Text() ==
          "threw Error: The binding S is stubbed by a C++ function, which answers fetch() only; "
          "any() was called.");
  }

  TEST_CASE("a caller that is gone") {
    SUBCASE("leaves no call behind, whatever the callee does afterwards") {
      // The middle one answers while its own call is under way.
      TestRuntime runtime(
          {Front("const text = await S.start(); await sleep(3); return text;"),
           Back("start() { this.env.D.slow(); return 'early'; }").Service("D", "deep"),
           TestWorker("deep", R"js(
                             import { WorkerEntrypoint, RpcTarget } from 'cloudflare:workers';
                             export default class extends WorkerEntrypoint {
                               async slow() {
                                 await new Promise((resolve) => setTimeout(resolve, 1));
                                 return new (class extends RpcTarget {})();
                               }
                             }
                           )js")});
      CHECK(runtime.Text() == "early");
    }
    SUBCASE("does not stop what the callee holds open by waitUntil") {
      TestRuntime runtime(
          {Front("return S.keep(() => log.push('called'));"),
           Back("keep(callback) { const mine = callback.dup(); this.ctx.waitUntil((async () => {"
                " await sleep(1); log.push(await tried(() => mine())); })()); return 'ok'; }")});
      CHECK(runtime.Text() == "ok");
      testing::Drain(runtime);
      CHECK(runtime.Text("/log") == "1");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
