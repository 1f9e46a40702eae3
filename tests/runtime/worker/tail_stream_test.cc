// What streaming tail Workers are told. The shapes were compared with wrangler dev.
#include "runtime/worker/tail_stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;
using Texts = std::vector<std::string>;

// Writes a line for each event, which the test reads from the log: what `show`, a function of an
// event as it comes, says; nothing if that is undefined.
TestWorker Logger(const std::string& show) {
  return TestWorker("logger", "const show = " + show + R"js(;
    const note = (told) => {
      const shown = show(told, told.event);
      if (shown !== undefined) {
        console.log('TAIL ' + JSON.stringify(shown, (key, value) => typeof value === 'bigint' ? `${value}n` : value));
      }
    };
    export default {
      fetch: () => new Response('logger'),
      tailStream(onset) { note(onset); return note; },
    };)js")
      .Date("2026-11-01");
}

constexpr char kFront[] = R"js(
  import { RpcTarget, WorkerEntrypoint, tracing } from 'cloudflare:workers';
  class Made extends RpcTarget { call() { return 'called'; } }
  const later = (ms, action) => scheduler.wait(ms).then(action);
  export default {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      switch (pathname) {
        case '/throw': throw new TypeError('boom');
        case '/open': return env.GATE.fetch(request);
        case '/hang': return new Promise(() => {});
        case '/spin': for (;;);
        case '/log': {
          console.log('one', { two: [2] }, undefined, 3n);
          console.warn(new RangeError('far'));
          console.debug();
          return new Response('logged');
        }
        case '/long': console.log('x'.repeat(300_000)); return new Response();
        case '/much':
          for (let i = 0; i < 40; i++) console.log('x'.repeat(10_000));
          return new Response('much');
        case '/wait': ctx.waitUntil(later(2, () => console.log('later'))); return new Response();
        case '/reject': ctx.waitUntil(later(1, () => { throw new Error('task'); })); return new Response();
        case '/slow': await later(3_600_000); return new Response();
        case '/hold':
          console.log('held');
          while ((await (await env.GATE.fetch('http://gate/')).text()) !== 'open') await later(1);
          console.log('released');
          return new Response('held');
        case '/call': return new Response(await env.CALLEE.add(1, 2));
        case '/fail': await env.CALLEE.fail().catch(() => {}); return new Response('caught');
        case '/fetch': return env.CALLEE.fetch('http://callee/x', { headers: { 'x-b': 'p', 'x-a': 'q' } });
        case '/post': return env.CALLEE.fetch('http://callee/x', { method: 'POST', body: 'hey' });
        case '/read': return new Response(await env.CALLEE.value);
        case '/stub': { using stub = await env.CALLEE.make(); return new Response(await stub.call()); }
        case '/gone': await fetch('http://127.0.0.1:1/').catch(() => {}); return new Response();
        case '/spans': {
          const made = await tracing.enterSpan('outer', async (span) => {
            span.setAttribute('text', 'a').setAttributes({ number: 1.5, truth: true, none: undefined, list: [1, 2], text: 'b', far: -Infinity });
            console.log('in');
            tracing.startActiveSpan('inner', (inner) => { env.CALLEE?.add(1, 2).catch(() => {}); inner.end(); });
            await later(1);
            return span.isTraced;
          });
          try { tracing.enterSpan('fails', () => { throw new Error('inside'); }); } catch {}
          const manual = tracing.startSpan('manual');
          manual.updateName('renamed').setStatus({ code: 'error', message: 'bad' });
          manual.recordException(new RangeError('noted'));
          manual.end();
          manual.setAttribute('late', 1);
          tracing.startSpan('open').setAttribute('is', 'told');
          tracing.getActiveSpan().setAttribute('whole', 1);
          return Response.json([made, tracing.getActiveSpan().isTraced]);
        }
        case '/queue': await env.CALLEE.queue('q', [{ id: 'a', timestamp: 0, attempts: 1, body: 1 }]); return new Response();
        case '/connect': await new Response(env.CALLEE.connect('a:1').readable).text(); return new Response();
      }
      return new Response('hello', { status: 201 });
    },
    scheduled(controller) { if (controller.cron === 'throw') throw new Error('cron'); },
  };
  export class Callee extends WorkerEntrypoint {
    fetch() { return new Response('callee'); }
    add(a, b) { return String(a + b); }
    make() { return new Made(); }
    get value() { return 'read'; }
    fail() { throw new RangeError('callee failed'); }
    queue(batch) { batch.ackAll(); }
    async connect(socket) { await socket.writable.close(); }
  })js";

