// Two Runtimes that find each other in a registry: "front" calls "back".
#include "runtime/worker/peers/peers.h"

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "runtime/worker/runtime_loop.h"
#include "tests/runtime/worker/peers/pair.h"

namespace isolane::worker {
namespace {

TestWorker Named(const std::string& name, const std::string& text) {
  return {name, RpcPrelude("export default class extends WorkerEntrypoint { name() { return '" +
                           text + "'; } }")};
}

TEST_SUITE("runtime/worker/peers") {
  TEST_CASE("a Durable Object of another process") {
    Pair pair(Front("const stub = env.O.get(env.O.idFromName('a'));"
                    "const first = await stub.add(2);"
                    "return [first, await (await stub.fetch('http://x/p')).text(), stub.name,"
                    "(await S.count(env.O.getByName('a'))), await tried(() => "
                    "env.X.getByName('a').add(1))];")
                  .Objects("O", "Obj", "back")
                  .Objects("X", "Nope", "back"),
              TestWorker("back", RpcPrelude(R"js(
                import { DurableObject } from 'cloudflare:workers';
                export class Obj extends DurableObject {
                  #n = 0;
                  add(by) { return this.#n += by; }
                  fetch(request) { return new Response(`${this.#n} ${request.url} ${this.ctx.id.name}`); }
                }
                export default class extends WorkerEntrypoint {
                  async count(stub) { return await stub.add(5); }
                }
              )js"))
                  .Objects("SELF", "Obj"));
    SUBCASE("is one and the same for all that call it") {
      CHECK(pair.Text() ==
            "[2,\"2 http://x/p a\",\"a\",7,\"Error: Worker \\\"back\\\" has no class of Durable "
            "Objects called \\\"Nope\\\" (durable_objects, migrations or exports of its "
            "configuration).\"]");
      CHECK(pair.Text().starts_with("[9,"));
    }
  }

  TEST_CASE("what a request may use") {
    SUBCASE("is one budget of subrequests") {
      Pair pair(Front("const first = await tried(() => S.use(3)); return [first, await tried(() => "
                      "S.use(9))];")
                    .Subrequests(8),
                Back("async use(n) { let done = 0; try { for (; done < n; done++) await "
                     "this.env.SELF.nothing(); }"
                     "catch (error) { return `${done} ${error.message.slice(0, 20)}`; } return "
                     "done; } nothing() {}")
                    .Service("SELF", "back"));
      CHECK(pair.Text() == "[3,\"3 Too many subrequests\"]");
    }
    SUBCASE("is one depth") {
      Pair pair(Front("return await tried(() => S.deeper(0));").Depth(5),
                Back("async deeper(n) { try { return await this.env.SELF.deeper(n + 1); }"
                     "catch (error) { return `${n} ${error.message.slice(0, 32)}`; } }")
                    .Service("SELF", "back"));
      CHECK(pair.Text() == "3 Subrequest depth limit exceeded.");
    }
    SUBCASE("is one budget of CPU time") {
      Pair pair(Front("return await tried(() => S.spin());").CpuMs(30),
                Back("spin() { for (;;); }"));
      CHECK(pair.Text() == "503 Worker exceeded CPU time limit.");
      CHECK(pair.AtRest());
    }
  }

  TEST_CASE("the end of a request") {
    SUBCASE("ends what it has called and did not await, but not its waitUntil") {
      Pair pair(Front(R"js(
                  if (url.pathname === '/over') return await S.tell();
                  S.forgotten();
                  S.kept();
                  while (await S.begun() < 2) await sleep(1);
                  return 'done';
                )js"),
                Back(R"js(
                  async forgotten() { begun++; await sleep(1e6); }
                  kept() {
                    begun++;
                    this.ctx.waitUntil((async () => {
                      while (!told) await sleep(1);
                      log.push('kept');
                    })());
                  }
                  begun() { return begun; }
                  tell() { told = true; return 'told'; }
                };
                let begun = 0;
                let told = false;
                {
                )js"));
      CHECK(pair.Text() == "done");
      CHECK(pair.Text("/over") == "told");
      CHECK_MESSAGE(pair.AtRest(), "what was forgotten goes on");
      CHECK(pair.Text("/log") == "kept");
    }
    SUBCASE("comes also when what it called hangs and has waitUntil tasks") {
      Pair pair(Front("return [await tried(() => S.hang()), (await S.fetch('http://s/')).status];"),
                Back("hang() { this.ctx.waitUntil(sleep(5)); return new Promise(() => {}); }"
                     "fetch() { this.ctx.waitUntil(sleep(5)); return new Promise(() => {}); }"));
      CHECK(pair.Text().find("code had hung and would never generate a response") !=
            std::string::npos);
      CHECK(pair.AtRest());
    }
    SUBCASE("disposes of stubs that were forgotten") {
      Pair pair(Front("const c = await S.make(); return await c.add(1);"),
                Back("make() { return new Counter('c'); }"));
      CHECK(pair.Text() == "1");
      CHECK(pair.AtRest());
      CHECK(pair.Text("/log") == "disposed c");
    }
  }

  TEST_CASE("a Worker that another process has given back a binding to") {
    const std::string gives = "return S.ask(S);";
    const auto back = [](const std::string& text) {
      return Back("name() { return '" + text + "'; } ask(other) { return other.name(); }");
    };
    SUBCASE("has another version") {
      Pair pair(Front(gives), back("one"));
      CHECK(pair.Text() == "one");
      pair.ReloadBack({back("two")});
      CHECK(pair.Text() == "two");
    }
    SUBCASE("is removed and comes back") {
      Pair pair;
      const TestWorker first = Back("relay(other) { return other.name(); }");
      pair.StartFront(Front("return S.relay(env.OTHER);").Service("OTHER", "other"));
      pair.StartBack({first, Named("other", "one")});
      CHECK(pair.Text() == "one");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.ReloadBack({Named("other", "two")});
      CHECK(pair.Text() == "two");
    }
  }

  TEST_CASE("a Worker that goes on in another process") {
    Pair pair;
    pair.StartFront(Front("return await env.OTHER.name();").Service("OTHER", "other"));
    pair.StartBack({Back("name() { return 'back'; }"), Named("other", "one")});
    CHECK(pair.Text() == "one");
    SUBCASE("is found there") {
      pair.ReloadBack({}, {"other"});
      pair.StartThird(Named("other", "two"));
      // It hears of it.
      pair.Poll();
      CHECK(pair.Text() == "two");
    }
    SUBCASE("is found there by those that it has called, too") {
      pair.ReloadBack({Named("other", "new one")});
      CHECK(pair.Text() == "new one");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.StartThird(Named("other", "two"));
      CHECK(pair.Text() == "two");
    }
  }

  TEST_CASE("which Workers of others can be called") {
    std::vector<std::string> told = {"nothing"};
    RuntimeOptions options;
    options.on_connections = [&](const std::vector<std::string>& connected) { told = connected; };
    Pair pair;
    pair.StartFront(Front("return 1;"), options);
    pair.StartBack(Back(""));
    CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    SUBCASE("is told of those that a Reload has brought a binding to") {
      const Status done = pair.front->get().Reload(
          {.workers = testing::Specs({Front("return 1;").Service("OTHER", "other")})});
      REQUIRE(done.ok());
      pair.StartThird(Named("other", "one"));
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back", "other"}; }));
      pair.third.reset();
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    }
    SUBCASE("is told when a process has one of them no more") {
      pair.ReloadBack({Named("other", "one")});
      pair.StartFront(Front("return 1;").Service("OTHER", "other"), options);
      CHECK(pair.Text() == "1");
      told = {"nothing"};
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    }
  }

  TEST_CASE("a binding that only its process can call") {
    SUBCASE("is called there, however often it was given") {
      Pair pair(Front("const all = await S.give(11000); return await all[10999].name();"),
                Back("give(n) { return Array.from({ length: n }, () => this.ctx.exports.default); }"
                     "name() { return 'back'; }")
                    .Flag("enable_ctx_exports"));
      CHECK(pair.Text() == "back");
    }
    SUBCASE("leads to the function that stubs it") {
      Pair pair(Front("return (await (await S.give()).fetch('http://x/')).text();"),
                Back("give() { return this.env.SELF; } fetch() { return new Response('Worker'); }")
                    .Service("SELF", "back"));
      REQUIRE(pair.back->get()
                  .Stub("back.SELF",
                        [](const Request&) {
                          Response response;
                          response.body = "stub";
                          return response;
                        })
                  .ok());
      CHECK(pair.Text() == "stub");
    }
  }

  TEST_CASE("a process that was told to end") {
    Pair pair;
    pair.StartBack(Named("back", "one"));
    REQUIRE(pair.back->get().Listen({}).ok());
    LoopOf(pair.back->get()).Post([] { raise(SIGTERM); });
    CHECK(pair.back->get().Run() == SIGTERM);
    SUBCASE("may still get another version of a Worker") {
      pair.ReloadBack({Named("back", "two")});
      pair.StartFront(Front("return await tried(() => S.name());"));
      CHECK(pair.Text().starts_with("Error: Worker \"back\" not found."));
    }
  }

  TEST_CASE("a process that ends") {
    const TestWorker back = Back(
        "name() { return 'back'; } hang() { return sleep(1e6); }"
        "make() { return new Counter(); }");
    SUBCASE("fails the calls that wait for it, and the next one is found") {
      Pair pair(
          Front("return url.pathname === '/hang' ? await tried(() => S.hang()) : await S.name();"),
          back);
      const auto pending = pair.front->Start("/hang");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 1; }));
      Pair::Stop(pair.back);
      REQUIRE(pair.Until([&] { return pending->done(); }));
      CHECK(pending->response().body ==
            "Error: Network connection lost: the isolane process that runs Worker \"back\" stopped "
            "before it answered.");
      pair.StartBack(back);
      CHECK(pair.Text("/name") == "back");
    }
    SUBCASE("leaves stubs that say so") {
      Pair pair(
          Front("const c = await S.make(); for (;;) { const answer = await tried(() => c.add(1));"
                "if (typeof answer === 'string') return answer; await sleep(1); }"),
          back);
      const auto pending = pair.front->Start("/");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_stubs() == 1; }));
      Pair::Stop(pair.back);
      REQUIRE(pair.Until([&] { return pending->done(); }));
      CHECK(pending->response().body.starts_with("Error: Network connection lost: the "));
    }
    SUBCASE("that has called ends what it called") {
      Pair pair(Front("return await S.hang();"), back);
      pair.front->Start("/");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 1; }));
      Pair::Stop(pair.front);
      CHECK(pair.AtRest());
    }
  }

  TEST_CASE("a Worker that nobody has") {
    Pair pair;
    pair.StartFront(
        Front("const r = await S.fetch('http://x/');"
              "return [r.status, await r.text(), await tried(() => S.m())];"));
    const std::string missing =
        "Worker \\\"back\\\" not found. Make sure it is running locally. Known Workers: front. "
        "(binding S of front)";
    CHECK(pair.Text() == "[503,\"" + missing + "\",\"Error: " + missing + "\"]");
    SUBCASE("is found as soon as it is started") {
      pair.StartBack(Back("fetch() { return new Response('here'); } m() { return 'here'; }"));
      CHECK(pair.Text() == "[200,\"here\",\"here\"]");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
