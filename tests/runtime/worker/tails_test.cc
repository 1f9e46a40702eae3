// What tail Workers are told. The shapes were compared with workerd.
#include "runtime/worker/tails.h"

#include <string>
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

// Writes a line for each item, which the test reads from the log: what `show`, a function of an
// item, says.
TestWorker Logger(const std::string& show) {
  return TestWorker("logger", "const show = " + show + R"js(;
    export default {
      fetch: () => new Response('logger'),
      async tail(events, env, ctx) {
        await 0;
        for (const item of events) console.log('TAIL ' + JSON.stringify(await show(item, events, env, ctx)));
      },
    };)js")
      .Date("2026-11-01")
      .Var("V", "1");
}

constexpr char kFront[] = R"js(
  import { WorkerEntrypoint } from 'cloudflare:workers';
  const later = (ms, action) => scheduler.wait(ms).then(action);
  export default {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url);
      switch (pathname) {
        case '/throw': throw new TypeError('boom');
        case '/text': throw 'a text';
        case '/object': throw { a: 1 };
        case '/hang': return new Promise(() => {});
        case '/spin': for (;;);
        case '/eat': { const all = []; for (;;) all.push(new Array(100_000).fill(all.length)); }
        case '/log': {
          console.log('one', { two: [2] }, undefined, 3n);
          console.warn(new RangeError('far'));
          console.error('%s!', 'four');
          const cycle = {}; cycle.cycle = cycle;
          console.debug(cycle);
          return new Response('logged');
        }
        case '/much':
          for (let i = 0; i < 5; i++) console.log('x'.repeat(100_000));
          return new Response('much');
        case '/wait': ctx.waitUntil(later(2, () => console.log('later'))); return new Response();
        case '/reject': ctx.waitUntil(later(1, () => { throw new Error('task'); })); return new Response();
        case '/pass': ctx.passThroughOnException(); throw new Error('passed on');
        case '/broken': {
          let count = 0;
          return new Response(new ReadableStream({ pull(controller) {
            if (count++ > 1) throw new Error('torn');
            controller.enqueue(new Uint8Array(1));
          } }));
        }
        case '/slow': await later(3_600_000); return new Response();
        case '/call': return new Response(await env.CALLEE.add(1, 2));
        case '/caught': await env.CALLEE.fail().catch(() => {}); return new Response('caught');
        case '/fetch': return env.CALLEE.fetch('http://callee/x', { headers: { 'x-plain': 'p' } });
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
    fail() { throw new RangeError('callee failed'); }
    queue(batch) { batch.ackAll(); }
    async connect(socket) { await socket.writable.close(); }
  })js";

TestWorker Front() {
  return TestWorker("front", kFront)
      .Date("2026-11-01")
      .Flag("service_binding_extra_handlers")
      .CpuMs(100)
      .MemoryMb(64)
      .Service("CALLEE", "front", "Callee")
      .Tail("logger");
}

// What the logger has written, without "TAIL ".
std::vector<std::string> Told(TestRuntime& runtime) {
  std::vector<std::string> told;
  for (const auto& line : runtime.observer().lines) {
    if (line.worker == "logger" && line.text.starts_with("TAIL "))
      told.push_back(line.text.substr(5));
  }
  return told;
}

std::vector<std::string> Wait(TestRuntime& runtime, size_t count = 1) {
  CHECK(PollUntil(runtime, [&] {
    return Told(runtime).size() >= count && runtime.graph().dispatcher().live_pipelines() == 0;
  }));
  return Told(runtime);
}

// GET `path`; what `show` then says of the invocations.
std::vector<std::string> Tell(const std::string& path, const std::string& show, size_t count = 1) {
  TestRuntime runtime({Front(), Logger(show)});
  runtime.Get(path);
  return Wait(runtime, count);
}

using Texts = std::vector<std::string>;

