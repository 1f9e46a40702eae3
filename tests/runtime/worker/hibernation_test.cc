// WebSockets that a Durable Object has accepted with ctx.acceptWebSocket(): they outlive its
// instances.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

#include "runtime/worker/graph.h"

namespace isolane::worker {
namespace {

using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kRoom[] = R"js(
  import { DurableObject } from 'cloudflare:workers';
  let instances = 0;
  export class Room extends DurableObject {
    constructor(ctx, env) { super(ctx, env); this.number = ++instances; this.log = []; }
    fetch(request) {
      const [client, server] = Object.values(new WebSocketPair());
      const tags = new URL(request.url).searchParams.getAll('tag');
      this.ctx.acceptWebSocket(server, tags.length > 0 ? tags : undefined);
      server.serializeAttachment({ tags });
      return new Response(null, { status: 101, webSocket: client });
    }
    webSocketMessage(socket, message) {
      if (message === 'instance') return socket.send(String(this.number));
      if (message === 'attached') return socket.send(JSON.stringify(socket.deserializeAttachment()));
      if (message === 'quit') return socket.close(4001, 'as you wish');
      if (message === 'throw') throw new RangeError('in the handler');
      for (const one of this.ctx.getWebSockets()) one.send(typeof message === 'string' ? 'all: ' + message : message);
    }
    webSocketClose(socket, code, reason, wasClean) {
      lastClose = [code, reason, wasClean];
      found = this.ctx.getWebSockets().map((one) => (one === socket ? 'the closing one' : 'another'));
      if (wasClean && socket.readyState !== 3) socket.close(code, reason);
    }
    sockets(tag) { return this.ctx.getWebSockets(tag).length; }
    tags() { return this.ctx.getWebSockets().map((one) => this.ctx.getTags(one)); }
    answer(request, response) {
      this.ctx.setWebSocketAutoResponse(
        request === undefined ? undefined : new WebSocketRequestResponsePair(request, response));
      const pair = this.ctx.getWebSocketAutoResponse();
      return pair === null ? null : [pair.request, pair.response];
    }
    answered() { return this.ctx.getWebSockets().map((one) => this.ctx.getWebSocketAutoResponseTimestamp(one) instanceof Date); }
    closed() { return lastClose; }
    foundInClose() { return found; }
    instance() { return this.number; }
    timeout(ms) { this.ctx.setHibernatableWebSocketEventTimeout(ms); return this.ctx.getHibernatableWebSocketEventTimeout(); }
    wrong(what) {
      const [client, server] = Object.values(new WebSocketPair());
      if (what === 'accepted') { server.accept(); this.ctx.acceptWebSocket(server); }
      if (what === 'tags') this.ctx.acceptWebSocket(server, '0123456789a'.split(''));
      if (what === 'tag') this.ctx.acceptWebSocket(server, ['x'.repeat(257)]);
      if (what === 'attach') server.serializeAttachment('x'.repeat(20000));
      if (what === 'socket') this.ctx.acceptWebSocket({});
      if (what === 'getTags') this.ctx.getTags(server);
      if (what === 'long') this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('x'.repeat(3000), ''));
    }
  }
  let lastClose;
  let found;)js";