TestWorker Front() {
  return TestWorker("front", kFront)
      .Date("2026-11-01")
      .Flag("service_binding_extra_handlers")
      .CpuMs(100)
      .Service("CALLEE", "front", "Callee")
      .StreamingTail("logger");
}

// /hold lasts until the gate is open, which /open does.
TestWorker Held() { return Front().Service("GATE", "gate"); }

TestWorker Gate() {
  return TestWorker("gate", R"js(
    let open = false;
    export default { fetch(request) { open ||= request.url.endsWith('/open'); return new Response(open ? 'open' : ''); } };)js");
}

// What the logger has written, without "TAIL ".
Texts Told(TestRuntime& runtime) {
  Texts told;
  for (const auto& line : runtime.observer().lines) {
    if (line.worker == "logger" && line.text.starts_with("TAIL "))
      told.push_back(line.text.substr(5));
  }
  return told;
}

Texts Wait(TestRuntime& runtime) {
  CHECK_MESSAGE(
      PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }),
      runtime.observer().Text());
  return Told(runtime);
}

// GET `path`; what `show` then says of the events.
Texts Tell(const std::string& path, const std::string& show) {
  TestRuntime runtime({Front(), Logger(show)});
  runtime.Get(path);
  return Wait(runtime);
}

// What of spans: names with what they are part of, attributes, updates.
constexpr char kSpans[] = R"js((() => {
  const names = new Map();
  return ({ spanContext, event }) => {
    if (event.type === 'onset') { names.set(event.spanId, event.entrypoint ?? ''); return undefined; }
    const at = names.get(spanContext.spanId);
    switch (event.type) {
      case 'spanOpen': names.set(event.spanId, event.name); return [at, event.name];
      case 'attributes': return [at, ...event.info.map(({ name, value }) => `${name}=${typeof value === 'bigint' ? value + 'n' : name.endsWith('id') || name.endsWith('Id') ? value.length : value}`)];
      case 'spanClose': return [at, 'closed'];
      case 'spanUpdate': return [at, event.info];
      case 'log': return [at, 'log', event.message[0]];
      case 'exception': return [at, 'exception', event.message];
    }
  };
})())js";
// But for those of spans.
constexpr char kTypes[] = "(told, { type }) => /^span|attributes/.test(type) ? undefined : type";
// Without ids and times.
constexpr char kEvents[] =
    "(told, { spanId, cpuTime, wallTime, scriptName, scriptTags, ...event }) => event";
// Of each invocation, how it began.
constexpr char kOnsets[] =
    "(told, event) => event.type === 'onset' ? [event.entrypoint ?? null, event.info] : undefined";
constexpr char kEnds[] =
    "(told, event) => ['return', 'exception', 'outcome'].includes(event.type) ? "
    "[event.type, event.info?.statusCode ?? event.message ?? event.outcome ?? null] : undefined";

