// WebSockets over the network: Workers as clients, gateways that pass them on, compression,
// budgets. The wire itself is in tests/runtime/http/web_socket_*_test.cc.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/runtime/worker/raw_origin.h"
#include "tests/support/test_runtime.h"

#include "runtime/http/web_socket_deflate.h"
#include "runtime/http/web_socket_frames.h"
#include "runtime/http/web_socket_handshake.h"
#include "runtime/worker/graph.h"

namespace isolane::worker {
namespace {

using http::WebSocketOpcode;
using http::WebSocketRole;
using testing::PollUntil;
using testing::RawOrigin;
using testing::TestRuntime;
using testing::TestWorker;

// Echoes, and says in its answer what it was asked with. "quit" closes.
TestWorker Echo(const std::string& answer = "{}") {
  return TestWorker("echo", R"js(
    export default { fetch(request) {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept({ allowHalfOpen: false });
      server.binaryType = 'arraybuffer';
      server.addEventListener('message', ({ data }) => {
        if (data === 'quit') server.close(4001, 'as you wish'); else server.send(data);
      });
      const headers = new Headers()js" +
                                answer + R"js();
      headers.set('x-offer', request.headers.get('sec-websocket-extensions') ?? 'none');
      return new Response(null, { status: 101, webSocket: client, headers });
    } })js");
}

const char* const kTools = R"js(
  const once = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
  const ask = (request) => ({ headers: { upgrade: 'websocket', ...Object.fromEntries(request ?? []) } });
  const events = (socket) => {
    const list = [];
    for (const type of ['open', 'message', 'error', 'close']) {
      socket.addEventListener(type, ({ data, message, code, reason, wasClean }) => {
        list.push([type, data ?? message ?? (code === undefined ? null : [code, reason, wasClean])]);
      });
    }
    return list;
  };
)js";

// A public Worker that runs `code` for /run, with `origin`, the "127.0.0.1:PORT" of its own server;
// anything else goes to the echo, over the network then.
struct Net {
  explicit Net(const std::string& code, const std::string& date = "2026-05-01",
               TestWorker echo = Echo())
      : runtime({TestWorker("a", std::string(kTools) + R"js(
          export default { async fetch(request, env) {
            if (!request.url.endsWith('/run')) return env.ECHO.fetch(request);
            const origin = request.headers.get('x-origin');
            try { return Response.json(await (async () => { )js" +
                                     code + R"js( })()); }
            catch (error) { return new Response(`${error.name}: ${error.message}`); }
          } })js")
                     .Service("ECHO", "echo")
                     .Service("MIDDLE", "middle")
                     .Date(date),
                 TestWorker("middle", "export default { fetch: (request) => fetch(request) }"),
                 std::move(echo)}) {
    auto listening = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(listening.ok());
    port = *listening;
  }
  std::string Run() {
    Request request;
    request.url = "http://test/run";
    request.headers = {{"x-origin", "127.0.0.1:" + std::to_string(port)}};
    const std::string text = runtime.Fetch(request).body;
    Dispatcher& dispatcher = runtime.graph().dispatcher();
    CHECK(PollUntil(runtime, [&] { return dispatcher.live_pipelines() == 0; }));
    return text;
  }
  TestRuntime runtime;
  int port = 0;
};

std::string RunNet(const std::string& code, const std::string& date = "2026-05-01") {
  return Net(code, date).Run();
}

// A client that is no runtime, of the public Worker.
struct Client {
  Client(TestRuntime& given, int port, const std::string& headers = "")
      : runtime(given), socket(port) {
    socket.Send(
        "GET /chat HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n" +
        headers + "\r\n");
    REQUIRE(Receive("\r\n\r\n"));
    const std::string got = socket.Take();
    head = got.substr(0, got.find("\r\n\r\n") + 4);
    rest = got.substr(head.size());
  }
  bool Receive(const std::string& part) {
    return PollUntil(runtime, [&] {
      socket.Poll();
      return (rest + socket.received()).find(part) != std::string::npos;
    });
  }
  void Send(WebSocketOpcode opcode, std::string_view payload) {
    std::string frame;
    http::AppendFrame(frame, opcode, payload, WebSocketRole::kClient, 0x01020304);
    socket.Send(frame);
  }
  bool Ended() {
    return PollUntil(runtime, [&] {
      socket.Poll();
      return socket.ended();
    });
  }
  TestRuntime& runtime;
  http::RawSocket socket;
  std::string head;
  std::string rest;
};

TEST_SUITE("runtime/worker/web_sockets/network") {
  TEST_CASE("fetch() with Upgrade gives a WebSocket") {
    CHECK(RunNet(R"js(
      const response = await fetch(`http://${origin}/`, ask());
      const socket = response.webSocket;
      socket.accept();
      const list = events(socket);
      socket.send('text');
      await once(socket, 'message');
      socket.binaryType = 'arraybuffer';
      socket.send(new Uint8Array([1, 2, 3]));
      const { data } = await once(socket, 'message');
      socket.send('quit');
      await once(socket, 'close');
      return [response.status, response.headers.get('x-offer'), socket.url, [...new Uint8Array(data)],
        list[0], list[2]];
    )js") == R"([101,"none",null,[1,2,3],["message","text"],["close",[4001,"as you wish",true]]])");
  }

  TEST_CASE("new WebSocket() has its events") {
    CHECK(
        RunNet(R"js(
      const socket = new WebSocket(`ws://${origin}/room`, ['chat', 'more']);
      const states = [socket.readyState, socket.protocol, socket.extensions];
      const list = events(socket);
      await once(socket, 'open');
      states.push(socket.readyState, socket.url === `ws://${origin}/room`, socket.protocol, socket.extensions);
      socket.onmessage = ({ data }) => socket.send(data === 'hi' ? 'quit' : '');
      socket.send('hi');
      await once(socket, 'close');
      return [states, socket.readyState, list];
    )js") ==
        R"([[0,"","",1,true,null,"permessage-deflate; server_no_context_takeover; client_no_context_takeover"],)"
        R"(3,[["open",null],["message","hi"],["close",[4001,"as you wish",true]]]])");
  }

  TEST_CASE("a protocol that the server chooses is known") {
    Net net(
        "const socket = new WebSocket(`ws://${origin}/`, 'chat'); await once(socket, 'open');"
        "socket.close(); await once(socket, 'close'); return socket.protocol;",
        "2026-05-01", Echo("{ 'sec-websocket-protocol': 'chat' }"));
    CHECK(net.Run() == "\"chat\"");
  }

  TEST_CASE("new WebSocket() that cannot be opened says so in two events") {
    CHECK(
        RunNet(R"js(
      const socket = new WebSocket(`ws://${origin}/run`);
      const list = events(socket);
      await once(socket, 'close');
      socket.send('nobody hears it');
      return [socket.readyState, list];
    )js") ==
        R"([3,[["error","Uncaught TypeError: Failed to establish the WebSocket connection: expected server )"
        R"(to reply with HTTP status code 101 (switching protocols), but received 200 instead."],)"
        R"(["close",[1006,"Failed to establish websocket connection",false]]]])");
    const std::string refused = RunNet(R"js(
      const socket = new WebSocket('ws://127.0.0.1:1/');
      const list = events(socket);
      await once(socket, 'close');
      return list;
    )js");
    CHECK(refused.find("connect to 127.0.0.1:1: connection refused") != std::string::npos);
  }

  TEST_CASE("new WebSocket() may be closed before it is open") {
    CHECK(
        RunNet(R"js(
      const socket = new WebSocket(`ws://${origin}/`);
      const list = events(socket);
      let early;
      try { socket.send('x'); } catch (error) { early = `${error.name}: ${error.message}`; }
      socket.close(3000, 'no');
      const state = socket.readyState;
      await once(socket, 'close');
      socket.close();
      return [early, state, socket.readyState, list];
    )js") ==
        R"(["InvalidStateError: Can't send() before the WebSocket is open.",2,3,)"
        R"([["error","Uncaught Error: close() was called before the connection was established."],)"
        R"(["close",[1006,"Failed to establish websocket connection",false]]]])");
  }

  TEST_CASE("a Worker passes on what another Worker got from the network") {
    CHECK(RunNet(R"js(
      const response = await env.MIDDLE.fetch(`http://${origin}/`, ask());
      const socket = response.webSocket;
      socket.accept();
      const list = events(socket);
      for (let i = 0; i < 100; i++) socket.send(String(i));
      socket.send('quit');
      await once(socket, 'close');
      return [response.status, list.length, list[99], list[100]];
    )js") == R"([101,101,["message","99"],["close",[4001,"as you wish",true]]])");
  }

  TEST_CASE("a gateway passes a client's WebSocket on to the network") {
    TestRuntime upstream({Echo()});
    auto upstream_port = upstream.get().Serve("127.0.0.1", 0);
    REQUIRE(upstream_port.ok());
    TestRuntime gateway(
        {TestWorker("gateway", R"js(export default { fetch(request, env) {
      return fetch(env.UPSTREAM, request);
    } })js")
             .Var("UPSTREAM", "\"http://127.0.0.1:" + std::to_string(*upstream_port) + "/\"")});
    auto port = gateway.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    http::RawSocket client(*port);
    client.Send(
        "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n");
    auto receive = [&](const std::string& part) {
      return PollUntil(gateway, [&] {
        upstream.Poll();
        client.Poll();
        return client.received().find(part) != std::string::npos;
      });
    };
    REQUIRE(receive("\r\n\r\n"));
    CHECK(client.received().starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    CHECK_MESSAGE(
        client.received().find("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") !=
            std::string::npos,
        "the client's own key is answered");
    CHECK(client.received().find("sec-websocket-accept") ==
          client.received().rfind("sec-websocket-accept"));
    auto send = [&](WebSocketOpcode opcode, const std::string& payload) {
      std::string frame;
      http::AppendFrame(frame, opcode, payload, WebSocketRole::kClient, 0x01020304);
      client.Send(frame);
    };
    send(WebSocketOpcode::kText, "through and back");
    CHECK(receive("through and back"));
    send(WebSocketOpcode::kText, "quit");
    CHECK(receive("as you wish"));
    send(WebSocketOpcode::kClose, http::ClosePayload(4001, ""));
    CHECK(PollUntil(gateway, [&] {
      upstream.Poll();
      client.Poll();
      return client.ended() && gateway.graph().dispatcher().live_pipelines() == 0 &&
             upstream.graph().dispatcher().live_pipelines() == 0;
    }));
  }

  TEST_CASE("compression is offered and agreed on as the Worker and its date say") {
    const std::string code = R"js(
      const response = await fetch(`http://${origin}/`, ask([['sec-websocket-extensions', 'permessage-deflate']]));
      const socket = response.webSocket;
      socket.accept();
      const text = 'words '.repeat(1000);
      socket.send(text);
      const { data } = await once(socket, 'message');
      socket.send('quit');
      await once(socket, 'close');
      return [response.headers.get('x-offer'), response.headers.get('sec-websocket-extensions'),
        socket.extensions, data === text];
    )js";
    CHECK(RunNet(code) ==
          R"(["permessage-deflate","permessage-deflate; server_no_context_takeover; )"
          R"(client_no_context_takeover","permessage-deflate; server_no_context_takeover; )"
          R"(client_no_context_takeover",true])");
    CHECK_MESSAGE(RunNet(code, "2023-08-14") == R"(["none",null,"",true])",
                  "before web_socket_compression");
    CHECK(RunNet(R"js(
      const socket = new WebSocket(`ws://${origin}/`);
      await once(socket, 'open');
      socket.close();
      await once(socket, 'close');
      return socket.extensions;
    )js",
                 "2023-08-14") == "null");
  }

  TEST_CASE("a client is answered with compression as the public Worker says") {
    const std::string offer = "sec-websocket-extensions: permessage-deflate\r\n";
    const std::string agreed =
        "\r\nsec-websocket-extensions: permessage-deflate; server_no_context_takeover; "
        "client_no_context_takeover\r\n";
    SUBCASE("by default") {
      Net net("");
      Client client(net.runtime, net.port, offer);
      CHECK(client.head.find(agreed) != std::string::npos);
      std::string words;
      for (int i = 0; i < 500; i++) words += "word " + std::to_string(i % 7) + " ";
      http::DeflateParameters both;
      both.client_no_context_takeover = both.server_no_context_takeover = true;
      http::WebSocketDeflate deflate(WebSocketRole::kClient, both);
      const base::Chunk payload = deflate.Compress(words);
      REQUIRE(payload.size() < 126);
      std::string frame;
      http::AppendFrame(frame, WebSocketOpcode::kText, payload.view(), WebSocketRole::kClient, 7);
      frame[0] = '\xc1';
      client.socket.Send(frame);
      CHECK_MESSAGE(client.Receive("\xc1" + std::string(1, static_cast<char>(payload.size())) +
                                   std::string(payload.view())),
                    "the same words are compressed to the same bytes");
    }
    SUBCASE("it declines by an empty header") {
      Net net("", "2026-05-01", Echo("{ 'sec-websocket-extensions': '' }"));
      CHECK(Client(net.runtime, net.port, offer).head.find("extensions") == std::string::npos);
    }
    SUBCASE("its date is too old") {
      Net net("", "2023-08-14", Echo("{ 'sec-websocket-extensions': 'permessage-deflate' }"));
      CHECK(Client(net.runtime, net.port, offer).head.find("extensions") == std::string::npos);
    }
    SUBCASE("nobody asked for it") {
      Net net("", "2026-05-01", Echo("{ 'sec-websocket-extensions': 'permessage-deflate' }"));
      CHECK(Client(net.runtime, net.port).head.find("extensions") == std::string::npos);
    }
  }

  TEST_CASE("each message from the network has the budgets of a request") {
    TestRuntime runtime({TestWorker("a", R"js(
      export default { fetch(request, env) {
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.addEventListener('message', async ({ data }) => {
          try {
            for (let i = 0; i < 2; i++) await env.B.fetch('http://b/');
            if (data === 'too much') await env.B.fetch('http://b/');
            server.send('done ' + data);
          } catch (error) { server.send(error.message); }
        });
        return new Response(null, { status: 101, webSocket: client });
      } })js")
                             .Service("B", "b")
                             .Subrequests(2),
                         TestWorker::Handler("b", "return new Response('b')")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    Client client(runtime, *port);
    for (const char* const message : {"1", "2", "3"}) {
      client.Send(WebSocketOpcode::kText, message);
      CHECK(client.Receive(std::string("done ") + message));
    }
    client.Send(WebSocketOpcode::kText, "too much");
    CHECK(client.Receive("Too many subrequests"));
    client.Send(WebSocketOpcode::kText, "4");
    CHECK(client.Receive("done 4"));
  }

  TEST_CASE("a handler that uses up its CPU time ends its connection, and no other one's budget") {
    TestRuntime runtime({TestWorker("a", R"js(
      export default { fetch() {
        const [client, server] = Object.values(new WebSocketPair());
        server.accept();
        server.addEventListener('message', ({ data }) => {
          // More than half of the budget.
          const end = performance.now() + 30;
          while (data === 'loop' || performance.now() < end);
          server.send('done');
        });
        return new Response(null, { status: 101, webSocket: client });
      } })js")
                             .CpuMs(50)});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    Client client(runtime, *port);
    for (int i = 0; i < 4; i++) {
      client.Send(WebSocketOpcode::kText, std::to_string(i));
      REQUIRE(client.Receive("done"));
      client.socket.Take();
    }
    client.Send(WebSocketOpcode::kText, "loop");
    CHECK(client.Ended());
    CHECK(runtime.observer().Find("Worker exceeded CPU time limit.") != nullptr);
  }

  TEST_CASE("an object whose sockets hibernate is told of a client that breaks the protocol") {
    TestRuntime runtime({TestWorker("a", R"js(
      import { DurableObject } from 'cloudflare:workers';
      const told = [];
      export class Room extends DurableObject {
        fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          this.ctx.acceptWebSocket(server);
          return new Response(null, { status: 101, webSocket: client });
        }
        webSocketMessage(socket, message) { told.push(message); }
        webSocketError(socket, error) { told.push(error.message, this.ctx.getWebSockets().length); }
        webSocketClose() { told.push('close'); }
        told() { return told; }
      }
      export default { async fetch(request, env) {
        const room = env.ROOM.getByName('a');
        return request.url.endsWith('/told') ? Response.json(await room.told()) : room.fetch(request);
      } })js")
                             .Date("2026-11-01")
                             .Objects("ROOM", "Room")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    Client client(runtime, *port);
    client.Send(WebSocketOpcode::kText, "one");
    client.Send(WebSocketOpcode::kText, "two");
    client.Send(WebSocketOpcode::kText, "\xff");
    CHECK(client.Ended());
    CHECK(PollUntil(runtime, [&] {
      return runtime.Text("/told") ==
             R"(["one","two","WebSocket protocol error; protocolError.statusCode = 1007; )"
             R"(protocolError.description = Received a text message that is not valid UTF-8",0])";
    }));
  }

  TEST_CASE("a client that asks wrongly is told why, and its Worker that nobody came") {
    Net net("");
    http::RawSocket client(net.port);
    client.Send(
        "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 8\r\n\r\n");
    CHECK(PollUntil(net.runtime, [&] {
      client.Poll();
      return client.received().find("ERROR: The requested WebSocket version is not supported.") !=
             std::string::npos;
    }));
    CHECK(client.received().starts_with("HTTP/1.1 426 Upgrade Required\r\n"));
    CHECK(client.received().find("\r\nsec-websocket-version: 13\r\n") != std::string::npos);
    Dispatcher& dispatcher = net.runtime.graph().dispatcher();
    CHECK(PollUntil(net.runtime, [&] { return dispatcher.live_pipelines() == 0; }));
  }

  TEST_CASE("a server that breaks the protocol is an error of its socket, in workerd's words") {
    RawOrigin origin;
    TestRuntime runtime(
        {TestWorker::Handler("a", std::string(kTools) + "const socket = new WebSocket('" + "ws" +
                                      origin.url().substr(4) + R"js(');
      const list = events(socket);
      await once(socket, 'close');
      return Response.json(list);
    )js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return origin.Asked(); }));
    const std::string& asked = origin.request();
    const size_t at = asked.find("sec-websocket-key: ") + 19;
    origin.Say(
        "HTTP/1.1 101 x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: " +
        http::WebSocketAccept(asked.substr(at, 24)) + std::string("\r\n\r\n\x83\0", 6));
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK(
        pending->response().body ==
        R"([["open",null],["error","Uncaught Error: WebSocket protocol error; protocolError.statusCode = )"
        R"(1002; protocolError.description = Unknown opcode 3"],["close",[1006,"",false]]])");
  }
}

}  // namespace
}  // namespace isolane::worker
