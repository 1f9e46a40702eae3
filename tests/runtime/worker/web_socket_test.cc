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
      // Nobody accepts the other end: it goes with the invocation.
      if (request.url.endsWith('/leave')) return new Response(null, { status: 101, webSocket: client });
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

// Runs `code` with `open(path)`, which gives the response of a handshake with the echo,
// `once(socket, type)`, `turn()`, after which what was sent has arrived, and `events(socket)`, an
// array of all that is dispatched to it.
std::string Run(const std::string& code, const std::string& date = "2024-09-23") {
  TestRuntime runtime({TestWorker::Evaluating("a", R"js(
    const once = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    const events = (socket) => {
      const list = [];
      for (const type of ['open', 'message', 'error', 'close']) {
        socket.addEventListener(type, ({ data, message, code, reason, wasClean }) => {
          list.push([type, data ?? message ?? [code, reason, wasClean, socket.readyState]]);
        });
      }
      return list;
    };
    const attempt = (what) => { try { return what() ?? 'ok'; } catch (e) { return `${e.name}: ${e.message}`; } };
)js",
                                              R"js(
      const open = (path) => env.ECHO.fetch('http://echo' + path, { headers: { upgrade: 'websocket' } });
)js" + code)
                           .Service("ECHO", "echo")
                           .Date(date),
                       Echo()});
  const std::string text = runtime.Text();
  CHECK(runtime.graph().dispatcher().live_web_sockets() == 0);
  return text;
}

