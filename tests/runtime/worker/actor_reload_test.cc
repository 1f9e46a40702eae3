// Durable Objects of a Worker that gets another version.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::Specs;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kRoom[] = R"js(
  import { DurableObject } from 'cloudflare:workers';
  export class Room extends DurableObject {
    count = 0;
    version() { return version + this.count++; }
    async slowly(ms) { await scheduler.wait(ms); return this.version(); }
    async add(n) {
      const sum = (await this.ctx.storage.get('sum') ?? 0) + n;
      await this.ctx.storage.put('sum', sum);
      return sum;
    }
    async slowlySelf() {
      await scheduler.wait(20);
      return [version, await this.env.ROOM.getByName('r').version()];
    }
    async throughWorker() { await scheduler.wait(20); return (await this.env.SELF.fetch('http://x/version')).text(); }
    // Over another object, and back.
    async around() { await scheduler.wait(20); return this.env.ROOM.getByName('other').call('r'); }
    async call(name) { return version + ' ' + await this.env.ROOM.getByName(name).version(); }
    thing() { return { close() { return version + ' closed'; } }; }
    forever() { setInterval(() => {}, 5); return new Promise(() => { this.never = true; }); }
    async task() { this.ctx.waitUntil(scheduler.wait(20).then(() => this.ctx.storage.put('sum', 77))); }
    setAlarm(ms) { this.ctx.storage.setAlarm(Date.now() + ms); }
    alarm() { console.log('alarm of ' + version); }
    fetch(request) {
      const [client, server] = Object.values(new WebSocketPair());
      if (request.url.endsWith('/plain')) {
        server.accept();
        server.onmessage = () => server.send(version);
      } else {
        this.ctx.acceptWebSocket(server);
      }
      return new Response(null, { status: 101, webSocket: client });
    }
    webSocketMessage(socket) { socket.send(version); }
  }
)js";

constexpr char kCaller[] = R"js(
  const next = (socket, type) => new Promise((resolve) => {
    socket.addEventListener(type, resolve, { once: true });
  });
  export default { async fetch(request, env) {
    const room = env.ROOM.getByName('r');
    const { pathname, searchParams } = new URL(request.url);
    const argument = Number(searchParams.get('n'));
    try {
      if (pathname === '/socket' || pathname === '/plain') {
        const { webSocket } = await room.fetch(request.url, { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        webSocket.send('');
        const first = (await next(webSocket, 'message')).data;
        const closed = next(webSocket, 'close');
        console.log('open');
        await scheduler.wait(20);
        if (pathname === '/socket') webSocket.send('');
        const second = await Promise.race([closed, next(webSocket, 'message')]);
        const text = second.data ?? second.code + ' ' + second.reason;
        webSocket.close();
        return Response.json([first, text]);
      }
      if (pathname === '/thing') {
        using thing = await room.thing();
        const counted = await room.version();
        await scheduler.wait(20);
        return Response.json([counted, await thing.close(), await room.version()]);
      }
      const value = await room[pathname.slice(1)](argument);
      return typeof value === 'string' ? new Response(value) : Response.json(value ?? null);
    } catch (error) { return new Response(`${error.name}: ${error.message} ${error.durableObjectReset}`); }
  } })js";

TestWorker Version(const std::string& name) {
  return TestWorker("rooms", "const version = '" + name + "';" + kRoom + kCaller)
      .Date("2026-11-01")
      .Objects("ROOM", "Room")
      .Service("SELF", "rooms");
}

void Reload(TestRuntime& runtime, const TestWorker& worker) {
  const Status done = runtime.get().Reload({.workers = Specs({worker})});
  CHECK_MESSAGE(done.ok(), (done.ok() ? "" : done.error().ToString()));
}

// What a request gets that has begun before the change.
std::string Across(TestRuntime& runtime, const std::string& path, const std::string& log = "") {
  auto pending = runtime.Start(path);
  runtime.Poll();
  if (!log.empty()) CHECK(PollUntil(runtime, [&] { return runtime.observer().Count(log) > 0; }));
  CHECK_MESSAGE(!pending->done(), "the request was over before the Worker could be replaced");
  Reload(runtime, Version("two"));
  CHECK(PollUntil(runtime, [&] { return pending->done(); }));
  const std::string text = pending->response().body;
  CHECK(PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; }));
  return text;
}

