// What streaming tail Workers are told. The shapes were compared with wrangler dev.
#include "runtime/worker/tail_stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/tail_stream_workers.h"

namespace isolane::worker {
namespace {

using namespace tails;
using http::RawSocket;

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
