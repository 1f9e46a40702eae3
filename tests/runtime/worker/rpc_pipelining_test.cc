// Calls on promises: runtime/builtins/workers/rpc_stub.js, startOnResult.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::TestRuntime;

constexpr char kMembers[] = R"js(
  open(name) { return new Counter(name); }
  async slow() { await sleep(1); return new Counter('slow'); }
  tree() { return { left: { counter: new Counter('left') }, list: [1, 2], text: 'leaf' }; }
  get root() { return new Counter('root'); }
  fail() { throw new RangeError('first'); }
  failing() { return new (class extends RpcTarget { fail() { throw new TypeError('second'); } })(); }
  fn() { return (x) => x + 1; }
)js";

std::string Run(const std::string& body) {
  TestRuntime runtime({Front(body), Back(kMembers)});
  return runtime.Text();
}

TEST_SUITE("runtime/worker/rpc_pipelining") {
  TEST_CASE("a call on the promise of a call") {
    SUBCASE("goes to the object that it will be") {
      CHECK(Run("return S.open().add(3);") == "3");
      CHECK(Run("return S.slow().child().child().add(4);") == "4");
    }
    SUBCASE("reads properties and calls along a path") {
      CHECK(Run("return [await S.tree().text, await S.tree().left.counter.add(5), await "
                "S.root.add(1), await S.root.self.value, await S.open().self.self.add(2)];") ==
            R"(["leaf",5,1,0,2])");
    }
    SUBCASE("calls the function that it will be") { CHECK(Run("return S.fn()(4);") == "5"); }
    SUBCASE("keeps the order of calls") {
      CHECK(Run("const p = S.slow(); return Promise.all([p.add(1), p.add(1), p.add(1)]);") ==
            "[1,2,3]");
    }
    SUBCASE("works beside awaiting it") {
      CHECK(Run("const p = S.open(); const a = p.add(1); using c = await p; return [await a, await "
                "c.add(1), await p.add(1)];") == "[1,2,3]");
    }
    SUBCASE("works after it was awaited and disposed of no more") {
      CHECK(Run("const p = S.open(); (await p)[Symbol.dispose](); return tried(() => p.add(1));") ==
            "Error: RPC stub used after being disposed.");
    }
  }

  TEST_CASE("an error") {
    SUBCASE("of the first step rejects the last") {
      CHECK(Run("return tried(() => S.fail().child().add(1));") == "RangeError: first");
    }
    SUBCASE("of a later step rejects the last") {
      CHECK(Run("return tried(() => S.failing().fail().more());") == "TypeError: second");
    }
    SUBCASE("is told once, by the promise that is awaited") {
      TestRuntime runtime({Front("return tried(() => S.fail().child().add(1));"), Back(kMembers)});
      CHECK(runtime.Text() == "RangeError: first");
      CHECK(runtime.observer().Find("in promise") == nullptr);
    }
    SUBCASE("says which name is missing") {
      CHECK(
          Run("return [await tried(() => S.open().nothing()), await tried(async () => await "
              "S.tree().left.nothing), await tried(async () => await S.tree().left.nothing.more), "
              "await tried(() => S.tree().text())];") ==
          R"(["TypeError: The RPC receiver does not implement the method \"nothing\".",)"
          R"("TypeError: The RPC receiver does not implement the method \"nothing\".",)"
          R"("TypeError: The RPC receiver does not implement the method \"nothing\".",)"
          R"("TypeError: \"text\" is not a function."])");
    }
    SUBCASE("of a path that is too deep is a TypeError") {
      CHECK(Run("let p = S.root; return tried(() => { for (let i = 0; i < 100; i++) p = p.self; "
                "return p; });") == "TypeError: RPC pipelined property path is too deep (max 64).");
      CHECK(Run("let p = S.root; for (let i = 0; i < 60; i++) p = p.self; return p.add(2);") ==
            "2");
    }
  }

  TEST_CASE("a promise of a call") {
    SUBCASE("is an RpcPromise with then, catch and finally") {
      CHECK(Run("const { RpcPromise } = await import('cloudflare:workers'); const p = S.open(); "
                "const "
                "all = [typeof p, p instanceof RpcPromise]; let done = 0; await p.finally(() => "
                "done++); all.push(done, await S.fail().catch((error) => error.message), await "
                "S.fn().then((f) => f(1))); return all;") == R"(["function",true,1,"first",2])");
    }
    SUBCASE("can be raced and gathered like any other") {
      CHECK(Run("return Promise.race([S.open().add(1), sleep(60000)]);") == "1");
      CHECK(Run("return (await Promise.allSettled([S.fail(), S.open().add(1)])).map((x) => "
                "x.status);") == R"(["rejected","fulfilled"])");
    }
    SUBCASE("cannot be sent") {
      CHECK(Run("return tried(() => S.open(S.open()));") ==
            "DataCloneError: Could not serialize object of type \"RpcPromise\". This type does not "
            "support serialization.");
    }
    SUBCASE("ends the object that nobody took when it is disposed of") {
      CHECK(Run("S.open('unwanted')[Symbol.dispose](); await S.fn(); await S.fn(); return "
                "S.takeLog();") == "disposed unwanted");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