TEST_SUITE("runtime/worker/tail_stream") {
  TEST_CASE("of a request, a streaming tail Worker is told") {
    SUBCASE("what was asked and answered") {
      CHECK(Tell("/a?b=c", kEvents) ==
            Texts{R"({"type":"onset","executionModel":"stateless","info":{"type":"fetch",)"
                  R"("method":"GET","url":"http://test/a?b=c","headers":[]}})",
                  R"({"type":"return","info":{"type":"fetch","statusCode":201}})",
                  R"({"type":"outcome","outcome":"ok"})"});
    }
    SUBCASE("in what order, under ids that stay the same") {
      CHECK(Tell("/log",
                 "(() => { let first; return (told, event) => { first = first ?? told; return "
                 "[told.sequence, Object.keys(told).join(), told.invocationId === "
                 "first.invocationId, told.spanContext.traceId === first.spanContext.traceId, "
                 "told.spanContext.spanId === first.event.spanId, "
                 "/^[0-9a-f]{32}$/.test(told.invocationId)]; }; })()")[1] ==
            R"([1,"spanContext,invocationId,timestamp,sequence,event",true,true,true,true])");
    }
    SUBCASE("times") {
      CHECK(Tell("/wait",
                 "(told, event) => event.type === 'outcome' ? [told.timestamp instanceof Date, "
                 "Math.abs(Date.now() - told.timestamp) < 60_000, event.wallTime >= 2, "
                 "event.cpuTime >= 0] : undefined") == Texts{"[true,true,true,true]"});
    }
    SUBCASE("what the Worker is called, and no tags of it") {
      CHECK(Tell("/", "(told, { scriptName, scriptTags }) => [scriptName, scriptTags]")[0] ==
            R"(["front",[]])");
    }
    SUBCASE("headers by name, as they are") {
      TestRuntime runtime({Front(), Logger("(told, event) => event.info?.headers")});
      Request request;
      request.url = "http://test/";
      request.headers = {{"x-b", "1"}, {"cookie", "a=b"}, {"x-b", "2"}};
      runtime.Fetch(std::move(request));
      CHECK(Wait(runtime) ==
            Texts{R"([{"name":"cookie","value":"a=b"},{"name":"x-b","value":"1, 2"}])"});
    }
    SUBCASE("in development also where the request is made up to come from") {
      TestRuntime runtime({Front(), Logger("(told, event) => event.info?.cfJson?.colo")},
                          RuntimeOptions{.local_endpoints = LocalEndpoints::kTriggers});
      runtime.Get();
      CHECK(Wait(runtime) == Texts{R"("DFW")"});
    }
  }

  TEST_CASE("it is told while the request goes on") {
    TestRuntime runtime({Held(), Logger(kTypes), Gate()});
    auto held = runtime.Start("/hold");
    CHECK(PollUntil(runtime, [&] { return Told(runtime).size() == 2; }));
    CHECK(Told(runtime) == Texts{R"("onset")", R"("log")"});
    CHECK_FALSE(held->done());
    SUBCASE("to its end") {
      runtime.Get("/open");
      CHECK(Wait(runtime).back() == R"("outcome")");
    }
    SUBCASE("or the end of the runtime") { runtime.Abandon(); }
  }

  TEST_CASE("a stream that is open stays with the versions it began with") {
    const auto version = [](const std::string& name) {
      return Logger("(told, { type }) => /^span|attributes/.test(type) ? undefined : '" + name +
                    " ' + type");
    };
    const auto versions = [&](const TestWorker& next) {
      TestRuntime runtime({Held(), version("one"), Gate()});
      auto held = runtime.Start("/hold");
      CHECK(PollUntil(runtime, [&] { return Told(runtime).size() == 2; }));
      const Status done = runtime.get().Reload({.workers = testing::Specs({next})});
      CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().ToString()));
      runtime.Get("/open");
      Texts told = Wait(runtime);
      CHECK(held->done());
      CHECK(PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; }));
      return told;
    };
    SUBCASE("while what begins is told to the next version") {
      Texts told = versions(version("two"));
      CHECK(std::count(told.begin(), told.end(), R"("two onset")") == 1);
      CHECK(std::count(told.begin(), told.end(), R"("two outcome")") == 1);
      std::erase_if(told, [](const std::string& text) { return text.starts_with("\"two"); });
      CHECK(told == Texts{R"("one onset")", R"("one log")", R"("one log")", R"("one return")",
                          R"("one outcome")"});
    }
    SUBCASE("also when it is the Worker that is told of") {
      const Texts told = versions(TestWorker::Handler("front", "return env.GATE.fetch(request)")
                                      .Service("GATE", "gate")
                                      .StreamingTail("logger"));
      CHECK(std::count(told.begin(), told.end(), R"("one onset")") == 2);
      CHECK(std::count(told.begin(), told.end(), R"("one log")") == 2);
      CHECK(std::count(told.begin(), told.end(), R"("one outcome")") == 2);
    }
    SUBCASE("also when there is nobody to tell any more") {
      const Texts told = versions(
          TestWorker::Handler("front", "return env.GATE.fetch(request)").Service("GATE", "gate"));
      CHECK(told == Texts{R"("one onset")", R"("one log")", R"("one log")", R"("one return")",
                          R"("one outcome")"});
    }
  }

  TEST_CASE("console lines") {
    CHECK(Tell("/log",
               "(told, { type, level, message, errorInfo }) => type === 'log' ? [level, message, "
               "errorInfo?.map(({ name, message }) => [name, message])] : undefined") ==
          Texts{R"(["log",["one",{"two":[2]},null,"3"],null])",
                R"(["warn",["RangeError: far"],[["RangeError","far"]]])", R"(["debug",[],null])"});
    SUBCASE("that are too long are cut off, and text") {
      CHECK(Tell("/long",
                 "(told, { type, message, truncated }) => type === 'log' ? [typeof message, "
                 "message.length, message.slice(0, 3), truncated] : undefined") ==
            Texts{R"(["string",262144,"[\"x",true])"});
    }
    SUBCASE("of waitUntil tasks come after the return") {
      CHECK(Tell("/wait", kTypes) ==
            Texts{R"("onset")", R"("return")", R"("log")", R"("outcome")"});
    }
  }

  TEST_CASE("outcomes") {
    CHECK(Tell("/", kEnds) == Texts{R"(["return",201])", R"(["outcome","ok"])"});
    CHECK(Tell("/throw", kEnds) == Texts{R"(["exception","boom"])", R"(["outcome","exception"])"});
    CHECK(Tell("/reject", kEnds) ==
          Texts{R"(["return",200])", R"(["exception","task"])", R"(["outcome","ok"])"});
    CHECK(Tell("/spin", kEnds) == Texts{R"(["outcome","exceededCpu"])"});
    const Texts hung = Tell("/hang", kEnds);
    REQUIRE(hung.size() == 2);
    CHECK(hung[0].find("your Worker's code had hung") != std::string::npos);
    CHECK(hung[1] == R"(["outcome","exception"])");
  }

  TEST_CASE("a client that leaves is told of as canceled") {
    TestRuntime runtime({Front(), Logger(kEnds)});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket socket(*port);
    socket.Send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() > 0; }));
    socket.Reset();
    CHECK(Wait(runtime) == Texts{R"(["outcome","canceled"])"});
  }

  TEST_CASE("each invocation is told of for itself") {
    SUBCASE("a method call") {
      CHECK(Tell("/call", kOnsets)[1] == R"(["Callee",{"type":"jsrpc"}])");
    }
    SUBCASE("a fetch over a binding") {
      CHECK(Tell("/fetch", kOnsets)[1] ==
            R"(["Callee",{"type":"fetch","method":"GET","url":"http://callee/x",)"
            R"("headers":[{"name":"x-a","value":"q"},{"name":"x-b","value":"p"}]}])");
    }
    SUBCASE("a batch of messages") {
      CHECK(Tell("/queue", kOnsets)[1] ==
            R"(["Callee",{"type":"queue","queueName":"q","batchSize":1}])");
    }
    SUBCASE("a connection") {
      CHECK(Tell("/connect", kOnsets)[1] == R"(["Callee",{"type":"connect"}])");
    }
    SUBCASE("a cron trigger") {
      TestRuntime runtime({Front(), Logger(kEvents)});
      REQUIRE(runtime.get().Scheduled({.cron = "throw", .time_ms = 7}).ok());
      const Texts told = Wait(runtime);
      REQUIRE(told.size() == 3);
      CHECK(told[0] == R"({"type":"onset","executionModel":"stateless","info":{"type":"scheduled",)"
                       R"("scheduledTime":"1970-01-01T00:00:00.007Z","cron":"throw"}})");
      CHECK(told[2] == R"({"type":"outcome","outcome":"exception"})");
    }
    SUBCASE("an event's handler returns before its waitUntil tasks are done") {
      TestRuntime runtime(
          {TestWorker("front", R"js(export default { scheduled(controller, env, ctx) {
                             ctx.waitUntil(scheduler.wait(1).then(() => console.log('later')));
                           } };)js")
               .Date("2026-11-01")
               .StreamingTail("logger"),
           Logger(kTypes)});
      REQUIRE(runtime.get().Scheduled({.cron = "x", .time_ms = 7}).ok());
      CHECK(Wait(runtime) == Texts{R"("onset")", R"("return")", R"("log")", R"("outcome")"});
    }
    SUBCASE("one trace has all of them, and each knows its caller") {
      TestRuntime runtime(
          {Front(), Logger("(told, event) => event.type === 'onset' ? [told.spanContext.traceId, "
                           "told.spanContext.spanId ?? null, event.spanId] : undefined")});
      runtime.Get("/call");
      const Texts told = Wait(runtime);
      REQUIRE(told.size() == 2);
      CHECK(told[0].substr(0, 36) == told[1].substr(0, 36));
      CHECK(told[0].substr(36, 5) == "null,");
      CHECK(told[1].substr(36, 5) != "null,");
    }
  }

  TEST_CASE("spans of calls") {
    // Of the caller alone.
    const auto spans = [](const std::string& path) {
      TestRuntime runtime({Front(), Logger(std::string("(() => { const show = ") + kSpans + R"js(;
        let first;
        return (told) => {
          const shown = show(told);
          first = first ?? told.invocationId;
          return told.invocationId === first ? shown : undefined;
        };
      })())js")});
      runtime.Get(path);
      return Wait(runtime);
    };
    SUBCASE("a fetch") {
      CHECK(spans("/post") ==
            Texts{R"(["","fetch"])",
                  R"(["fetch","network.protocol.name=http","network.protocol.version=HTTP/1.1",)"
                  R"("http.request.method=POST","url.full=http://callee/x",)"
                  R"("http.request.header.content-type=text/plain;charset=UTF-8",)"
                  R"("http.request.body.size=3n","http.response.status_code=200n",)"
                  R"("http.response.body.size=6n"])",
                  R"(["fetch","closed"])"});
    }
    SUBCASE("a fetch to the network that fails") {
      CHECK(spans("/gone") ==
            Texts{R"(["","fetch"])",
                  R"(["fetch","network.protocol.name=http","network.protocol.version=HTTP/1.1",)"
                  R"("http.request.method=GET","url.full=http://127.0.0.1:1/"])",
                  R"(["fetch","closed"])"});
    }
    SUBCASE("a method call") {
      CHECK(spans("/call") ==
            Texts{R"(["","jsRpcSession"])", R"(["jsRpcSession","jsRpcCall"])",
                  R"(["jsRpcCall","jsrpc.target_kind=fetcher","jsrpc.operation=call",)"
                  R"("jsrpc.method=add"])",
                  R"(["jsRpcCall","closed"])", R"(["jsRpcSession","closed"])"});
    }
    SUBCASE("a property that is read") {
      CHECK(spans("/read")[2] ==
            R"(["jsRpcCall","jsrpc.target_kind=fetcher","jsrpc.operation=getProperty",)"
            R"("jsrpc.method=value"])");
    }
    SUBCASE("a call on a stub") {
      const Texts told = spans("/stub");
      REQUIRE(told.size() == 8);
      CHECK(told[5] == R"(["","jsRpcCall"])");
      CHECK(told[6] == R"(["jsRpcCall","jsrpc.target_kind=stub","jsrpc.operation=call",)"
                       R"("jsrpc.method=call"])");
    }
    SUBCASE("the callee's half of a method call, which its onset is part of the caller's of") {
      TestRuntime runtime({Front(), Logger(R"js((() => {
        let calling;
        return ({ spanContext, event }) => {
          if (event.name === 'jsRpcCall') calling = calling ?? event.spanId;
          if (event.type === 'onset' && event.entrypoint !== undefined) return [spanContext.spanId?.length];
          const [{ name, value }] = event.info?.slice?.(-1) ?? [{}];
          return name === 'jsrpc.caller_span_id' ? value === calling : undefined;
        };
      })())js")});
      runtime.Get("/call");
      CHECK(Wait(runtime) == Texts{"[16]", "true"});
    }
    SUBCASE("a Durable Object") {
      TestRuntime runtime({TestWorker("front", R"js(
        import { DurableObject } from 'cloudflare:workers';
        export class Room extends DurableObject { add(a, b) { return a + b; } }
        export default { async fetch(request, env) { return new Response(await env.ROOM.getByName('a').add(1, 2)); } };)js")
                               .Date("2026-11-01")
                               .Objects("ROOM", "Room")
                               .StreamingTail("logger"),
                           Logger(std::string("(() => { const show = ") + kSpans +
                                  "; return (told) => { const [at, ...all] = show(told) ?? []; "
                                  "return ['', 'durable_object_subrequest'].includes(at) ? "
                                  "[at, ...all] : undefined; }; })()")});
      runtime.Get();
      CHECK(PollUntil(runtime, [&] { return Told(runtime).size() >= 4; }));
      CHECK(Told(runtime) == Texts{R"(["","durable_object_subrequest"])",
                                   R"(["durable_object_subrequest","jsRpcSession"])",
                                   R"(["durable_object_subrequest","objectId=64"])",
                                   R"(["durable_object_subrequest","closed"])"});
    }
  }

  TEST_CASE("spans of a Worker's own") {
    TestRuntime runtime({Front(), Logger(std::string("(() => { const show = ") + kSpans + R"js(;
        let first;
        return (told) => {
          const shown = show(told);
          first = first ?? told.invocationId;
          return told.invocationId === first && !shown?.some?.((one) => /rpc/i.test(one)) ? shown : undefined;
        };
      })())js")});
    CHECK(runtime.Text("/spans") == "[true,true]");
    CHECK(Wait(runtime) ==
          Texts{R"(["","outer"])", R"(["outer","log","in"])", R"(["outer","inner"])",
                R"(["inner","closed"])",
                R"(["outer","text=b","number=1.5","truth=true","list=1,2","far=-Infinity"])",
                R"(["outer","closed"])", R"(["","fails"])", R"(["fails","closed"])",
                R"(["","manual"])", R"(["manual",{"type":"name","name":"renamed"}])",
                R"(["manual",{"type":"status","status":{"code":"error","message":"bad"}}])",
                R"(["manual","exception","noted"])", R"(["manual","closed"])", R"(["","open"])",
                R"(["","whole=1"])", R"(["open","is=told"])", R"(["open","closed"])"});
    SUBCASE("are nobody's where nobody is told at once") {
      TestRuntime other({TestWorker("front", kFront).Date("2026-11-01").Tail("logger"),
                         TestWorker("logger", "export default { tail() {} };")});
      CHECK(other.Text("/spans") == "[false,false]");
    }
  }

  TEST_CASE("calls on Durable Objects and their alarms are told of one by one") {
    TestRuntime runtime({TestWorker("front", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        fetch() { return new Response('room', { status: 202 }); }
        constructor(ctx, env) { super(ctx, env); console.log('made'); reportError(new Error('odd')); }
        add(a, b) { console.log('adding'); return a + b; }
        async fail() { throw new RangeError('no room'); }
        async ring() { await this.ctx.storage.setAlarm(1000); }
        alarm() { console.log('rings'); }
      }
      export default { async fetch(request, env) {
        const room = env.ROOM.getByName('a');
        await room.fetch('http://r/');
        await room.add(1, 2);
        await room.fail().catch(() => {});
        await room.ring();
        return new Response();
      } };)js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room")
                             .StreamingTail("logger"),
                         TestWorker("logger", R"js(
      export default { tailStream({ event: { durableObjectId, executionModel, entrypoint, info } }) {
        if (durableObjectId?.length !== 64) return undefined;
        const all = [executionModel, entrypoint, info.type];
        return ({ event }) => {
          if (/^span|attributes/.test(event.type)) return;
          all.push(event.message?.[0] ?? event.info?.statusCode ?? event.outcome ?? event.type);
          if (event.type === 'outcome') console.log('TAIL ' + all.join());
        };
      } };)js")});
    runtime.Get();
    CHECK(PollUntil(runtime, [&] { return Told(runtime).size() == 5; }));
    CHECK(Told(runtime) ==
          Texts{"durableObject,Room,fetch,made,o,202,ok",
                "durableObject,Room,jsrpc,adding,return,ok", "durableObject,Room,jsrpc,n,exception",
                "durableObject,Room,jsrpc,return,ok", "durableObject,Room,alarm,rings,ok"});
  }

  TEST_CASE("messages of hibernating WebSockets are told of one by one") {
    TestRuntime runtime(
        {TestWorker("front", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Hall extends DurableObject {
        fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          this.ctx.acceptWebSocket(server);
          return new Response(null, { status: 101, webSocket: client });
        }
        webSocketMessage(socket, message) { if (message === 'b') throw new Error('no b'); }
        webSocketClose() {}
      }
      export default { async fetch(request, env) {
        const { webSocket } = await env.HALL.getByName('h').fetch('http://h/', { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        webSocket.send('a'); webSocket.send('b'); webSocket.close(4001, 'over');
        return new Response();
      } };)js")
             .Date("2026-11-01")
             .Objects("HALL", "Hall")
             .StreamingTail("logger"),
         Logger("(() => { const all = new Map(); return ({ invocationId, event }) => { "
                "if (event.durableObjectId) all.set(invocationId, [event.info.info ?? "
                "event.info.type]); "
                "const of = all.get(invocationId); of?.push(event.info?.statusCode ?? event.type); "
                "return event.type === 'outcome' ? of?.slice(2) && [of[0], ...of.slice(2)] : "
                "undefined; }; })()")});
    runtime.Get();
    CHECK(PollUntil(runtime, [&] { return Told(runtime).size() >= 4; }));
    CHECK(Told(runtime) ==
          Texts{R"(["fetch","return","outcome"])", R"([{"type":"message"},"return","outcome"])",
                R"([{"type":"message"},"exception","outcome"])",
                R"([{"type":"close","code":4001,"wasClean":true},"return","outcome"])"});
  }

  TEST_CASE("what tailStream() returns") {
    const auto told = [](const std::string& tail_stream, const std::string& path = "/log") {
      TestRuntime runtime({Front(), TestWorker("logger", R"js(
        import { WorkerEntrypoint } from 'cloudflare:workers';
        const note = (...all) => console.log('TAIL ' + all.join());
        )js" + tail_stream)
                                        .Date("2026-11-01")
                                        .Var("V", "1")});
      CHECK(runtime.Get(path).status < 300);
      Texts lines = Wait(runtime);
      for (const auto& line : runtime.observer().lines) {
        if (line.worker == "logger" && !line.text.starts_with("TAIL ")) {
          lines.push_back(line.text.substr(0, line.text.find('\n')));
        }
      }
      return lines;
    };
    SUBCASE("may be an object of functions") {
      CHECK(told("export default { tailStream: (onset, env, ctx) => ({ tag: [env.V, typeof "
                 "ctx.waitUntil], log({ event }) { note(this.tag, event.level); }, "
                 "outcome: ({ event }) => note(event.outcome), return: 5 }) };") ==
            Texts{"1,function,log", "1,function,warn", "1,function,debug", "ok"});
    }
    SUBCASE("may be a promise") {
      CHECK(told("export default { async tailStream() { await scheduler.wait(1); "
                 "return ({ event }) => note(event.type); } };") ==
            Texts{"log", "log", "log", "return", "outcome"});
    }
    SUBCASE("may be nothing, and then there are no more events") {
      CHECK(told("export default { tailStream() { note('onset'); } };") == Texts{"onset"});
    }
    SUBCASE("is warned of when it is something else") {
      CHECK(
          told("export default { tailStream: () => 5 };") ==
          Texts{"tailStream() handler returned an unusable value. The tailStream() handler is "
                "expected to return either a function, an object, or undefined. Received number"});
    }
    SUBCASE("is waited for batch by batch") {
      CHECK(told("export default { tailStream: () => async ({ event }) => { note('begin', "
                 "event.type); await scheduler.wait(1); note('end', event.type); } };",
                 "/log") == Texts{"begin,log", "begin,log", "begin,log", "begin,return",
                                  "begin,outcome", "end,log", "end,log", "end,log", "end,return",
                                  "end,outcome"});
      // The line comes while the return is being handled.
      const Texts lines = told(
          "export default { tailStream: () => async ({ event }) => { note('begin', event.type); "
          "await scheduler.wait(9); note('end', event.type); } };",
          "/wait");
      CHECK(std::find(lines.begin(), lines.end(), "end,return") <
            std::find(lines.begin(), lines.end(), "begin,log"));
    }
    SUBCASE("may come from an entrypoint's class, whose constructor has env") {
      CHECK(told("export default class extends WorkerEntrypoint { tailStream() { return () => "
                 "note(this.env.V); } }",
                 "/") == Texts{"1", "1"});
    }
    SUBCASE("may extend the invocation") {
      CHECK(told("export default { tailStream: (onset, env, ctx) => ({ outcome() { "
                 "ctx.waitUntil(scheduler.wait(1).then(() => note('done'))); } }) };") ==
            Texts{"done"});
    }
    SUBCASE("is missing, which is warned of once") {
      TestRuntime runtime({Front(), TestWorker("logger", "export default { fetch() {} };")});
      runtime.Get();
      runtime.Get();
      Wait(runtime);
      CHECK(runtime.observer().Count("A worker configured to act as a streaming tail worker does "
                                     "not export a tailStream() handler.") == 1);
    }
    SUBCASE("is missing in a Service Worker script, too") {
      CHECK(told("addEventListener('fetch', () => {});").size() == 1);
    }
  }

  TEST_CASE("a handler that fails is logged, and nobody else is touched") {
    const auto fails = [](const std::string& tail_stream, const std::string& text) {
      TestRuntime runtime({Front(), TestWorker("logger", "export default {" + tail_stream + "};")});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      const auto* line = runtime.observer().Find(text);
      REQUIRE_MESSAGE(line != nullptr, runtime.observer().Text());
      CHECK(line->worker == "logger");
      CHECK(runtime.observer().Count("Uncaught") == 1);
    };
    fails("tailStream() { throw new Error('begun'); }", "Uncaught (in tailStream) Error: begun");
    fails("async tailStream() { throw new Error('later'); }",
          "Uncaught (in tailStream) Error: later");
    fails("tailStream: () => () => { throw new Error('event'); }",
          "Uncaught (in tailStream) Error: event");
    fails("tailStream: () => ({ async log() { throw new Error('async'); } })",
          "Uncaught (in tailStream) Error: async");
  }

  TEST_CASE("a tail Worker that hangs or runs for too long ends alone") {
    SUBCASE("in a promise that never settles") {
      TestRuntime runtime({Front(), TestWorker("logger",
                                               "export default { tailStream: () => () => new "
                                               "Promise(() => {}) };")});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      CHECK(runtime.observer().Find("hung") != nullptr);
    }
    SUBCASE("in a loop") {
      TestRuntime runtime({Front(), TestWorker("logger",
                                               "export default { tailStream: () => () => { for "
                                               "(;;); } };")
                                        .CpuMs(50)});
      CHECK(runtime.Text("/log") == "logged");
      Wait(runtime);
      CHECK(runtime.observer().Find("cpu_ms") != nullptr);
      CHECK(runtime.Text("/log") == "logged");
    }
  }

  TEST_CASE("events that nobody takes in time are dropped, and the stream says how many") {
    CHECK(Tell("/much",
               "(() => { let logs = 0; return (told, { type, diagnostic }) => { "
               "if (type === 'log') logs++; return type === 'streamDiagnostic' ? "
               "[told.sequence, diagnostic.diagnosticsType, logs + diagnostic.count] : "
               "type === 'outcome' ? told.sequence : undefined; }; })()") ==
          Texts{R"([42,"droppedEvents",40])", "43"});
  }

  TEST_CASE("more streams than can be under way are dropped, and the log says so") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
      return request.url.endsWith('/open') ? env.LOGGER.fetch(request) : new Response();)js")
                             .Service("LOGGER", "logger")
                             .StreamingTail("logger"),
                         TestWorker("logger", R"js(
      let open = false;
      export default {
        fetch() { open = true; return new Response(); },
        async tailStream() { while (!open) await scheduler.wait(1); console.log('TAIL'); },
      };)js")});
    for (size_t i = 0; i < Tails::kMaxUnderWay + 3; i++) runtime.Get();
    runtime.Get("/open");
    Wait(runtime);
    CHECK(runtime.observer().Count("TAIL") == Tails::kMaxUnderWay);
    CHECK(runtime.observer().Find("1 tail streams were dropped so far, because 1000 of them are "
                                  "under way at one Worker.") != nullptr);
  }

  TEST_CASE("streams that last are not in the way of tail events") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
      return request.url.endsWith('/open') ? env.LOGGER.fetch(request) : new Response();)js")
                             .Service("LOGGER", "logger")
                             .Tail("logger")
                             .StreamingTail("logger"),
                         TestWorker("logger", R"js(
      let open = false;
      export default {
        fetch() { open = true; return new Response(); },
        tail() { console.log('TAIL'); },
        async tailStream() { while (!open) await scheduler.wait(1); },
      };)js")});
    constexpr size_t kCount = Tails::kMaxUnderWay + 3;
    for (size_t i = 0; i < kCount; i++) runtime.Get();
    CHECK(PollUntil(runtime, [&] { return runtime.observer().Count("TAIL") == kCount; }));
    CHECK(runtime.observer().Find("tail streams were dropped") != nullptr);
    CHECK(runtime.observer().Find("tail events were dropped") == nullptr);
    runtime.Get("/open");
    Wait(runtime);
  }

  TEST_CASE("a Worker may have tail Workers of both kinds, and be one") {
    SUBCASE("the same Worker for both") {
      TestRuntime runtime({Front().Tail("logger"), TestWorker("logger", R"js(export default {
        tailStream: () => ({ outcome: () => console.log('TAIL stream') }),
        tail: ([item]) => console.log('TAIL ' + item.event.request.url),
      };)js")});
      runtime.Get();
      Texts told = Wait(runtime);
      std::sort(told.begin(), told.end());
      CHECK(told == Texts{"http://test/", "stream"});
    }
    SUBCASE("of which another one is told") {
      TestRuntime runtime({Front(), Logger(kTypes).StreamingTail("second"),
                           TestWorker("second", R"js(export default {
        tailStream: ({ event }) => console.log(`second ${event.scriptName} ${JSON.stringify(event.info)}`),
      };)js")});
      runtime.Get();
      Wait(runtime);
      CHECK(runtime.observer().Find(R"(second logger {"type":"trace","traces":[]})") != nullptr);
    }
    SUBCASE("never of what telling it led to") {
      constexpr char kTails[] =
          "export default { fetch: () => new Response(), "
          "tailStream({ event }) { console.log('told of ' + event.scriptName); } };";
      TestRuntime runtime({TestWorker("a", kTails).StreamingTail("a").StreamingTail("b"),
                           TestWorker("b", kTails).StreamingTail("a").StreamingTail("b")});
      runtime.Get();
      Wait(runtime);
      Texts told;
      for (const auto& line : runtime.observer().lines)
        told.push_back(line.worker + " " + line.text);
      std::sort(told.begin(), told.end());
      // The request, each of both; and b of a, which was told of it.
      CHECK(told == Texts{"a told of a", "b told of a", "b told of a"});
    }
  }

  TEST_CASE("a consumer that does not exist") {
    SUBCASE("is an error") {
      const Error error = testing::LoadError(
          {TestWorker::Handler("front", "return new Response()").StreamingTail("loger"),
           TestWorker::Handler("logger", "")});
      CHECK(error.message ==
            "front: streaming_tail_consumers names \"loger\", no such Worker (known: front, "
            "logger).");
      CHECK(error.hint == "Did you mean \"logger\"?");
    }
    SUBCASE("or is told nothing") {
      TestRuntime runtime(
          {TestWorker::Handler("front", "return new Response('fine')").StreamingTail("gone")},
          UnknownService::kFailOnUse);
      CHECK(runtime.Text() == "fine");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
