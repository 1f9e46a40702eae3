// Spans of a Worker's own, as streaming tail Workers are told of them, and what bounds them.
#include "runtime/worker/tail_spans.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "runtime/base/request_router.h"
#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;
using Texts = std::vector<std::string>;

// `code` is the body of its fetch handler.
TestWorker Front(const std::string& code) {
  return TestWorker("front", R"js(
    import { DurableObject, tracing } from 'cloudflare:workers';
    export class Room extends DurableObject {
      async first() {
        this.span = tracing.startSpan('first');
        await new Promise((resolve) => { this.go = resolve; });
        this.span.setAttribute('of', 'first').end();
        this.gone();
      }
      async second() {
        const span = tracing.startSpan('second');
        const gone = new Promise((resolve) => { this.gone = resolve; });
        this.go();
        await gone;
        span.end();
      }
      third() { this.span.setAttribute('of', 'third').updateName('third').end(); }
    }
    export default { async fetch(request, env) { )js" +
                                 code + " } };")
      .Date("2026-11-01")
      .Objects("ROOM", "Room");
}

// Writes a line for each event of spans: names instead of ids.
TestWorker Logger() {
  return TestWorker("logger", R"js(
    const cut = (value) => typeof value === 'bigint' ? `${value}n` : String(value).slice(-8);
    export default { tailStream({ event: { spanId } }) {
      const names = new Map([[spanId, '']]);
      const shown = ({ spanContext, event }) => {
        const at = names.get(spanContext.spanId);
        switch (event.type) {
          case 'spanOpen': names.set(event.spanId, event.name); return [at, 'opens', event.name];
          case 'attributes': return [at, ...event.info.map(({ name, value }) => `${name}=${cut(value)}`)];
          case 'spanUpdate': return [at, event.info.name];
          case 'spanClose': return [at, 'closed'];
          case 'streamDiagnostic': return ['dropped', event.diagnostic.count];
        }
      };
      return (told) => { const all = shown(told); if (all) console.log('TAIL ' + all.join()); };
    } };)js")
      .Date("2026-11-01");
}

Texts Told(TestRuntime& runtime) {
  CHECK_MESSAGE(
      PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }),
      runtime.observer().Text());
  Texts told;
  for (const auto& line : runtime.observer().lines) {
    if (line.worker == "logger" && line.text.starts_with("TAIL "))
      told.push_back(line.text.substr(5));
  }
  return told;
}

Texts Tell(const std::string& code) {
  TestRuntime runtime({Front(code + "; return new Response();").StreamingTail("logger"), Logger()});
  CHECK(runtime.Get().status == 200);
  return Told(runtime);
}

// The answer of `code` when nobody is told, which must be that when somebody is.
std::string Answer(const std::string& code) {
  TestRuntime alone({Front(code)});
  TestRuntime told({Front(code).StreamingTail("logger"), Logger()});
  const std::string answer = alone.Text();
  CHECK(told.Text() == answer);
  return answer;
}

// Requests to "front" go there; what its binding SITE asks for, into the network.
class OutsideRouter final : public base::RequestRouter {
 public:
  void Start(base::ResponderHost&) override {}
  int service_count() const override { return 2; }
  std::string_view service_name(int service) const override {
    return service == 0 ? "front" : "site";
  }
  bool has_rules(int service) const override { return service == 1; }
  void Route(std::string_view, std::string_view, base::RouteDecision& decision) override {
    decision.to = base::RouteDecision::To::kService;
    decision.service = 0;
  }
  void RouteInside(int, std::string_view, base::RouteDecision& decision) override {
    decision.to = base::RouteDecision::To::kOutside;
    decision.head = "GET";
    decision.head += base::kValueMark;
    decision.head += "http://127.0.0.1:" + std::to_string(port) + "/outside";
  }
  void Fail(std::string_view, int status, base::RouteDecision& decision) override {
    decision.to = base::RouteDecision::To::kAnswer;
    decision.status = status;
  }

  int port = 0;
};