constexpr char kOutcome[] = "(item) => [item.outcome, item.event.response?.status ?? null]";
constexpr char kExceptions[] =
    "(item) => [item.outcome, ...item.exceptions.map((one) => `${one.name}: ${one.message}`)]";

TEST_SUITE("runtime/worker/tails") {
  TEST_CASE("of a request, a tail Worker is told") {
    SUBCASE("what was asked and answered") {
      CHECK(Tell("/a?b=c",
                 "({ scriptName, event: { request, response }, outcome }) => [scriptName, "
                 "outcome, request.method, request.url, response.status]") ==
            Texts{R"(["front","ok","GET","http://test/a?b=c",201])"});
    }
    SUBCASE("times") {
      CHECK(Tell("/wait",
                 "(item) => [Math.abs(Date.now() - item.eventTimestamp) < 60_000, item.wallTime >= "
                 "2, item.cpuTime >= 0, item.logs[0].timestamp >= item.eventTimestamp]") ==
            Texts{"[true,true,true,true]"});
    }
    SUBCASE("all fields that workerd has") {
      CHECK(Tell("/",
                 "(item) => [item.constructor.name, item.truncated, item.executionModel, "
                 "item.diagnosticsChannelEvents, item.entrypoint ?? null, "
                 "item.scriptVersion ?? null, Object.keys(item).length]") ==
            Texts{R"(["TraceItem",false,"stateless",[],null,null,18])"});
    }
    SUBCASE("once, as an array, with env and ctx") {
      CHECK(Tell("/",
                 "(item, events, env, ctx) => [Array.isArray(events), events.length, env.V, "
                 "typeof ctx.waitUntil]") == Texts{R"([true,1,1,"function"])"});
    }
    SUBCASE("in development also where the request is made up to come from") {
      TestRuntime runtime({Front(), Logger("({ event: { request } }) => [request.cf.colo, "
                                           "request.cf.clientAcceptEncoding]")},
                          RuntimeOptions{.local_endpoints = LocalEndpoints::kTriggers});
      Request request;
      request.url = "http://test/";
      request.headers = {{"accept-encoding", "zstd"}};
      runtime.Fetch(std::move(request));
      CHECK(Wait(runtime) == Texts{R"(["DFW","zstd"])"});
    }
    SUBCASE("no secrets of the request, unless it asks for them") {
      TestRuntime runtime({Front(), Logger("({ event: { request } }) => [request.headers.cookie, "
                                           "request.headers['x-a'], request.url, "
                                           "request.getUnredacted().headers.cookie]")});
      Request request;
      request.url = "http://test/0123456789abcdef0123456789abcdef";
      request.headers = {{"cookie", "a=b"}, {"x-a", "1"}};
      runtime.Fetch(std::move(request));
      CHECK(Wait(runtime) == Texts{R"(["REDACTED","1","http://test/REDACTED","a=b"])"});
    }
  }

  TEST_CASE("outcomes") {
    CHECK(Tell("/", kOutcome) == Texts{R"(["ok",201])"});
    CHECK(Tell("/throw", kOutcome) == Texts{R"(["exception",null])"});
    CHECK(Tell("/hang", kOutcome) == Texts{R"(["exception",null])"});
    CHECK(Tell("/spin", kOutcome) == Texts{R"(["exceededCpu",null])"});
    CHECK(Tell("/eat", kOutcome) == Texts{R"(["exceededMemory",null])"});
    CHECK(Tell("/reject", kOutcome) == Texts{R"(["ok",200])"});
  }

  TEST_CASE("exceptions") {
    SUBCASE("have name and message") {
      CHECK(Tell("/throw", kExceptions) == Texts{R"(["exception","TypeError: boom"])"});
      CHECK(Tell("/text", kExceptions) == Texts{R"(["exception","Error: a text"])"});
      CHECK(Tell("/object", kExceptions) == Texts{R"(["exception","Error: #<Object>"])"});
    }
    SUBCASE("have the Worker's frames and a time") {
      CHECK(Tell("/throw",
                 "({ exceptions: [one] }) => [/^    at Object\\.fetch \\(index\\.js:\\d+:\\d+\\)$/"
                 ".test(one.stack), one.timestamp > 0]") == Texts{"[true,true]"});
    }
    SUBCASE("of waitUntil tasks are told, too") {
      CHECK(Tell("/reject", kExceptions) == Texts{R"(["ok","Error: task"])"});
    }
    SUBCASE("that make a request go on to the origin are told") {
      CHECK(Tell("/pass", kExceptions)[0].starts_with(R"(["exception","Error: passed on")"));
    }
    SUBCASE("of a response's stream are told") {
      TestRuntime runtime({Front(), Logger(kExceptions)});
      auto broken = runtime.Start("/broken");
      CHECK(Wait(runtime) == Texts{R"(["exception","Error: torn"])"});
      CHECK(PollUntil(runtime, [&] { return broken->done(); }));
    }
    SUBCASE("that isolane has made are told") {
      CHECK(Tell("/hang", kExceptions)[0].find("your Worker's code had hung") != std::string::npos);
    }
  }

  TEST_CASE("console lines") {
    SUBCASE("have levels and arguments") {
      CHECK(Tell("/log", "(item) => item.logs.map((one) => [one.level, one.message])") ==
            Texts{R"([["log",["one",{"two":[2]},null,"3"]],["warn",["RangeError: far"]],)"
                  R"(["error",["%s!","four"]],["debug",["<ref *1> { cycle: [Circular *1] }"]]])"});
    }
    SUBCASE("have what is known of errors") {
      CHECK(Tell("/log",
                 "(item) => item.logs[1].errorInfo.map(({ name, message }) => [name, message])") ==
            Texts{R"([["RangeError","far"]])"});
    }
    SUBCASE("of waitUntil tasks are among them") {
      CHECK(Tell("/wait", "(item) => item.logs.map((one) => one.message)") ==
            Texts{R"([["later"]])"});
    }
    SUBCASE("are cut off when there are too many") {
      CHECK(Tell("/much", "(item) => [item.logs.length, item.truncated]") == Texts{"[2,true]"});
    }
  }

  TEST_CASE("a client that leaves is told of as canceled") {
    TestRuntime runtime({Front(), Logger(kOutcome)});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket socket(*port);
    socket.Send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() > 0; }));
    socket.Reset();
    CHECK(Wait(runtime) == Texts{R"(["canceled",null])"});
  }

  TEST_CASE("each invocation is told of for itself") {
    SUBCASE("a method call") {
      CHECK(Tell("/call", "(item) => [item.entrypoint ?? null, item.event.rpcMethod ?? null]", 2) ==
            Texts{R"(["Callee","add"])", "[null,null]"});
    }
    SUBCASE("a fetch over a binding") {
      CHECK(Tell("/fetch", "(item) => [item.event.request.url, item.event.request.headers]",
                 2)[0] == R"(["http://callee/x",{"x-plain":"p"}])");
    }
    SUBCASE("an exception is that of the callee alone when the caller catches it") {
      CHECK(Tell("/caught", kExceptions, 2) ==
            Texts{R"(["exception","RangeError: callee failed"])", R"(["ok"])"});
    }
    SUBCASE("a batch of messages") {
      CHECK(Tell("/queue", "(item) => [item.event.queue ?? null, item.event.batchSize ?? null]",
                 2)[0] == R"(["q",1])");
    }
    SUBCASE("a connection") {
      CHECK(Tell("/connect", "(item) => item.event.constructor.name", 2)[0] ==
            R"("ConnectEventInfo")");
    }
    SUBCASE("a cron trigger") {
      TestRuntime runtime({Front(), Logger("({ event, outcome }) => [event.cron, "
                                           "event.scheduledTime, outcome]")});
      REQUIRE(runtime.get().Scheduled({.cron = "throw", .time_ms = 7}).ok());
      CHECK(Wait(runtime) == Texts{R"(["throw",7,"exception"])"});
    }
  }

  TEST_CASE("calls on Durable Objects are told of one by one") {
    constexpr char kRooms[] = R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        fetch() { return new Response('room', { status: 202 }); }
        add(a, b) { console.log('adding'); return a + b; }
        async fail() { await 0; throw new RangeError('no room'); }
        wait() { return new Promise((resolve) => { this.resolve = resolve; }); }
        wake() { this.resolve(); }
        reset() { this.ctx.abort('reset'); }
        async ring(how) { this.how = how; await this.ctx.storage.setAlarm(1000); }
        async alarm() {
          console.log(this.how);
          if (this.how === 'fails') { await this.ctx.storage.deleteAlarm(); throw new Error('no bell'); }
          if (this.how === 'aborts') { await this.ctx.storage.deleteAlarm(); this.ctx.abort('bell'); }
        }
      }
      export class Hall extends DurableObject {
        fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          this.ctx.acceptWebSocket(server);
          return new Response(null, { status: 101, webSocket: client });
        }
        webSocketMessage(socket, message) { console.log(message); if (message === 'b') throw new Error('no b'); }
        webSocketClose(socket, code) { console.log('closed'); }
      }
      export class Loud extends Room {
        constructor(ctx, env) { super(ctx, env); console.log('made'); reportError(new Error('odd')); }
      }
      export class Broken extends DurableObject {
        constructor(ctx, env) { super(ctx, env); throw new Error('never'); }
      })js";
    // Its own request is not of interest.
    constexpr char kShow[] =
        "(item) => item.durableObjectId === undefined ? 0 : [item.executionModel, item.entrypoint, "
        "item.durableObjectId.length, item.event.rpcMethod ?? item.event.response?.status ?? "
        "item.event.scheduledTime?.constructor.name ?? item.event.getWebSocketEvent ?? null, "
        "item.outcome, ...item.logs.map((one) => one.message[0]), "
        "...item.exceptions.map((one) => one.message)]";
    const auto tell = [&](const std::string& code, size_t count) {
      TestRuntime runtime({TestWorker("front", std::string(kRooms) + R"js(
        export default { async fetch(request, env) {
          const room = env.ROOM.getByName('a');
          await (async () => { )js" + code + R"js( })().catch(() => {});
          return new Response();
        } };)js")
                               .Date("2026-11-01")
                               .Objects("ROOM", "Room")
                               .Objects("BROKEN", "Broken")
                               .Objects("LOUD", "Loud")
                               .Objects("HALL", "Hall")
                               .Tail("logger"),
                           Logger(kShow)});
      runtime.Get();
      CHECK(PollUntil(runtime, [&] { return Told(runtime).size() >= count + 1; }));
      std::vector<std::string> told = Told(runtime);
      std::erase(told, "0");
      return told;
    };
    SUBCASE("methods, with what they wrote") {
      CHECK(tell("await room.add(1, 2);", 1) ==
            Texts{R"(["durableObject","Room",64,"add","ok","adding"])"});
    }
    SUBCASE("requests") {
      CHECK(tell("await room.fetch('http://r/');", 1) ==
            Texts{R"(["durableObject","Room",64,202,"ok"])"});
    }
    SUBCASE("the first one with what the constructor wrote and reported") {
      CHECK(
          tell("const loud = env.LOUD.getByName('a'); await loud.add(1, 2); await loud.add(1, 2);",
               2) == Texts{R"(["durableObject","Loud",64,"add","ok","made","adding","odd"])",
                           R"(["durableObject","Loud",64,"add","ok","adding"])"});
    }
    SUBCASE("exceptions") {
      CHECK(tell("await room.fail();", 1) ==
            Texts{R"(["durableObject","Room",64,"fail","exception","no room"])"});
    }
    SUBCASE("several at a time") {
      CHECK(tell("const one = room.wait(); await room.fail().catch(() => {}); await room.wake(); "
                 "await one;",
                 3) == Texts{R"(["durableObject","Room",64,"fail","exception","no room"])",
                             R"(["durableObject","Room",64,"wake","ok"])",
                             R"(["durableObject","Room",64,"wait","ok"])"});
    }
    SUBCASE("alarms") {
      CHECK(tell("await room.ring('rings');", 2) ==
            Texts{R"(["durableObject","Room",64,"ring","ok"])",
                  R"(["durableObject","Room",64,"Date","ok","rings"])"});
    }
    SUBCASE("alarms that fail") {
      CHECK(tell("await room.ring('fails');", 2)[1] ==
            R"(["durableObject","Room",64,"Date","exception","fails","no bell"])");
    }
    SUBCASE("alarms that end with their object") {
      CHECK(tell("await room.ring('aborts');", 2)[1] ==
            R"(["durableObject","Room",64,"Date","exception","aborts","bell"])");
    }
    SUBCASE("messages of hibernating WebSockets") {
      CHECK(tell("const { webSocket } = await env.HALL.getByName('h').fetch('http://h/', "
                 "{ headers: { upgrade: 'websocket' } }); webSocket.accept(); "
                 "webSocket.send('a'); webSocket.send('b'); webSocket.close(4001, 'over');",
                 4) ==
            Texts{R"(["durableObject","Hall",64,101,"ok"])",
                  R"(["durableObject","Hall",64,{"webSocketEventType":"message"},"ok","a"])",
                  R"(["durableObject","Hall",64,{"webSocketEventType":"message"},"exception","b",)"
                  R"("no b"])",
                  R"(["durableObject","Hall",64,{"webSocketEventType":"close","code":4001,)"
                  R"("wasClean":true},"ok","closed"])"});
    }
    SUBCASE("a constructor that fails") {
      CHECK(tell("await env.BROKEN.getByName('b').add(1, 2);", 1) ==
            Texts{R"(["durableObject","Broken",64,"add","exception","never"])"});
    }
    SUBCASE("an object that is reset ends them all") {
      CHECK(tell("const one = room.wait(); await room.reset().catch(() => {}); await one;", 2) ==
            Texts{R"(["durableObject","Room",64,"wait","exception","reset"])",
                  R"(["durableObject","Room",64,"reset","exception","reset"])"});
    }
  }

  TEST_CASE("the response does not wait for a tail Worker") {
    TestRuntime runtime({Front(), TestWorker("logger", R"js(
      let finish;
      const gate = new Promise((resolve) => { finish = resolve; });
      export default {
        fetch: () => new Response(),
        async tail() { await scheduler.wait(1); console.log('TAIL done'); },
      };)js")});
    CHECK(runtime.Get("/").status == 201);
    CHECK(Told(runtime).empty());
    CHECK(Wait(runtime) == Texts{"done"});
  }

  TEST_CASE("a tail Worker") {
    const auto with_logger = [](const std::string& source) {
      return std::vector<TestWorker>{Front(), TestWorker("logger", source)};
    };
    SUBCASE("that throws is logged, and nobody else is touched") {
      TestRuntime runtime(
          with_logger("export default { tail() { throw new Error('tail failed'); } };"));
      CHECK(runtime.Get("/").status == 201);
      CHECK(PollUntil(runtime, [&] {
        return runtime.observer().Find("Uncaught (in tail) Error: tail failed") != nullptr;
      }));
    }
    SUBCASE("without a handler is warned of once") {
      TestRuntime runtime(with_logger("export default { fetch() {} };"));
      runtime.Get("/");
      runtime.Get("/");
      CHECK(PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }));
      CHECK(runtime.observer().Count(
                "we lack a handler, did you remember to export a tail() function?") == 1);
    }
    SUBCASE("may be a Service Worker script") {
      TestRuntime runtime(with_logger(
          "addEventListener('tail', (event) => console.log('TAIL ' + event.events[0].outcome));"));
      runtime.Get("/");
      CHECK(Wait(runtime) == Texts{"ok"});
    }
    SUBCASE("is no request to the observer") {
      TestRuntime runtime({Front(), Logger(kOutcome)});
      runtime.Get("/");
      Wait(runtime);
      CHECK(runtime.observer().requests.size() == 1);
    }
    SUBCASE("that runs for too long ends alone") {
      TestRuntime runtime(
          {Front(), TestWorker("logger", "export default { tail() { for (;;); } };").CpuMs(50)});
      CHECK(runtime.Get("/").status == 201);
      CHECK(PollUntil(runtime, [&] { return runtime.observer().Find("cpu_ms") != nullptr; }));
      CHECK(runtime.Get("/").status == 201);
      CHECK(PollUntil(runtime, [&] { return runtime.observer().Count("cpu_ms") == 2; }));
    }
  }

  TEST_CASE("more tail events than can be under way are dropped, and the log says so") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
      return request.url.endsWith('/open') ? env.LOGGER.fetch(request) : new Response();)js")
                             .Service("LOGGER", "logger")
                             .Tail("logger"),
                         TestWorker("logger", R"js(
      let open = false;
      export default {
        fetch() { open = true; return new Response(); },
        async tail() { while (!open) await scheduler.wait(1); console.log('TAIL'); },
      };)js")});
    for (size_t i = 0; i < Tails::kMaxUnderWay + 3; i++) runtime.Get();
    runtime.Get("/open");
    CHECK(PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }));
    CHECK(runtime.observer().Count("TAIL") == Tails::kMaxUnderWay);
    CHECK(runtime.observer().Find("1 tail events were dropped so far, because 1000 of them are "
                                  "under way at one Worker.") != nullptr);
  }

  TEST_CASE("tails of tails") {
    SUBCASE("are told of what a tail Worker did") {
      TestRuntime runtime({Front(), Logger(kOutcome).Tail("second"), TestWorker("second", R"js(
        export default { tail([item]) {
          console.log(`second ${item.scriptName} ${item.event.consumedEvents[0].scriptName}`);
        } };)js")});
      runtime.Get("/");
      CHECK(PollUntil(runtime,
                      [&] { return runtime.observer().Find("second logger front") != nullptr; }));
    }
    SUBCASE("never come back to a Worker that was told") {
      TestRuntime runtime({TestWorker("a", R"js(
          export default { fetch: () => new Response('a'), tail() { console.log('TAIL a'); } };)js")
                               .Tail("a")
                               .Tail("b"),
                           TestWorker("b", "export default { tail() { console.log('TAIL b'); } };")
                               .Tail("a")
                               .Tail("b")});
      runtime.Get("/");
      CHECK(PollUntil(runtime, [&] { return runtime.graph().dispatcher().live_pipelines() == 0; }));
      CHECK(runtime.observer().Count("TAIL ") >= 1);
      CHECK(runtime.observer().Count("TAIL ") <= 4);
    }
  }

  TEST_CASE("a consumer that does not exist") {
    SUBCASE("is an error") {
      const Error error =
          testing::LoadError({TestWorker::Handler("front", "return new Response()").Tail("loger"),
                              TestWorker::Handler("logger", "")});
      CHECK(error.message ==
            "front: tail_consumers names \"loger\", no such Worker (known: front, logger).");
      CHECK(error.hint == "Did you mean \"logger\"?");
      CHECK(error.where == "wrangler.toml:3");
    }
    SUBCASE("or is told nothing") {
      TestRuntime runtime(
          {TestWorker::Handler("front", "return new Response('fine')").Tail("gone")},
          UnknownService::kFailOnUse);
      CHECK(runtime.Text() == "fine");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
