// Other versions of Workers of a running graph.
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/runtime/worker/raw_origin.h"
#include "tests/support/test_runtime.h"

#include "runtime/worker/graph.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::RawOrigin;
using testing::Specs;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker Says(const std::string& name, const std::string& text) {
  return TestWorker::Handler(name, "return new Response('" + text + "');");
}

TestWorker Asks(const std::string& name, const std::string& binding) {
  return TestWorker::Handler(name, "return env." + binding + ".fetch(request);");
}

void Reload(TestRuntime& runtime, const std::vector<TestWorker>& workers) {
  const Status done = runtime.get().Reload({.workers = Specs(workers)});
  CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().ToString()));
}

Error ReloadError(TestRuntime& runtime, WorkerChanges changes) {
  const Status done = runtime.get().Reload(std::move(changes));
  if (done.ok()) {
    FAIL("the change was taken");
    return {};
  }
  return done.error();
}

bool AllDisposed(TestRuntime& runtime) {
  return PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; });
}

TEST_SUITE("runtime/worker/graph_reload") {
  TEST_CASE("another version of a Worker") {
    SUBCASE("serves what comes after it") {
      TestRuntime runtime({Says("w", "one")});
      CHECK(runtime.Text() == "one");
      Reload(runtime, {Says("w", "two")});
      CHECK(runtime.Text() == "two");
      CHECK(runtime.graph().retiring() == 0);
    }

    SUBCASE("is called over the bindings of others") {
      TestRuntime runtime({Asks("front", "BACK").Service("BACK", "back"), Says("back", "one")});
      CHECK(runtime.Text() == "one");
      Reload(runtime, {Says("back", "two")});
      CHECK(runtime.Text() == "two");
      Reload(runtime, {Asks("front", "B").Service("B", "back")});
      CHECK(runtime.Text() == "two");
    }

    SUBCASE("may number its entrypoints otherwise") {
      const std::string last = "export const B = { fetch: () => new Response('b') };";
      TestRuntime runtime({Asks("front", "B").Service("B", "back", "B"),
                           TestWorker("back", "export default {};" + last)});
      CHECK(runtime.Text() == "b");
      Reload(runtime, {TestWorker("back", "export default {}; export const A = { fetch() {} };" +
                                              last + " export const C = { fetch() {} };")});
      CHECK(runtime.Text() == "b");
    }

    SUBCASE("may have other vars") {
      TestRuntime runtime({TestWorker::Handler("w", "return Response.json(env);").Var("V", "1")});
      CHECK(runtime.Text() == R"({"V":1})");
      Reload(runtime, {TestWorker::Handler("w", "return Response.json(env);").Var("W", "[2]")});
      CHECK(runtime.Text() == R"({"W":[2]})");
    }

    SUBCASE("keeps what Stub() has said") {
      TestRuntime runtime({Asks("front", "S").Service("S", "back"), Says("back", "real")});
      const Status stubbed = runtime.get().Stub("front.S", [](const Request&) {
        Response response;
        response.body = "stub";
        return response;
      });
      REQUIRE(stubbed.ok());
      Reload(runtime, {Asks("front", "S").Service("S", "back"), Says("back", "other")});
      CHECK(runtime.Text() == "stub");
    }
  }

  TEST_CASE("what an old version has begun") {
    const std::string slow = R"js(
      if (request.url.endsWith('/slow')) await scheduler.wait(5);
      return new Response()js";

    SUBCASE("ends there") {
      TestRuntime runtime({TestWorker::Handler("w", slow + "'one');")});
      auto pending = runtime.Start("/slow");
      runtime.Poll();
      Reload(runtime, {TestWorker::Handler("w", slow + "'two');")});
      CHECK(runtime.Text() == "two");
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == "one");
      CHECK(AllDisposed(runtime));
    }

    SUBCASE("calls the Workers that are in place then") {
      const std::string body = "await scheduler.wait(5); return env.BACK.fetch(request);";
      TestRuntime runtime(
          {TestWorker::Handler("front", body).Service("BACK", "back"), Says("back", "one")});
      auto pending = runtime.Start();
      runtime.Poll();
      Reload(runtime, {Says("front", "new front"), Says("back", "two")});
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == "two");
      CHECK(AllDisposed(runtime));
    }

    SUBCASE("has fetched from the network, and others still read it") {
      RawOrigin origin;
      TestRuntime runtime({Asks("front", "BACK").Service("BACK", "back"),
                           TestWorker::Handler("back", "return fetch('" + origin.url() + "');")});
      auto pending = runtime.Start();
      REQUIRE(PollUntil(runtime, [&] { return origin.Asked(); }));
      origin.Say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\no");
      REQUIRE(
          PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_invocations() == 1; }));
      Reload(runtime, {Says("back", "two")});
      CHECK(runtime.graph().retiring() == 1);
      origin.Say("ne");
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == "one");
      CHECK(AllDisposed(runtime));
    }

    SUBCASE("has its waitUntil tasks") {
      TestRuntime runtime({TestWorker::Handler(
          "w",
          "ctx.waitUntil(scheduler.wait(5).then(() => console.log('task done')));"
          "return new Response('one');")});
      CHECK(runtime.Text() == "one");
      Reload(runtime, {Says("w", "two")});
      CHECK(AllDisposed(runtime));
      CHECK(runtime.observer().Count("task done") == 1);
    }

    SUBCASE("calls its own exports, and stubs of it work") {
      const std::string back = R"js(
        import { WorkerEntrypoint, RpcTarget } from 'cloudflare:workers';
        const version = 'VERSION';
        class Thing extends RpcTarget { version() { return version; } }
        export class Own extends WorkerEntrypoint { version() { return version; } }
        export default class extends WorkerEntrypoint {
          thing() { return new Thing(); }
          async own() { await scheduler.wait(5); return this.ctx.exports.Own.version(); }
        })js";
      auto version = [&](std::string name) {
        std::string text = back;
        return TestWorker("back", text.replace(text.find("VERSION"), 7, name)).Date("2026-11-01");
      };
      TestRuntime runtime({TestWorker::Handler("front", R"js(
                               using thing = await env.B.thing();
                               const own = env.B.own();
                               const before = await thing.version();
                               await scheduler.wait(5);
                               return Response.json([before, await thing.version(), await own,
                                                     await env.B.own()]);)js")
                               .Service("B", "back")
                               .Date("2026-11-01"),
                           version("one")});
      auto pending = runtime.Start();
      runtime.Poll();
      Reload(runtime, {version("two")});
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == R"(["one","one","one","two"])");
      CHECK(AllDisposed(runtime));
    }

    SUBCASE("leaves bindings to others that outlive it") {
      // "store" keeps a binding of "front" that it was given in a call.
      TestRuntime runtime({TestWorker::Handler("front", R"js(
                               const { pathname } = new URL(request.url);
                               if (pathname === '/give') return new Response(await env.STORE.keep(env.T));
                               return new Response(await env.STORE.use());)js")
                               .Service("STORE", "store")
                               .Service("T", "target")
                               .Date("2026-11-01"),
                           TestWorker("store", R"js(
                               import { WorkerEntrypoint } from 'cloudflare:workers';
                               let kept;
                               export default class extends WorkerEntrypoint {
                                 async keep(binding) { kept = binding; return this.use(); }
                                 async use() { return (await kept.fetch('http://t/')).text(); }
                               })js")
                               .Date("2026-11-01"),
                           Says("target", "one")});
      CHECK(runtime.Text("/give") == "one");
      const size_t channels = runtime.worker(1).channels().size();
      for (int i = 0; i < 5; i++) {
        Reload(runtime, {TestWorker(TestWorker::Handler("front", R"js(
                             const { pathname } = new URL(request.url);
                             if (pathname === '/give') return new Response(await env.STORE.keep(env.T));
                             return new Response(await env.STORE.use());)js"))
                             .Service("STORE", "store")
                             .Service("T", "target")
                             .Date("2026-11-01"),
                         Says("target", "two")});
        CHECK(runtime.Text("/use") == "two");
        CHECK(runtime.Text("/give") == "two");
      }
      CHECK(runtime.worker(1).channels().size() == channels);
    }

    SUBCASE("is disposed of, a hundred times") {
      const std::string half =
          "let all = new Array(1e4).fill('x'.repeat(10)); export default { fetch() "
          "{ return new Response('";
      TestRuntime runtime({TestWorker("w", half + "0') } };")});
      for (int i = 1; i <= 100; i++) {
        const std::string number = std::to_string(i);
        auto pending = runtime.Start();
        Reload(runtime, {TestWorker("w", half + number + "') } };")});
        CHECK(runtime.Text() == number);
        REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
        CHECK(pending->response().status == 200);
        CHECK(runtime.graph().retiring() <= 1);
      }
      CHECK(AllDisposed(runtime));
    }
  }

  TEST_CASE("a change that cannot be made leaves all as it was") {
    TestRuntime runtime({Asks("front", "BACK").Service("BACK", "back", "Named"),
                         TestWorker("back",
                                    "export default {}; export const Named = { fetch() { "
                                    "return new Response('named') } };")});
    auto unchanged = [&] {
      CHECK(runtime.Text() == "named");
      CHECK(runtime.graph().workers().size() == 2);
      CHECK(runtime.graph().retiring() == 0);
    };
    SUBCASE("a module that does not compile") {
      const Error error = ReloadError(
          runtime,
          {.workers = Specs({Says("front", "new"), TestWorker("back", "export default {")})});
      CHECK(error.kind == ErrorKind::kBuild);
      CHECK(error.where.starts_with("index.js:1:"));
      unchanged();
    }
    SUBCASE("an import of what there is not") {
      const Error error =
          ReloadError(runtime, {.workers = Specs({TestWorker("back", "import './gone.js'")})});
      CHECK(error.kind == ErrorKind::kBuild);
      unchanged();
    }
    SUBCASE("a module that throws") {
      const Error error = ReloadError(
          runtime, {.workers = Specs({TestWorker("back", "throw new Error('at the start')")})});
      CHECK(error.kind == ErrorKind::kOther);
      CHECK(error.message.find("at the start") != std::string::npos);
      unchanged();
    }
    SUBCASE("an entrypoint that another Worker is bound to is missing") {
      const Error error = ReloadError(runtime, {.workers = Specs({Says("back", "no name")})});
      CHECK(error.message.find("no such named entrypoint") != std::string::npos);
      unchanged();
    }
    SUBCASE("a binding to a Worker that is not there") {
      const Error error =
          ReloadError(runtime, {.workers = Specs({Asks("front", "BACK").Service("BACK", "bakc")})});
      CHECK(error.hint == "Did you mean \"back\"?");
      unchanged();
    }
    SUBCASE("a Worker that another one is bound to is to go") {
      const Error error = ReloadError(runtime, {.removed = {"back"}});
      CHECK(error.message.find("no such Worker") != std::string::npos);
      unchanged();
    }
    SUBCASE("the public Worker is to go, and no other was named") {
      ReloadError(runtime, {.removed = {"front"}});
      unchanged();
    }
    SUBCASE("two versions of one Worker") {
      ReloadError(runtime, {.workers = Specs({Says("x", "1"), Says("x", "2")})});
      unchanged();
    }
  }

  TEST_CASE("Workers come and go") {
    TestRuntime runtime({Says("a", "a"), Says("b", "b")}, UnknownService::kFailOnUse);
    REQUIRE(runtime.get()
                .Reload({.workers = Specs({Asks("c", "B").Service("B", "b")}),
                         .removed = {"a"},
                         .public_worker = "c"})
                .ok());
    CHECK(runtime.Text() == "b");
    CHECK(runtime.graph().retiring() == 0);
    SUBCASE("a binding to one that went says so") {
      REQUIRE(runtime.get().Reload({.removed = {"b"}}).ok());
      CHECK(runtime.Get().status == 503);
      CHECK(runtime.Text().find("\"b\"") != std::string::npos);
      SUBCASE("until it is back") {
        Reload(runtime, {Says("b", "b again")});
        CHECK(runtime.Text() == "b again");
      }
    }
  }

  TEST_CASE("a Worker that does not compile at the start") {
    std::vector<std::string> told;
    RuntimeOptions options;
    options.on_broken = [&](const std::string& worker, const Error& error) {
      told.push_back(worker + ": " + error.where);
    };
    const std::vector<TestWorker> workers = {Asks("front", "BACK").Service("BACK", "back", "Named"),
                                             TestWorker("back", "export const Named = {")};
    const TestWorker repaired("back",
                              "export const Named = { fetch: () => new Response('repaired') };");
    SUBCASE("is told, and holds calls until it does") {
      TestRuntime runtime(workers, options);
      CHECK(told == std::vector<std::string>{"back: index.js:1:23"});
      auto pending = runtime.Start();
      runtime.Poll();
      runtime.Poll();
      CHECK(!pending->done());
      const Error error =
          ReloadError(runtime, {.workers = Specs({TestWorker("back", "export const {")})});
      CHECK(error.kind == ErrorKind::kBuild);
      runtime.Poll();
      CHECK(!pending->done());
      Reload(runtime, {repaired});
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == "repaired");
    }
    SUBCASE("holds requests as well") {
      TestRuntime runtime({TestWorker("w", "export default {")}, options);
      auto pending = runtime.Start();
      runtime.Poll();
      CHECK(!pending->done());
      Reload(runtime, {Says("w", "one")});
      REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
      CHECK(pending->response().body == "one");
    }
    SUBCASE("holds calls on its Durable Objects, and says so when that takes too long") {
      const TestWorker caller =
          TestWorker::Handler("front",
                              "const stub = env.O.get(env.O.idFromName('a'));"
                              "try { return request.url.endsWith('/fetch') ? await "
                              "stub.fetch(request) : new Response(await stub.say()); }"
                              "catch (error) { return new Response(error.message); }")
              .Objects("O", "Obj", "back")
              .Date("2026-05-01");
      const TestWorker broken = TestWorker("back", "export class Obj {").Objects("SELF", "Obj");
      const TestWorker whole =
          TestWorker("back",
                     "import { DurableObject } from 'cloudflare:workers';"
                     "export class Obj extends DurableObject {"
                     "  say() { return this.ctx.id.name; }"
                     "  fetch() { return new Response('fetched ' + this.ctx.id.name); }"
                     "};"
                     "export default {};")
              .Objects("SELF", "Obj");
      {
        TestRuntime runtime({caller, broken}, options);
        auto method = runtime.Start("/method");
        auto fetch = runtime.Start("/fetch");
        runtime.Poll();
        runtime.Poll();
        CHECK_FALSE((method->done() || fetch->done()));
        Reload(runtime, {whole});
        REQUIRE(PollUntil(runtime, [&] { return method->done() && fetch->done(); }));
        CHECK(method->response().body == "a");
        CHECK(fetch->response().body == "fetched a");
      }
      options.hold_ms = 1;
      TestRuntime runtime({caller, broken}, options);
      const std::string text = "Worker \"back\" cannot run: its build failed.\n\nindex.js:1:";
      CHECK(runtime.Text("/method").starts_with(text));
      CHECK(runtime.Text("/fetch").starts_with(text));
    }
    SUBCASE("says so when that takes too long") {
      options.hold_ms = 1;
      TestRuntime runtime({TestWorker("w", "export default {"), Asks("x", "W").Service("W", "w")},
                          options);
      const Response response = runtime.Get();
      CHECK(response.status == 503);
      CHECK(response.body.starts_with("Worker \"w\" cannot run: its build failed.\n\nindex.js:1:"));
    }
    SUBCASE("a throw at the top level stops the start all the same") {
      auto loaded = Runtime::LoadSpecs(Specs({TestWorker("w", "throw 1")}), options);
      CHECK(!loaded.ok());
      CHECK(told.empty());
    }
  }
}

}  // namespace
}  // namespace isolane::worker