TEST_SUITE("runtime/worker/dispatcher_reload") {
  TEST_CASE("a Durable Object of a replaced Worker") {
    TestRuntime runtime({Version("one")});
    SUBCASE("starts again with the new code and what it has stored") {
      CHECK(runtime.Text("/version") == "one0");
      CHECK(runtime.Text("/add?n=3") == "3");
      Reload(runtime, Version("two"));
      CHECK(runtime.Text("/version") == "two0");
      CHECK(runtime.Text("/add?n=4") == "7");
      CHECK(runtime.graph().retiring() == 0);
    }
    SUBCASE("answers what it has begun; what comes meanwhile waits for the new instance") {
      auto first = runtime.Start("/slowly?n=20");
      runtime.Poll();
      Reload(runtime, Version("two"));
      auto second = runtime.Start("/version");
      runtime.Poll();
      REQUIRE(PollUntil(runtime, [&] { return second->done(); }));
      CHECK(first->done());
      CHECK(first->response().body == "one0");
      CHECK(second->response().body == "two0");
    }
    SUBCASE("may call itself meanwhile") {
      CHECK(Across(runtime, "/slowlySelf") == R"(["one","one0"])");
    }
    SUBCASE("also through a Worker, which is the new one") {
      CHECK(Across(runtime, "/throughWorker") == "one0");
    }
    SUBCASE("also through another object, which is a new one") {
      CHECK(Across(runtime, "/around") == "two one0");
    }
    SUBCASE("serves those who hold a stub of one of its objects") {
      CHECK(Across(runtime, "/thing") == R"(["one0","one closed","one1"])");
      CHECK(runtime.Text("/version") == "two0");
    }
    SUBCASE("finishes its waitUntil tasks first") {
      CHECK(runtime.Text("/task") == "null");
      Reload(runtime, Version("two"));
      CHECK(runtime.Text("/add?n=1") == "78");
    }
    SUBCASE("has the same alarm") {
      // The first version may have had it before it was replaced, at a slow moment: then a later
      // one.
      for (int ms = 5; ms < 10'000; ms *= 4) {
        TestRuntime other({Version("one")});
        CHECK(other.Text("/setAlarm?n=" + std::to_string(ms)) == "null");
        Reload(other, Version("two"));
        const size_t before = other.observer().Count("alarm of one");
        CHECK(PollUntil(other, [&] { return other.observer().Count("alarm of ") == 1; }));
        CHECK(other.observer().Count("alarm of one") == before);
        if (before == 0) break;
        CHECK_MESSAGE(ms < 5000, "the alarm always went off before the Worker was replaced");
      }
    }
    SUBCASE("keeps the sockets that it has handed over") {
      CHECK(Across(runtime, "/socket", "open") == R"(["one","two"])");
    }
    SUBCASE("closes its other sockets, so that clients connect again") {
      CHECK(Across(runtime, "/plain", "open") ==
            R"(["one","1012 Durable Object reset because its code was updated."])");
    }
    SUBCASE("is moved twice in a row") {
      auto first = runtime.Start("/slowly?n=20");
      runtime.Poll();
      Reload(runtime, Version("two"));
      Reload(runtime, Version("three"));
      CHECK(runtime.Text("/version") == "three0");
      CHECK(first->done());
      CHECK(first->response().body == "one0");
      CHECK(PollUntil(runtime, [&] { return runtime.graph().retiring() == 0; }));
    }
    SUBCASE("ends with its class") {
      CHECK(runtime.Text("/version") == "one0");
      Reload(runtime, TestWorker::Handler("rooms", "return new Response('no rooms');"));
      CHECK(runtime.Text() == "no rooms");
      CHECK(runtime.graph().retiring() == 0);
    }
  }

  TEST_CASE("an object that never answers is reset after the time of waitUntil tasks") {
    TestRuntime runtime({Version("one").With([](Limits& limits) { limits.wait_until_ms = 1; })});
    CHECK(Across(runtime, "/forever") ==
          "Error: Durable Object reset because its code was updated. true");
    CHECK(runtime.Text("/version") == "two0");
  }

  TEST_CASE("a binding to a class of another Worker") {
    TestRuntime runtime({TestWorker::Handler("front", R"js(
                             return new Response(await env.ROOM.getByName('r').version());)js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room", "rooms"),
                         Version("one")});
    CHECK(runtime.Text() == "one0");
    SUBCASE("leads to the new version") {
      Reload(runtime, Version("two"));
      CHECK(runtime.Text() == "two0");
    }
    SUBCASE("may be the first one of a class") {
      const Status done =
          runtime.get().Reload({.workers = Specs({TestWorker::Handler("front", R"js(
                                 return new Response(await env.O.getByName('o').where());)js")
                                                      .Date("2026-11-01")
                                                      .Objects("O", "Other", "third"),
                                                  TestWorker("third", R"js(
                                 import { DurableObject } from 'cloudflare:workers';
                                 export class Other extends DurableObject { where() { return 'there'; } }
                                 export default {};)js")
                                                      .Date("2026-11-01")})});
      REQUIRE(done.ok());
      CHECK(runtime.Text() == "there");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