// Runs `code` with an accepted pair, `a` and `b`.
std::string RunPair(const std::string& code, const std::string& date = "2026-05-01") {
  return Run("const [a, b] = Object.values(new WebSocketPair()); a.accept(); b.accept();" + code,
             date);
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

  TEST_CASE("microtasks of one message run before the next one is delivered") {
    CHECK(RunPair(R"js(
      const log = [];
      b.addEventListener('message', async ({ data }) => {
        log.push(data);
        await null;
        log.push('after ' + data);
      });
      a.send('1');
      a.send('2');
      log.push('sent');
      await turn();
      return log;
    )js") == R"(["sent","1","after 1","2","after 2"])");
  }

  TEST_CASE("attributes are those of workerd") {
    CHECK(
        RunPair(R"js(
      return [a.url, a.protocol, a.extensions, a.readyState, a.binaryType, a.bufferedAmount,
        WebSocket.OPEN, a.OPEN, WebSocket.READY_STATE_CLOSED, a.READY_STATE_CLOSED,
        String(a), String(new WebSocketPair()), Object.keys(new WebSocketPair())];
    )js") ==
        R"([null,"","",1,"blob",0,1,1,3,3,"[object WebSocket]","[object WebSocketPair]",["0","1"]])");
    CHECK(Run(R"js(
      const { status, statusText, webSocket } = await open('/');
      webSocket.accept();
      webSocket.close();
      return [status, statusText, webSocket.url, webSocket.protocol, webSocket.extensions];
    )js") == R"([101,"Switching Protocols",null,"",""])");
  }

  TEST_CASE("bytes come as the date and binaryType say") {
    const std::string code = R"js(
      const got = [];
      b.addEventListener('message', ({ data }) => got.push(data.constructor.name + (data.size ?? data.byteLength)));
      a.send(new Uint8Array(3));
      await turn();
      b.binaryType = b.binaryType === 'blob' ? 'arraybuffer' : 'blob';
      a.send(new Uint16Array(3));
      await turn();
      b.binaryType = 'nodebuffer';
      a.send(new Uint8Array(9000));
      await turn();
      return got;
    )js";
    CHECK(RunPair(code, "2026-03-16") == R"(["ArrayBuffer3","Blob6","Blob9000"])");
    CHECK(RunPair(code, "2026-03-17") == R"(["Blob3","ArrayBuffer6","ArrayBuffer9000"])");
  }

  TEST_CASE("what is sent is a copy, whatever becomes of the original") {
    CHECK(RunPair(R"js(
      b.binaryType = 'arraybuffer';
      const got = [];
      b.addEventListener('message', ({ data }) => got.push(new Uint8Array(data)[0], data.byteLength));
      for (const size of [10, 100_000]) {
        const bytes = new Uint8Array(size).fill(1);
        a.send(bytes);
        bytes.fill(2);
        structuredClone(bytes, { transfer: [bytes.buffer] });
      }
      await turn();
      return got;
    )js") == "[1,10,1,100000]");
  }

  TEST_CASE("what else can be sent") {
    CHECK(RunPair(R"js(
      b.binaryType = 'arraybuffer';
      const got = [];
      b.addEventListener('message', ({ data }) => got.push(typeof data === 'string' ? data : [...new Uint8Array(data)]));
      for (const value of ['', 'h\u00e9', '\ud800', new ArrayBuffer(1), new DataView(new ArrayBuffer(2), 1),
        new Blob(['xy']), 5, null, true, { a: 1 }, [1, 2]]) a.send(value);
      await turn();
      return got;
    )js") == R"(["","hé","�",[0],[0],[120,121],"5","null","true","[object Object]","1,2"])");
    CHECK(
        RunPair("return [attempt(() => a.send()), attempt(() => a.send(Symbol()))];") ==
        "[\"TypeError: Failed to execute 'send' on 'WebSocket': parameter 1 is not of type "
        "'ArrayBuffer or ArrayBufferView or string'.\",\"TypeError: Cannot convert a Symbol value "
        "to a string\"]");
  }

  TEST_CASE("a close is answered at once, or as the Worker likes, by date and by option") {
    const std::string code = R"js(
      const [a, b] = Object.values(new WebSocketPair());
      a.accept();
      b.accept(OPTIONS);
      const [ofA, ofB] = [events(a), events(b)];
      a.close(3001, 'bye');
      await turn();
      const closing = b.readyState === 2;
      if (closing) {
        b.send('last');
        b.close(3002, 'mine');
      }
      await turn();
      return [closing, a.readyState, b.readyState, ofA, ofB];
    )js";
    auto with = [&](const std::string& options, const std::string& date) {
      std::string changed = code;
      return Run(changed.replace(changed.find("OPTIONS"), 7, options), date);
    };
    const std::string at_once =
        R"([false,3,3,[["close",[3001,"bye",true,3]]],[["close",[3001,"bye",true,3]]]])";
    const std::string by_hand =
        R"([true,3,3,[["message","last"],["close",[3002,"mine",true,3]]],[["close",[3001,"bye",true,2]]]])";
    CHECK(with("", "2026-04-07") == at_once);
    CHECK(with("", "2026-04-06") == by_hand);
    CHECK(with("{ allowHalfOpen: true }", "2026-04-07") == by_hand);
    CHECK(with("{ allowHalfOpen: false }", "2026-04-06") == at_once);
    CHECK(with("{}", "2026-04-07") == at_once);
    CHECK(with("null", "2026-04-07") == at_once);
  }

  TEST_CASE("both may close at once, and once is enough") {
    CHECK(RunPair(R"js(
      const [ofA, ofB] = [events(a), events(b)];
      a.close(3001, 'from a');
      b.close(3002, 'from b');
      a.close(3003);
      await turn();
      return [ofA, ofB, attempt(() => b.send('x'))];
    )js") == R"([[["close",[3002,"from b",true,3]]],[["close",[3001,"from a",true,3]]],)"
             R"("TypeError: Can't call WebSocket send() after close()."])");
    CHECK(RunPair("const list = events(b); a.close(); await turn(); return list;") ==
          R"([["close",[1005,"",true,3]]])");
  }

  TEST_CASE("close codes and reasons") {
    CHECK(RunPair(R"js(
      const refused = [];
      for (const code of [0, 999, 1004, 1005, 1006, 1015, 5000, 65536 + 1000, -1, NaN, null, 'x']) {
        const text = attempt(() => a.close(code));
        if (text.startsWith('InvalidAccessError: Invalid WebSocket close code: ')) refused.push(code);
      }
      return refused.length;
    )js") == "12");
    CHECK(RunPair("return attempt(() => a.close(1000, 'x'.repeat(124)));", "2026-03-03") ==
          "SyntaxError: WebSocket close reason must not be longer than 123 bytes when UTF-8 "
          "encoded.");
    CHECK(RunPair("return attempt(() => a.close(1000, '\u00e9'.repeat(62)));") ==
          "SyntaxError: WebSocket close reason must not be longer than 123 bytes when UTF-8 "
          "encoded.");
    CHECK(RunPair("return attempt(() => a.close(1000, 'x'.repeat(123)));") == "ok");
    CHECK(RunPair(R"js(
      const list = events(b);
      a.close('3000', 'x'.repeat(124));
      await turn();
      return [list[0][1][0], list[0][1][1].length];
    )js",
                  "2026-03-02") == "[3000,124]");
  }

  TEST_CASE("a peer that is gone is no error, and what is sent to it is dropped") {
    CHECK(
        Run(R"js(
      const { webSocket } = await open('/leave');
      webSocket.accept();
      const list = events(webSocket);
      await once(webSocket, 'close');
      webSocket.send('into the void');
      webSocket.close(1000);
      return [list, webSocket.readyState, webSocket.bufferedAmount];
    )js") ==
        R"([[["close",[1006,"WebSocket disconnected without sending Close frame.",false,3]]],3,0])");
  }

  TEST_CASE("what a peer has not taken is known, and has an end") {
    CHECK(
        Run(R"js(
      const [a, b] = Object.values(new WebSocketPair());
      a.accept();
      const list = events(a);
      a.send('1234');
      a.send(new Uint8Array(6));
      const amounts = [a.bufferedAmount];
      b.accept();
      amounts.push(a.bufferedAmount);
      await turn();
      amounts.push(a.bufferedAmount);
      const [c, d] = Object.values(new WebSocketPair());
      c.accept();
      const ofC = events(c);
      const bytes = new Uint8Array(16 << 20);
      for (let i = 0; i < 8; i++) c.send(bytes);
      amounts.push(c.bufferedAmount >> 20);
      c.send('one more');
      amounts.push(c.bufferedAmount);
      await turn();
      return [amounts, list, ofC];
    )js") ==
        R"([[10,10,0,128,0],[],[["error","Uncaught Error: The WebSocket's peer does not read what is )"
        R"(sent to it."],["close",[1006,"",false,3]]]])");
  }

  TEST_CASE("a message for which there is no memory breaks the connection, not the Worker") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
           const { webSocket } = await env.SENDER.fetch('http://sender/', { headers: { upgrade: 'websocket' } });
           webSocket.accept();
           const list = [];
           webSocket.addEventListener('message', () => list.push('message'));
           webSocket.addEventListener('error', ({ message }) => list.push(message));
           await new Promise((resolve) => webSocket.addEventListener('close', resolve));
           return Response.json(list);
         )js")
                             .Service("SENDER", "sender")
                             .MemoryMb(16),
                         TestWorker("sender", R"js(export default { fetch() {
           const [client, server] = Object.values(new WebSocketPair());
           server.accept();
           server.send(new Uint8Array(20 << 20));
           return new Response(null, { status: 101, webSocket: client });
         } })js")});
    CHECK(runtime.Text() == R"(["Uncaught Error: There is no memory left for a message."])");
  }

  TEST_CASE("an abort of the fetch() that gave it breaks the connection") {
    CHECK(Run(R"js(
      const controller = new AbortController();
      const { webSocket } = await env.ECHO.fetch('http://echo/', { headers: { upgrade: 'websocket' }, signal: controller.signal });
      webSocket.accept();
      const list = events(webSocket);
      webSocket.send('x');
      await once(webSocket, 'message');
      controller.abort(new Error('enough'));
      webSocket.send('y');
      await turn();
      return [list, webSocket.readyState];
    )js") == R"([[["message","echo x"],["error","Uncaught Error: enough"],["close",[1006,)"
             R"("WebSocket disconnected without sending Close frame.",false,3]]],3])");
  }

  TEST_CASE("a WebSocket is no value of a method call") {
    TestRuntime runtime({TestWorker::Handler("a", R"js(
                           const told = [];
                           for (const method of ['give', 'giveResponse']) {
                             await env.B[method]().catch(({ name, message }) => told.push(`${name}: ${message}`));
                           }
                           return Response.json(told);
                         )js")
                             .Service("B", "b"),
                         TestWorker("b", R"js(
                           import { WorkerEntrypoint } from 'cloudflare:workers';
                           export default class extends WorkerEntrypoint {
                             give() { return new WebSocketPair()[0]; }
                             giveResponse() { return new Response(null, { status: 101, webSocket: this.give() }); }
                           })js")});
    const std::string refused =
        "\"DataCloneError: Could not serialize object of type \\\"WebSocket\\\". This type does "
        "not "
        "support serialization.\"";
    CHECK(runtime.Text() == "[" + refused + "," + refused + "]");
  }

  TEST_CASE("more mistakes") {
    CHECK(RunPair("return attempt(() => b.accept());") == "ok");
    CHECK(Run("return attempt(() => new WebSocketPair()[0].accept(5));") ==
          "TypeError: Failed to execute 'accept' on 'WebSocket': parameter 1 is not of type "
          "'AcceptOptions'.");
    CHECK(
        Run(R"js(
      const [a] = Object.values(new WebSocketPair());
      const response = new Response(null, { status: 101, webSocket: a });
      return [attempt(() => response.clone()), attempt(() => new Response(null, { status: 200, webSocket: a })),
        attempt(() => new Response('x', { status: 101, webSocket: a }))];
    )js") ==
        R"(["TypeError: Cannot clone a response to a WebSocket handshake.","RangeError: Responses with a )"
        R"(WebSocket must have status code 101.","TypeError: Response with null body status (101, 204, 205, )"
        R"(or 304) cannot have a body."])");
  }

  TEST_CASE("an exception of a listener ends the connection on both sides, and only it") {
    CHECK(Run(R"js(
      const sockets = [(await open('/')).webSocket, (await open('/')).webSocket];
      for (const socket of sockets) socket.accept();
      const [first, second] = sockets;
      const closed = once(first, 'close');
      first.send('throw');
      first.send('after');
      const { code, wasClean } = await closed;
      second.send('x');
      return [code, wasClean, (await once(second, 'message')).data];
    )js") == R"([1006,false,"echo x"])");
  }

  TEST_CASE("a socket whose listener has thrown hears of it") {
    CHECK(Run(R"js(
      const [a, b] = Object.values(new WebSocketPair());
      a.accept();
      b.accept();
      b.addEventListener('message', () => { throw new RangeError('first'); });
      const failed = once(b, 'error');
      a.send('x');
      return [(await failed).message, b.readyState];
    )js") == R"(["Uncaught RangeError: first",3])");
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