TEST_SUITE("runtime/worker/tail_spans") {
  TEST_CASE(
      "a call on a service that its routes send to the network is told of until that answers") {
    OutsideRouter router;
    RuntimeOptions options;
    options.router = &router;
    TestRuntime runtime({TestWorker::Handler("front", R"js(
           if (request.url.endsWith('/outside')) return new Response('out', { status: 203 });
           return env.SITE.fetch('http://site/');)js")
                             .Service("SITE", "site")
                             .StreamingTail("logger"),
                         TestWorker::Handler("site", "return new Response()"), Logger()},
                        options);
    router.port = runtime.get().Serve("127.0.0.1", 0).value();
    CHECK(runtime.Text() == "203 out");
    const Texts told = Told(runtime);
    const auto attributes = std::find_if(told.begin(), told.end(), [](const std::string& text) {
      return text.starts_with("fetch,network");
    });
    REQUIRE(attributes != told.end());
    CHECK(attributes->find("http.response.status_code=203n") != std::string::npos);
  }

  TEST_CASE("attributes of a span") {
    SUBCASE("may be replaced again and again: the last value counts") {
      CHECK(Tell("const span = tracing.startSpan('s'); for (let i = 0; i < 2000; i++) "
                 "span.setAttribute('a', 'x'.repeat(1000) + i); span.end()") ==
            Texts{",opens,s", "s,a=xxxx1999", "s,closed"});
    }
    SUBCASE("that are too long do not make later ones vanish, and are counted") {
      CHECK(Tell("const span = tracing.startSpan('s'); span.setAttribute('kept', 1)"
                 ".setAttribute('kept', 'x'.repeat(300_000)).setAttribute('small', 2).end()") ==
            Texts{",opens,s", "s,kept=1,small=2", "s,closed", "dropped,1"});
    }
    SUBCASE("are bounded for all open spans together, and those of closed ones do not count") {
      CHECK(
          Tell("const all = ['a', 'b', 'c'].map((name) => tracing.startSpan(name)); "
               "const much = 'x'.repeat(100_000); for (const span of all) "
               "span.setAttribute('much', much); all[0].end(); await scheduler.wait(1); "
               "all[1].end(); await scheduler.wait(1); all[2].setAttribute('then', much).end()") ==
          Texts{",opens,a", ",opens,b", ",opens,c", "a,much=xxxxxxxx", "a,closed",
                "b,much=xxxxxxxx", "b,closed", "c,then=xxxxxxxx", "c,closed", "dropped,1"});
    }
    SUBCASE("may be numbers of any kind") {
      CHECK(Tell("tracing.startSpan('s').setAttributes({ big: 2n ** 70n, less: -1n, far: "
                 "-Infinity, none: NaN, half: 0.5 }).end()")[1] ==
            "s,big=1180591620717411303424n,less=-1n,far=Infinity,none=NaN,half=0.5");
    }
  }

  TEST_CASE("what a value may be does not depend on who is told") {
    CHECK(Answer(R"js(
      const span = tracing.startSpan('s');
      const tries = [1n, Symbol('s'), { toString() { throw new RangeError('no text'); } }, undefined, null];
      const seen = (action) => { try { action(); return 'fine'; } catch (error) { return error.name; } };
      const all = tries.map((value) => seen(() => span.setAttribute('a', value)));
      all.push(seen(() => span.setAttributes({ a: 1, b: Symbol('s') })));
      span.end();
      all.push(seen(() => span.setAttribute('a', Symbol('s'))));
      all.push(seen(() => span.recordException(new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw new Error('trap'); } }))));
      const open = tracing.startSpan('open');
      all.push(seen(() => open.recordException(new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw new Error('trap'); } }))));
      return new Response(all.join());)js") ==
          "fine,TypeError,RangeError,fine,fine,TypeError,TypeError,fine,fine");
  }

  TEST_CASE("ids are not the Worker's to choose") {
    const std::string ids = R"js(
      Math.random = () => 0.5;
      const ids = ['a', 'b'].map((name) => tracing.startSpan(name).setAttribute('is', name).spanContext().spanId);
      const form = ids.every((id) => /^[0-9a-f]{16}$/.test(id));
      const trace = tracing.getActiveSpan().spanContext().traceId;
      return Response.json([form, ids[0] !== ids[1], /^[0-9a-f]{32}$/.test(trace)]);)js";
    CHECK(Answer(ids) == "[true,true,true]");
    TestRuntime runtime({Front(ids).StreamingTail("logger"), Logger()});
    runtime.Get();
    CHECK(Told(runtime) ==
          Texts{",opens,a", ",opens,b", "b,is=b", "b,closed", "a,is=a", "a,closed"});
  }

  TEST_CASE(
      "spans beyond those that may be open are counted, and what is below them is their parent's") {
    TestRuntime runtime({Front(R"js(
      const all = [];
      for (let i = 0; i < 1003; i++) {
        all.push(tracing.startSpan('s'));
        if (i % 200 === 0) await scheduler.wait(1);
      }
      const refused = all.filter((span) => !span.isTraced);
      all[0].end();
      refused[0].setAttribute('never', 'told').updateName('never').end();
      tracing.withActiveSpan(refused[1], () => tracing.startSpan('below').setAttribute('is', 'told').end());
      for (let i = 1; i < all.length; i++) {
        all[i].end();
        if (i % 200 === 0) await scheduler.wait(1);
      }
      return new Response(String(refused.length));)js")
                             .StreamingTail("logger"),
                         Logger()});
    CHECK(runtime.Text() == "3");
    Texts told = Told(runtime);
    std::erase_if(told, [](const std::string& text) {
      return text.starts_with("s,") || text.ends_with(",s");
    });
    CHECK(told == Texts{",opens,below", "below,is=told", "below,closed", "dropped,3"});
  }

  TEST_CASE("spans of calls that a Durable Object serves at a time") {
    TestRuntime runtime({Front(R"js(
      const room = env.ROOM.getByName('a');
      const first = room.first();
      await room.second();
      await first;
      await room.third();
      return new Response();)js")
                             .StreamingTail("logger"),
                         Logger()});
    runtime.Get();
    CHECK(
        PollUntil(runtime, [&] { return runtime.observer().Count("TAIL jsRpcCall,closed") >= 6; }));
    Texts told;
    for (const auto& line : runtime.observer().lines) {
      if (line.text.starts_with("TAIL first,") || line.text.starts_with("TAIL second,") ||
          line.text.find("third") != std::string::npos) {
        told.push_back(line.text.substr(5));
      }
    }
    std::erase_if(told,
                  [](const std::string& text) { return text.find("rpc") != std::string::npos; });
    CHECK(told == Texts{"first,of=first", "first,closed", "second,closed"});
  }
}

}  // namespace
}  // namespace isolane::worker
