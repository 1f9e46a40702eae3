// Method calls while code of the Worker's runs in the middle of one: getters, traps, patched
// prototypes. runtime/builtins/workers/rpc_values.js, runtime/builtins/internal/primordials.js.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;

// What `body` of the front Worker gives with a back Worker of these members.
std::string Run(const std::string& members, const std::string& body) {
  TestRuntime runtime({Front(body), Back(members)});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/rpc_reentrancy") {
  TEST_CASE("prototypes that a Worker has patched break no call") {
    const auto run = [](const std::string& patch, const std::string& body) {
      TestRuntime runtime(
          {Front(body, patch),
           Back("echo(...a) { return a[0]; } counter() { return new Counter(); }", patch)});
      return runtime.Text();
    };
    const std::string body = R"js(
      const stub = await S.counter();
      const all = [await S.echo('a', 'b'), (await S.echo({ n: 1 })).n, await stub.add(2),
                   await S.counter().add(3), await S.counter().self.value,
                   await (await S.echo((n) => n + 1))(5)];
      return new Response(all.join());
    )js";
    const std::string expected = "a,1,2,3,0,6";
    CHECK(run("", body) == expected);
    SUBCASE("Promise.prototype.then") {
      CHECK(run("const seen = []; const { then } = Promise.prototype; Promise.prototype.then = "
                "function (...a) { seen.push(this); return Reflect.apply(then, this, a); };",
                body) == expected);
    }
    SUBCASE("Promise.prototype.then that throws, in the callee") {
      TestRuntime runtime(
          {Front("return S.slow();"),
           Back("async slow() { await sleep(1); return 'slow'; }",
                "Promise.prototype.then = () => { throw new Error('patched'); };")});
      CHECK(runtime.Text() == "slow");
    }
    SUBCASE("Array.prototype.toJSON") {
      CHECK(run("Array.prototype.toJSON = () => 'patched';", body) == expected);
    }
    SUBCASE("JSON.parse and JSON.stringify") {
      CHECK(run("JSON.parse = JSON.stringify = () => { throw new Error('patched'); };", body) ==
            expected);
    }
    SUBCASE("Error that is frozen, and a prepareStackTrace that throws") {
      CHECK(run("Object.freeze(Error);", body) == expected);
      CHECK(run("Error.prepareStackTrace = () => { throw new Error('patched'); };", body) ==
            expected);
    }
    SUBCASE("Object.prototype without __proto__") {
      CHECK(run("delete Object.prototype.__proto__;",
                "return [await tried(async () => await S.__proto__), await tried(() => "
                "S.__proto__()), await tried(async () => await S.counter().__proto__)];")
                .find("#") == std::string::npos);
    }
    SUBCASE("Object.prototype.then of values that are no promises") {
      // A value that has a then() is awaited by JavaScript itself; what is primitive is not.
      CHECK(run("Object.prototype.then = undefined;", body) == expected);
      TestRuntime runtime(
          {Front("return S.text();"),
           Back("text() { return 'text'; }",
                "Object.prototype.then = function (resolved) { resolved('taken'); };")});
      CHECK(runtime.Text() == "text");
    }
    SUBCASE("Object.prototype[Symbol.dispose]") {
      TestRuntime runtime(
          {Front("return [await S.plain(), await S.takeLog()];"),
           Back("plain() { return { n: 1 }; }", "Object.prototype[Symbol.dispose] = () => {};")});
      CHECK(runtime.Text() == R"([{"n":1},""])");
    }
  }

  TEST_CASE("code of the user's that runs while a message is written or ended") {
    const auto run = [](const std::string& body, const std::string& members) {
      TestRuntime runtime(
          {Front(body).CpuMs(200), Back("echo(x) { return x; } counter() { return new "
                                        "Counter(); }" +
                                        members)});
      std::string text = runtime.Text();
      testing::Drain(runtime);
      // Both Workers are well.
      const std::string log = runtime.Text("/log");
      CHECK((log.empty() || log == "disposed counter"));
      return text;
    };
    SUBCASE("may dispose of a stub that is being sent") {
      CHECK(run("const c = await S.counter(); return tried(() => S.echo({ get x() { "
                "c[Symbol.dispose](); return 1; }, c }));",
                "") == "Error: RPC stub used after being disposed.");
    }
    SUBCASE("may throw from a getter for the disposer, or from dup()") {
      CHECK(run("return tried(() => S.echo(new (class extends RpcTarget { get [Symbol.dispose]() { "
                "throw new RangeError('getter'); } })()));",
                "") == "RangeError: getter");
    }
    SUBCASE("may make calls from a getter of a result") {
      CHECK(run("return S.odd();",
                "odd() { let inner; return { get x() { inner = this; return 1; }, n: 2 }; }") ==
            R"({"x":1,"n":2})");
    }
    SUBCASE("may run for ever in an argument, a result or a disposer") {
      const std::string exceeded = "503 Worker exceeded CPU time limit.";
      CHECK(run("return S.echo({ get x() { for (;;); }, f() {} });", "") == exceeded);
      CHECK(run("return S.odd();", "odd() { return { get x() { for (;;); } }; }") == exceeded);
      CHECK(run("const c = await S.odd(); c[Symbol.dispose](); await S.echo(1); return 'not "
                "reached';",
                "odd() { return new (class extends RpcTarget { [Symbol.dispose]() { for (;;); } "
                "})(); "
                "}") == exceeded);
    }
    SUBCASE("may build a value without end") {
      CHECK(run("const grow = () => ({ get next() { return grow(); }, f() {} }); return (await "
                "tried(() => S.echo(grow()))).split(':')[0];",
                "") == "RangeError");
    }
    SUBCASE("sees no object of the runtime's in a stack") {
      CHECK(run("const seen = []; Error.prepareStackTrace = (error, sites) => { for (const site of "
                "sites) seen.push(site.getThis(), site.getFunction()); return ''; }; await "
                "S.echo(1); "
                "await S.echo(() => 1); return seen.every((x) => x === undefined);",
                "") == "true");
    }
  }

  TEST_CASE("a getter in an argument that makes a call itself") {
    SUBCASE("leaves both calls whole") {
      CHECK(Run("echo(x) { return x; }", R"js(
              let inner;
              const outer = await S.echo({ get x() { inner ??= S.echo({ n: 2, f() {} }); return 1; } });
              const { n } = await inner;
              return [outer.x, n];
            )js") == "[1,2]");
    }
    SUBCASE("with functions and targets on both sides does so too") {
      CHECK(Run("both(a, b) { return Promise.all([a.f(), b.add(2)]); } one(t) { return t.add(7); }",
                R"js(
              let inner;
              const outer = await S.both(
                  { get x() { inner ??= S.one(new Counter('inner')); return 1; }, f: () => 'f' },
                  new Counter('outer'));
              return [outer, await inner, await S.takeLog()];
            )js") == R"([["f",2],7,""])");
    }
    SUBCASE("and throws sends nothing") {
      TestRuntime runtime(
          {Front("return tried(() => S.echo({ get x() { throw new RangeError('got'); } }, new "
                 "Counter('c'), () => 1));"),
           Back("echo() { log.push('called'); }")});
      CHECK(runtime.Text() == "RangeError: got");
      CHECK(runtime.Text("/log") == "");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
