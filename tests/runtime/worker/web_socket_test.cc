// WebSockets between Workers and through HTTP; what crosses the wire is in
// tests/runtime/http/web_socket_*_test.cc.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

#include "runtime/http/web_socket_frames.h"
#include "runtime/worker/graph.h"

namespace isolane::worker {
namespace {

using http::WebSocketOpcode;
using http::WebSocketRole;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// Echoes; "quit" closes with 4001, "throw" throws. /refuse answers 403.
TestWorker Echo() {
  return TestWorker("echo", R"js(
    export default { fetch(request) {
      if (request.url.endsWith('/refuse')) return new Response('no', { status: 403 });
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener('message', ({ data }) => {
        if (data === 'quit') return server.close(4001, 'as you wish');
        if (data === 'throw') throw new Error('in the handler');
        server.send(typeof data === 'string' ? 'echo ' + data : data);
      });
      server.addEventListener('close', (event) => { globalThis.closed = event.code; });
      return new Response(null, { status: 101, webSocket: client, headers: { 'x-ws': 'yes' } });
    } })js");
}

// Runs `code` with `open(path)`, which gives the response of a handshake with the echo, and
// `once(socket, type)`.
std::string Run(const std::string& code) {
  TestRuntime runtime({TestWorker("a", R"js(
    const once = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
    export default { async fetch(request, env) {
      const open = (path) => env.ECHO.fetch('http://echo' + path, { headers: { upgrade: 'websocket' } });
      try {
        const value = await (async () => { )js" +
                                           code + R"js( })();
        return new Response(typeof value === 'string' ? value : JSON.stringify(value));
      } catch (error) { return new Response(`${error.name}: ${error.message}`); }
    } })js")
                           .Service("ECHO", "echo"),
                       Echo()});
  const std::string text = runtime.Text();
  CHECK(runtime.graph().dispatcher().live_web_sockets() == 0);
  return text;
}

TEST_SUITE("runtime/worker/web_sockets") {
  TEST_CASE("a Worker talks to another one") {
    CHECK(Run(R"js(
      const response = await open('/');
      const socket = response.webSocket;
      socket.accept();
      socket.send('hi');
      const text = (await once(socket, 'message')).data;
      socket.send(new Uint8Array([1, 2, 3]).subarray(1));
      const bytes = [...new Uint8Array((await once(socket, 'message')).data)];
      socket.send('quit');
      const { code, reason, wasClean } = await once(socket, 'close');
      return [response.status, response.headers.get('x-ws'), text, bytes, code, reason, wasClean];
    )js") == R"([101,"yes","echo hi",[2,3],4001,"as you wish",true])");
  }

  TEST_CASE("a refused handshake is a plain response") {
    CHECK(Run("const r = await open('/refuse'); return [r.status, r.webSocket, await r.text()];") ==
          R"([403,null,"no"])");
  }

  TEST_CASE("what was sent before accept() arrives after it") {
    CHECK(Run(R"js(
      const [a, b] = Object.values(new WebSocketPair());
      a.accept();
      a.send('one');
      a.send('two');
      const got = [];
      const two = new Promise((resolve) => b.addEventListener('message', (e) => { if (got.push(e.data) === 2) resolve(); }));
      b.accept();
      await two;
      return [got, a.bufferedAmount];
    )js") == R"([["one","two"],0])");
  }

  TEST_CASE("mistakes are said in workerd's words") {
    CHECK(Run("(await open('/')).webSocket.send('x');") ==
          "TypeError: You must call one of accept() or state.acceptWebSocket() on this WebSocket "
          "before "
          "sending messages.");
    CHECK(Run("const s = (await open('/')).webSocket; s.accept(); s.close(1000); s.send('x');") ==
          "TypeError: Can't call WebSocket send() after close().");
    CHECK(Run("const s = (await open('/')).webSocket; s.accept(); s.close(1005);") ==
          "InvalidAccessError: Invalid WebSocket close code: 1005.");
    CHECK(Run("const s = (await open('/')).webSocket; s.accept(); s.close(undefined, 'why');") ==
          "InvalidAccessError: If you specify a WebSocket close reason, you must also specify a "
          "code.");
    CHECK(
        Run("return new Response(null, { status: 101 });") ==
        "RangeError: Responses may only be constructed with status codes in the range 200 to 599, "
        "inclusive.");
    CHECK(Run("return new Response(null, { status: 101, webSocket: {} });") ==
          "TypeError: Incorrect type for the 'webSocket' field on 'InitializerDict': the provided "
          "value "
          "is not of type 'WebSocket'.");
    CHECK(Run("await env.ECHO.fetch('http://echo/');") ==
          "TypeError: Worker tried to return a WebSocket in a response to a request which did not "
          "contain "
          "the header \"Upgrade: websocket\".");
  }

  TEST_CASE("an exception of a listener is logged and the connection lives on") {
    CHECK(Run(R"js(
      const socket = (await open('/')).webSocket;
      socket.accept();
      socket.send('throw');
      socket.send('after');
      return (await once(socket, 'message')).data;
    )js") == "echo after");
  }

  TEST_CASE("a WebSocket of another request is refused, naming both") {
    TestRuntime runtime({TestWorker("a", R"js(
      let kept;
      export default { async fetch(request) {
        if (kept === undefined) { [kept] = Object.values(new WebSocketPair()); return new Response('kept'); }
        try { kept.accept(); } catch (error) { return new Response(error.message); }
      } })js")});
    CHECK(runtime.Text() == "kept");
    const std::string text = runtime.Text();
    CHECK(text.find("(I/O type: WebSocket)") != std::string::npos);
    CHECK(text.find("was made by request #1 (GET http://test/)") != std::string::npos);
  }

  TEST_CASE("an embedder's request cannot become a WebSocket") {
    TestRuntime runtime({Echo()});
    Request request;
    request.url = "http://test/";
    request.headers = {{"upgrade", "websocket"}};
    CHECK(runtime.Fetch(request).status == 500);
    CHECK(runtime.observer().Find(
              "The response is a WebSocket, but the request did not come over") != nullptr);
  }

  TEST_CASE("a client's WebSocket passes through a gateway") {
    TestRuntime runtime({TestWorker("gateway",
                                    "export default { fetch: (request, env) => "
                                    "env.ECHO.fetch(request) }")
                             .Service("ECHO", "echo"),
                         Echo()});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    http::RawSocket client(*port);
    client.Send(
        "GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n");
    auto receive = [&](const std::string& part) {
      return PollUntil(runtime, [&] {
        client.Poll();
        return client.received().find(part) != std::string::npos;
      });
    };
    REQUIRE(receive("\r\n\r\n"));
    CHECK(client.received().starts_with("HTTP/1.1 101 Switching Protocols\r\nx-ws: yes\r\n"));
    auto send = [&](WebSocketOpcode opcode, const std::string& payload) {
      std::string frame;
      http::AppendFrame(frame, opcode, payload, WebSocketRole::kClient, 0x01020304);
      client.Send(frame);
    };
    send(WebSocketOpcode::kText, "hello");
    CHECK(receive("echo hello"));
    Dispatcher& dispatcher = runtime.graph().dispatcher();
    CHECK(dispatcher.live_pipelines() == 1);
    SUBCASE("until the Worker closes") {
      send(WebSocketOpcode::kText, "quit");
      CHECK(receive("as you wish"));
      send(WebSocketOpcode::kClose, http::ClosePayload(4001, ""));
      CHECK(PollUntil(runtime, [&] {
        client.Poll();
        return client.ended();
      }));
    }
    SUBCASE("until the client is gone") { client.Close(); }
    CHECK(PollUntil(runtime, [&] { return dispatcher.live_pipelines() == 0; }));
    CHECK(dispatcher.live_web_sockets() == 0);
    CHECK(dispatcher.live_invocations() == 0);
  }

  TEST_CASE("1000 messages come in order, the last before the close") {
    CHECK(Run(R"js(
      const socket = (await open('/')).webSocket;
      socket.accept();
      let next = 0;
      const done = new Promise((resolve) => {
        socket.addEventListener('message', ({ data }) => { if (data !== 'echo ' + next++) next = -1e9; });
        socket.addEventListener('close', resolve);
      });
      for (let i = 0; i < 1000; i++) socket.send(String(i));
      socket.send('quit');
      await done;
      return next;
    )js") == "1000");
  }
}

}  // namespace
}  // namespace isolane::worker