// Runs `code` with `room`, `open(query)`, `next(socket)`.
TestWorker Caller(const std::string& code) {
  return TestWorker::Evaluating("caller", std::string(kRoom) + R"js(
    const next = (socket, type = 'message') => new Promise((resolve) => {
      socket.addEventListener(type, (event) => resolve(type === 'message' ? event.data : [event.code, event.reason, event.wasClean]), { once: true });
    });
)js",
                                R"js(
      const room = env.ROOM.getByName('a');
      const open = async (query = '') => {
        const { webSocket } = await room.fetch('http://x/?' + query, { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        return webSocket;
      };
      const ask = (socket, text) => { const answer = next(socket); socket.send(text); return answer; };
)js" + code)
      .Date("2026-11-01")
      .Objects("ROOM", "Room");
}

std::string Run(const std::string& code) { return TestRuntime({Caller(code)}).Text(); }

TEST_SUITE("runtime/worker/hibernation") {
  TEST_CASE("messages go to webSocketMessage(), for all sockets of the object") {
    CHECK(Run(R"js(
      const [a, b] = [await open(), await open()];
      const both = Promise.all([next(a), next(b)]);
      a.send('hi');
      return both;
    )js") == R"(["all: hi","all: hi"])");
  }

  TEST_CASE("binary messages are array buffers") {
    CHECK(Run(R"js(
      const a = await open();
      const bytes = await ask(a, new Uint8Array([1, 2]));
      return [...new Uint8Array(bytes instanceof Blob ? await bytes.arrayBuffer() : bytes)];
    )js") == "[1,2]");
  }

  TEST_CASE("a socket outlives the instance: the next message starts another one") {
    TestRuntime runtime({Caller(R"js(
      const a = await open('tag=x&tag=y');
      const said = [await ask(a, 'instance')];
      await fetch('http://test/evict').catch(() => {});
      said.push(await ask(a, 'instance'), await ask(a, 'attached'), await room.tags(), await room.sockets('y'));
      return said;
    )js")});
    // The object is idle while its caller waits: it is evicted by hand.
    const auto pending = runtime.Start();
    Dispatcher& dispatcher = runtime.graph().dispatcher();
    CHECK(PollUntil(runtime, [&] {
      dispatcher.EndIdleActors();
      return pending->done();
    }));
    CHECK(pending->response().body.find(R"({\"tags\":[\"x\",\"y\"]})") != std::string::npos);
    CHECK(pending->response().body.find(R"([["x","y"]],1])") != std::string::npos);
    CHECK(pending->response().body.starts_with("[\"1\","));
    CHECK_FALSE(pending->response().body.starts_with("[\"1\",\"1\""));
  }

  TEST_CASE("tags select sockets") {
    CHECK(Run(R"js(
      await open('tag=red'); await open('tag=red&tag=big'); await open();
      return [await room.sockets(), await room.sockets('red'), await room.sockets('big'), await room.sockets('none')];
    )js") == "[3,2,1,0]");
  }

  TEST_CASE("closes reach webSocketClose(), and the socket is gone") {
    CHECK(Run(R"js(
      const a = await open('tag=answered');
      const closed = next(a, 'close');
      a.close(4000, 'done');
      return [await closed, await room.closed(), await room.sockets()];
    )js") == R"([[4000,"done",true],[4000,"done",true],0])");
  }

  TEST_CASE("webSocketClose() still finds the socket among the others") {
    CHECK(Run(R"js(
      const [a, b] = [await open(), await open()];
      const closed = next(a, 'close');
      a.close(4000, 'done');
      await closed;
      return [await room.foundInClose(), await room.sockets(), b.readyState];
    )js") == R"([["another","the closing one"],1,1])");
  }

  TEST_CASE("the object closes a socket") {
    CHECK(Run(R"js(
      const a = await open();
      const closed = next(a, 'close');
      a.send('quit');
      return closed;
    )js") == R"([4001,"as you wish",true])");
  }

  TEST_CASE("a client that vanishes is a close with code 1006") {
    TestRuntime runtime({Caller(R"js(
      if (request.url.endsWith('/open')) { await open(); return 'opened'; }
      return room.closed();
    )js")});
    CHECK(runtime.Text("/open") == "opened");
    CHECK(runtime.Text() ==
          R"([1006,"WebSocket disconnected without sending Close frame.",false])");
  }

  TEST_CASE("an automatic answer needs no instance") {
    TestRuntime runtime({Caller(R"js(
      const a = await open();
      const said = [await room.answer('ping', 'pong'), await ask(a, 'ping'), await ask(a, 'instance'),
        await room.answered()];
      said.push(await room.answer(), await ask(a, 'ping'));
      return said;
    )js")});
    CHECK(runtime.Text() == R"([["ping","pong"],"pong","1",[true],null,"all: ping"])");
  }

  TEST_CASE("what a handler throws is logged, and the socket stays open") {
    TestRuntime runtime({Caller(R"js(
      const a = await open();
      a.send('throw');
      return ask(a, 'still');
    )js")});
    CHECK(runtime.Text() == "all: still");
    CHECK(runtime.observer().Find("RangeError: in the handler") != nullptr);
  }

  TEST_CASE("a reset of the object breaks its sockets") {
    TestRuntime runtime({TestWorker("caller", R"js(
      import { DurableObject } from 'cloudflare:workers';
      export class Room extends DurableObject {
        fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          this.ctx.acceptWebSocket(server);
          return new Response(null, { status: 101, webSocket: client });
        }
        webSocketMessage() { this.ctx.abort('enough'); }
      }
      export default { async fetch(request, env) {
        const { webSocket } = await env.ROOM.getByName('a').fetch('http://x/', { headers: { upgrade: 'websocket' } });
        webSocket.accept();
        const closed = new Promise((resolve) => webSocket.addEventListener('close', (event) => resolve(event.code)));
        webSocket.send('x');
        return new Response(String(await closed));
      } })js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room")});
    CHECK(runtime.Text() == "1006");
  }

  TEST_CASE("mistakes are named") {
    const std::pair<const char*, const char*> cases[] = {
        {"accepted",
         "Error: Cannot call `acceptWebSocket()` if the WebSocket was already accepted via "
         "`accept()`"},
        {"tags", "Error: a Hibernatable WebSocket cannot have more than 10 tags"},
        {"getTags",
         "Error: you must call 'acceptWebSocket()' before attempting to access the tags of a "
         "WebSocket."},
        {"long",
         "RangeError: Request cannot be larger than 2048 bytes. A request of size 3000 was "
         "provided."},
        {"attach",
         "Error: A WebSocket 'attachment' cannot be larger than 16384 bytes.'attachment' was 20006 "
         "bytes."},
        {"socket",
         "TypeError: Failed to execute 'acceptWebSocket' on 'DurableObjectState': parameter 1 is "
         "not "
         "of type 'WebSocket'."},
    };
    for (const auto& [what, message] : cases) {
      CAPTURE(what);
      CHECK(Run(std::string("return room.wrong('") + what + "')") == message);
    }
  }

  TEST_CASE("the time-out of handlers is kept") {
    CHECK(Run("return [await room.timeout(500), await room.timeout()]") == "[500,null]");
  }
}

}  // namespace
}  // namespace isolane::worker
