// Durable Objects that Workers of two processes call: while their Worker is replaced, removed or
// cannot run yet, and when their stubs come back to where they are.
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/peers/pair.h"

namespace isolane::worker {
namespace {

// A Worker "other" whose class Obj says which version it is.
TestWorker Other(const std::string& version, const std::string& class_name = "Obj") {
  return TestWorker("other", RpcPrelude("import { DurableObject } from 'cloudflare:workers';"
                                        "export class " +
                                        class_name +
                                        " extends DurableObject {"
                                        "  say() { return '" +
                                        version +
                                        " ' + this.ctx.id.name; }"
                                        "  fetch() { return new Response(this.say()); }"
                                        "};"
                                        "export default {};"))
      .Objects("SELF", class_name);
}

TestWorker WithoutClasses() { return {"other", "export default {};"}; }

// Hands the stubs it gets to the one that it asks; both in the process "back".
TestWorker Relay() { return Back("async relay(stub) { return await stub.say(); }"); }

constexpr char kMissing[] =
    "threw Error: Worker \"other\" has no class of Durable Objects called \"Obj\"";

TEST_SUITE("runtime/worker/peers") {
  TEST_CASE("the stub of a Durable Object that comes to the process that has the object") {
    Pair pair;
    pair.StartFront(Front("return S.relay(env.O.getByName('a'));").Objects("O", "Obj", "other"));
    SUBCASE("leads to the version that is there") {
      pair.StartBack({Relay(), Other("one")});
      CHECK(pair.Text() == "one a");
      pair.ReloadBack({Other("two")});
      CHECK(pair.Text() == "two a");
    }
    SUBCASE("finds a Worker that a Reload has brought") {
      pair.StartBack({Relay()});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.ReloadBack({Other("one")});
      CHECK(pair.Text() == "one a");
    }
    SUBCASE("says that the Worker was removed, until it is back") {
      pair.StartBack({Relay(), Other("one")});
      CHECK(pair.Text() == "one a");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.ReloadBack({Other("two")});
      CHECK(pair.Text() == "two a");
    }
    SUBCASE("says that the class is gone, until it is back") {
      pair.StartBack({Relay(), Other("one")});
      CHECK(pair.Text() == "one a");
      pair.ReloadBack({WithoutClasses()});
      CHECK(pair.Text().starts_with(kMissing));
      pair.ReloadBack({Other("two")});
      CHECK(pair.Text() == "two a");
    }
    SUBCASE("says that the class has another name now") {
      pair.StartBack({Relay(), Other("one")});
      CHECK(pair.Text() == "one a");
      pair.ReloadBack({Other("two", "Renamed")});
      CHECK(pair.Text().starts_with(kMissing));
    }
    SUBCASE("says that the class was never there, and the link stays") {
      pair.StartBack({Relay(), WithoutClasses()});
      CHECK(pair.Text().starts_with(kMissing));
      CHECK(pair.Text().starts_with(kMissing));
      pair.ReloadBack({Other("one")});
      CHECK(pair.Text() == "one a");
    }
    CHECK(pair.AtRest());
  }

  TEST_CASE("a stub of another process's Durable Object that was kept") {
    Pair pair;
    pair.StartFront(Front("if (url.pathname === '/keep') await S.keep(env.O.getByName('a'));"
                          "return S.ask();")
                        .Objects("O", "Obj", "other"));
    const TestWorker keeper =
        Back("keep(stub) { kept = stub; } async ask() { return await kept.say(); } }; let kept; {");
    SUBCASE("leads to a Worker that has come since") {
      pair.StartBack({keeper});
      CHECK(pair.Text("/keep").starts_with("threw Error: Worker \"other\" not found."));
      pair.ReloadBack({Other("one")});
      CHECK(pair.Text() == "one a");
    }
    SUBCASE("leads to one that went and came back, in this process or another") {
      pair.StartBack({keeper, Other("one")});
      CHECK(pair.Text("/keep") == "one a");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.StartThird(Other("elsewhere"));
      CHECK(pair.Text() == "elsewhere a");
    }
  }

  TEST_CASE("a Durable Object whose stub its own process gives away") {
    const auto back = [](const std::string& version, const std::string& class_name = "Obj") {
      return TestWorker(
                 "back",
                 RpcPrelude("import { DurableObject } from 'cloudflare:workers';"
                            "export class " +
                            class_name +
                            " extends DurableObject {"
                            "  #n = 0;"
                            "  add(by) { return '" +
                            version +
                            " ' + (this.#n += by); }"
                            "  fetch() { return new Response(this.add(1)); }"
                            "};"
                            "export default class extends WorkerEntrypoint {"
                            "  give() { return this.env.SELF.getByName('a'); }"
                            "  many(n) { return Array.from({ length: n }, () => this.give()); }"
                            "  exported() { return this.ctx.exports.Obj.getByName('a'); }"
                            "  async ask(stub) { return await stub.add(1); }"
                            "};"))
          .Objects("SELF", class_name);
    };
    SUBCASE("is called by methods and by fetch") {
      Pair pair(Front("const stub = await S.give();"
                      "return [await stub.add(2), await (await stub.fetch('http://x/')).text(), "
                      "stub.name, await S.ask(stub)];"),
                back("one"));
      CHECK(pair.Text() == "[\"one 2\",\"one 3\",\"a\",\"one 4\"]");
      CHECK(pair.AtRest());
    }
    SUBCASE("is called when it was found in ctx.exports") {
      Pair pair(Front("const stub = await S.exported(); return await stub.add(2);"),
                back("one").Flag("enable_ctx_exports"));
      CHECK(pair.Text() == "one 2");
    }
    SUBCASE("may be given as often as one likes") {
      Pair pair(Front("const [last] = (await S.many(11000)).reverse();"
                      "return [await last.add(2), await S.ask(last)];"),
                back("one"));
      CHECK(pair.Text() == "[\"one 2\",\"one 3\"]");
    }
    SUBCASE("has another version, loses its class and gets it back") {
      Pair pair(
          Front("try { return await (globalThis.kept = globalThis.kept || await S.give()).add(1); }"
                "catch (error) { return error.message; }"),
          back("one"));
      CHECK(pair.Text() == "one 1");
      pair.ReloadBack({back("two")});
      CHECK(pair.Text() == "two 1");
      pair.ReloadBack({back("three", "Other")});
      CHECK(pair.Text().starts_with("Worker \"back\" has no class of Durable Objects called"));
      pair.ReloadBack({back("four")});
      CHECK(pair.Text() == "four 1");
    }
  }

  TEST_CASE("a Durable Object of another process whose Worker gets another version") {
    Pair pair;
    pair.StartFront(
        Front("return await env.O.getByName('a').slowly();").Objects("O", "Obj", "back"));
    const auto back = [](const std::string& version) {
      return TestWorker("back", RpcPrelude("import { DurableObject } from 'cloudflare:workers';"
                                           "export class Obj extends DurableObject {"
                                           "  async slowly() { console.log('begun');"
                                           "    await sleep(20); return '" +
                                           version +
                                           "'; }"
                                           "};"
                                           "export default {};"))
          .Objects("SELF", "Obj");
    };
    pair.StartBack(back("one"));
    const auto pending = pair.front->Start("/");
    REQUIRE(pair.Until([&] { return pair.back->observer().Count("begun") > 0; }));
    pair.ReloadBack({back("two")});
    REQUIRE(pair.Until([&] { return pending->done(); }));
    CHECK_MESSAGE(pending->response().body == "one", "what it has begun is not ended");
    CHECK(pair.Text() == "two");
  }

  TEST_CASE("a Durable Object of another process whose Worker cannot run yet") {
    const TestWorker broken = TestWorker("other", "export default {").Objects("SELF", "Obj");
    const TestWorker front =
        Front(
            "const stub = env.O.get(env.O.idFromName('a'));"
            "return url.pathname === '/fetch' ? stub.fetch('http://x/') : await stub.say();")
            .Objects("O", "Obj", "other");
    const TestWorker bystander = Back("");
    const auto calls = [](Pair& pair) {
      return std::vector{pair.front->Start("/method"), pair.front->Start("/fetch")};
    };
    // Both are there and wait.
    const auto arrived = [](Pair& pair) {
      return pair.Until([&] { return pair.back->graph().dispatcher().live_calls() == 2; });
    };
    SUBCASE("is called when it can") {
      Pair pair;
      pair.StartFront(front);
      pair.StartBackHolding({bystander, broken});
      const auto pending = calls(pair);
      REQUIRE(arrived(pair));
      pair.Poll();
      CHECK_FALSE((pending[0]->done() || pending[1]->done()));
      pair.ReloadBack({Other("repaired")});
      REQUIRE(pair.Until([&] { return pending[0]->done() && pending[1]->done(); }));
      CHECK(pending[0]->response().body == "repaired a");
      CHECK(pending[1]->response().body == "repaired a");
      CHECK(pair.AtRest());
    }
    SUBCASE("is called also when only the repair declares it") {
      Pair pair;
      pair.StartFront(front);
      pair.StartBackHolding({bystander, TestWorker("other", "export default {")});
      const auto pending = calls(pair);
      REQUIRE(arrived(pair));
      pair.ReloadBack({Other("repaired")});
      REQUIRE(pair.Until([&] { return pending[0]->done() && pending[1]->done(); }));
      CHECK(pending[0]->response().body == "repaired a");
      CHECK(pending[1]->response().body == "repaired a");
    }
    SUBCASE("is missing in the repair") {
      Pair pair;
      pair.StartFront(front);
      pair.StartBackHolding({bystander, broken});
      const auto pending = calls(pair);
      REQUIRE(arrived(pair));
      pair.ReloadBack({WithoutClasses()});
      REQUIRE(pair.Until([&] { return pending[0]->done() && pending[1]->done(); }));
      CHECK(pending[0]->response().body.starts_with(kMissing));
      CHECK(pending[1]->response().body.find("has no class of Durable Objects called \"Obj\"") !=
            std::string::npos);
    }
    SUBCASE("says so when that takes too long") {
      Pair pair;
      pair.StartFront(front);
      pair.StartBackHolding({bystander, broken}, 1);
      const std::string text = "threw Error: Worker \"other\" cannot run: its build failed.\n\n";
      CHECK(pair.Text("/method").starts_with(text));
      CHECK(pair.Text("/fetch").starts_with(text));
      CHECK(pair.AtRest());
    }
    SUBCASE("leaves nothing behind in its process while the caller goes on") {
      Pair pair;
      pair.StartFront(Front("await tried(() => env.O.getByName('a').say()); console.log('told'); "
                            "await sleep(1e6);")
                          .Objects("O", "Obj", "other"));
      pair.StartBackHolding({bystander, broken}, 1);
      pair.front->Start("/");
      REQUIRE(pair.Until([&] { return pair.front->observer().Find("told") != nullptr; }));
      CHECK(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 0; }));
      Pair::Stop(pair.front);
    }
    SUBCASE("is not waited for any more when the caller has gone") {
      Pair pair;
      pair.StartFront(front);
      pair.StartBackHolding({bystander, broken});
      calls(pair);
      REQUIRE(arrived(pair));
      Pair::Stop(pair.front);
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 0; }));
      pair.ReloadBack({Other("repaired")});
      CHECK(pair.AtRest());
    }
    SUBCASE("is called in its process, by the stub that came from there") {
      Pair pair;
      pair.StartFront(Front("return S.relay(env.O.getByName('a'));").Objects("O", "Obj", "other"));
      pair.StartBackHolding({Relay(), broken});
      const auto pending = pair.front->Start("/");
      REQUIRE(arrived(pair));
      pair.Poll();
      CHECK_FALSE(pending->done());
      pair.ReloadBack({Other("repaired")});
      REQUIRE(pair.Until([&] { return pending->done(); }));
      CHECK(pending->response().body == "repaired a");
    }
  }

  TEST_CASE("a Worker of another process that cannot run yet, when its caller has gone") {
    Pair pair;
    pair.StartFront(Front("return await S.name();"));
    pair.StartBackHolding({Back("}")});
    pair.front->Start("/");
    REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_calls() == 1; }));
    Pair::Stop(pair.front);
    REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 0; }));
    pair.ReloadBack({Back("name() { return 'repaired'; }")});
    CHECK(pair.AtRest());
  }
}

}  // namespace
}  // namespace isolane::worker
