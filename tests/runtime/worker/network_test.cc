// connect() of "cloudflare:sockets": what a Worker sees of connections to the network
// (builtins/workers/network.js, dispatcher_connect.cc). The connections themselves are in
// tests/runtime/http/client_socket_test.cc.
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/raw_server.h"
#include "tests/runtime/http/tls_server.h"
#include "tests/runtime/worker/many_origin.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using http::RawServer;
using http::TestAuthority;
using http::TlsServer;
using testing::Pending;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// `code` sees `port`, and gives what is to be shown.
TestWorker Caller(int port, const std::string& code) {
  return TestWorker::Evaluating("caller",
                                R"js(
    import { connect } from 'cloudflare:sockets';
    const port = )js" + std::to_string(port) +
                                    R"js(;
    const encode = (text) => new TextEncoder().encode(text);
    const all = (socket) => new Response(socket.readable).text();
    const send = async (socket, text) => {
      const writer = socket.writable.getWriter();
      await writer.write(encode(text));
      writer.releaseLock();
    };
    const some = async (socket) => {
      const reader = socket.readable.getReader();
      const { value } = await reader.read();
      reader.releaseLock();
      return new TextDecoder().decode(value);
    };
    const failure = (promise) => promise.then(() => 'none', (error) => `${error.name}: ${error.message}`);
)js",
                                code)
      .Date("2026-11-01");
}

// What `code` gives while the server does nothing but be there.
std::string Ask(const std::string& code) {
  RawServer server;
  TestRuntime runtime({Caller(server.port, code)});
  const auto pending = runtime.Start();
  REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
  return pending->response().body;
}

int ClosedPort() { return RawServer().port; }

bool Hears(TestRuntime& runtime, RawServer& server, const std::string& text) {
  return PollUntil(runtime, [&] {
    server.Asked();
    return server.heard == text;
  });
}

std::string BodyOf(TestRuntime& runtime, const std::shared_ptr<Pending>& pending) {
  REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
  return pending->response().body;
}

constexpr char kUnreachable[] =
    "Error: proxy request failed, cannot connect to the specified address: ";

}  // namespace

TEST_SUITE_BEGIN("runtime/worker/network");

TEST_CASE("a socket to the network") {
  RawServer server;
  SUBCASE("carries bytes both ways") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await send(s, 'ask');
      const text = await some(s);
      await send(s, 'thanks');
      await s.close();
      return [text, (await s.opened).remoteAddress === '127.0.0.1:' + port, s.secureTransport, s.upgraded,
              await s.closed === undefined];)js")});
    const auto pending = runtime.Start();
    REQUIRE(Hears(runtime, server, "ask"));
    server.Say("answer");
    CHECK(BodyOf(runtime, pending) == R"(["answer",true,"off",false,true])");
    CHECK(Hears(runtime, server, "askthanks"));
    CHECK(PollUntil(runtime, [&] { return server.Left(); }));
  }
  SUBCASE("ends when the other side does") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect({ hostname: '127.0.0.1', port });
      const text = await all(s);
      await s.closed;
      return [text, await failure(s.writable.getWriter().write(encode('x')))];)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.connected(); }));
    server.Say("all");
    server.EndSaying();
    CHECK(BodyOf(runtime, pending) ==
          R"(["all","TypeError: This WritableStream belongs to an object that is closing."])");
    CHECK(PollUntil(runtime, [&] { return server.Left(); }));
  }
  SUBCASE("may go on with one direction") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port, { allowHalfOpen: true });
      const text = await all(s);
      await send(s, 'after');
      await s.writable.close();
      await s.closed;
      return text;)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.connected(); }));
    server.Say("all");
    server.EndSaying();
    CHECK(Hears(runtime, server, "after"));
    CHECK(BodyOf(runtime, pending) == "all");
  }
  SUBCASE("sends what was written before it was closed") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      const writer = s.writable.getWriter();
      for (let i = 0; i < 40; i++) writer.write(new Uint8Array(16384));
      await s.close();
      return 'closed';)js")});
    const auto pending = runtime.Start();
    CHECK(PollUntil(runtime, [&] {
      server.Asked();
      return server.heard.size() == 40 * 16384;
    }));
    CHECK(BodyOf(runtime, pending) == "closed");
  }
  SUBCASE("can be closed twice at a time") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      const writer = s.writable.getWriter();
      for (let i = 0; i < 300; i++) writer.write(new Uint8Array(65536));
      await Promise.all([s.close(), s.close()]);
      return 'closed';)js")});
    const auto pending = runtime.Start();
    CHECK(PollUntil(runtime, [&] {
      server.Asked();
      return server.heard.size() == 300 * 65536;
    }));
    CHECK(BodyOf(runtime, pending) == "closed");
  }
  SUBCASE("holds up a Worker that writes more than the other side takes") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      const writer = s.writable.getWriter();
      for (let i = 0; i < 300; i++) await writer.write(new Uint8Array(65536));
      await writer.close();
      return 'written';)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.connected(); }));
    for (int i = 0; i < 200; i++) runtime.Poll();
    CHECK_FALSE(pending->done());
    CHECK(PollUntil(runtime, [&] {
      server.Asked();
      return server.heard.size() == 300 * 65536;
    }));
    CHECK(BodyOf(runtime, pending) == "written");
  }
  SUBCASE("that is lost fails for who reads and who writes, and counts as closed") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await send(s, 'x');
      const read = await failure(all(s));
      return [read.replace(String(port), 'PORT'), await failure(s.closed),
              await failure(s.writable.getWriter().write(encode('y')))];)js")});
    const auto pending = runtime.Start();
    REQUIRE(Hears(runtime, server, "x"));
    server.Reset();
    CHECK(BodyOf(runtime, pending) ==
          R"js(["Error: Network connection lost. (127.0.0.1:PORT: connection reset by peer)",)js"
          R"js("none","Error: Network connection lost."])js");
  }
  SUBCASE("tells that it is lost when nobody reads") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await send(s, 'x');
      await s.closed;
      return 'closed';)js")});
    const auto pending = runtime.Start();
    REQUIRE(Hears(runtime, server, "x"));
    server.Reset();
    CHECK(BodyOf(runtime, pending) == "closed");
  }
  SUBCASE("may be written to when what comes is not wanted") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await s.opened;
      await s.readable.cancel();
      await send(s, 'still');
      await s.close();
      return 'ok';)js")});
    const auto pending = runtime.Start();
    CHECK(Hears(runtime, server, "still"));
    CHECK(BodyOf(runtime, pending) == "ok");
  }
}

TEST_CASE("a socket ends with its request") {
  RawServer server;
  SUBCASE("when nobody waits for it") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await s.opened;
      return 'done';)js")});
    const auto pending = runtime.Start();
    CHECK(BodyOf(runtime, pending) == "done");
    REQUIRE(PollUntil(runtime, [&] { return server.Left(); }));
  }
  SUBCASE("also while it is being opened") {
    CHECK(Ask("connect('127.0.0.1:' + port); return 'done';") == "done");
  }
  SUBCASE("not while a waitUntil() task waits for it") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      ctx.waitUntil((async () => { await send(s, await some(s)); await s.close(); })());
      return 'done';)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.connected(); }));
    server.Say("again");
    CHECK(Hears(runtime, server, "again"));
    CHECK(BodyOf(runtime, pending) == "done");
  }
  SUBCASE("and belongs to no other") {
    TestRuntime runtime(
        {TestWorker(
             "caller",
             R"js(
      import { connect } from 'cloudflare:sockets';
      let kept;
      export default { async fetch() {
        if (kept === undefined) { kept = connect('127.0.0.1:)js" +
                 std::to_string(server.port) +
                 R"js(', { secureTransport: 'starttls' }); await kept.opened; return new Response('kept'); }
        const errors = [];
        await kept.readable.getReader().read().catch((error) => errors.push(error));
        await kept.close().catch((error) => errors.push(error));
        try { kept.startTls(); } catch (error) { errors.push(error); }
        return Response.json(errors.map((error) => error.message.slice(0, 51)));
      } })js")
             .Date("2026-11-01")});
    CHECK(runtime.Text() == "kept");
    const std::string refused = "\"Cannot perform I/O on behalf of a different request\"";
    CHECK(runtime.Text() == "[" + refused + "," + refused + "," + refused + "]");
  }
  SUBCASE("also with the process") {
    TestRuntime runtime({Caller(server.port, R"js(
      const s = connect('127.0.0.1:' + port);
      await s.closed;)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.connected(); }));
    runtime.Abandon();
    CHECK(server.Left());
  }
}

TEST_CASE("a socket that cannot be opened") {
  SUBCASE("says to which address, and why") {
    const std::string port = std::to_string(ClosedPort());
    CHECK(Ask("const s = connect('127.0.0.1:" + port +
              "'); const read = all(s);"
              "const seen = [await failure(s.opened), await failure(s.closed),"
              "  await failure(s.writable.getWriter().write(encode('x'))), await read];"
              "return seen.join('|');") == [&] {
      const std::string one =
          kUnreachable + ("connect to 127.0.0.1:" + port + ": connection refused");
      return one + "|" + one + "|" + one + "|";
    }());
    CHECK(Ask("return failure(connect('x'.repeat(70) + ':1').opened);")
              .starts_with(kUnreachable + ("cannot resolve " + std::string(70, 'x') + ": ")));
  }
  SUBCASE("is refused where only public addresses are allowed; it may have meant HTTP") {
    RuntimeOptions options;
    options.public_only = true;
    TestRuntime runtime({Caller(80, "return failure(connect('127.0.0.1:' + port).opened);")},
                        std::move(options));
    CHECK(BodyOf(runtime, runtime.Start()) ==
          std::string(kUnreachable) +
              "connect() to 127.0.0.1:80 is refused: 127.0.0.1 is not a public address "
              "(--public-only). It looks like you might be trying to connect to a HTTP-based "
              "service \u2014 consider using fetch instead");
  }
  SUBCASE("has no address that is one") {
    CHECK(Ask("connect();") ==
          "TypeError: Failed to execute 'connect' on 'Window': parameter 1 is not of type "
          "'SocketAddress or string'.");
    CHECK(Ask("connect('');") == "TypeError: Specified address is missing hostname.");
    CHECK(Ask("connect('host');") == "TypeError: Specified address is missing port.");
    CHECK(Ask("connect(':secret@host:80');") ==
          "TypeError: Specified address could not be parsed.");
    CHECK(Ask("connect('host:99999');") == "TypeError: Specified address could not be parsed.");
    CHECK(Ask("connect({ hostname: 'host' });") ==
          "TypeError: The value cannot be converted because it is not an integer.");
    CHECK(Ask("connect({ hostname: 'host', port: 70000 });") ==
          "TypeError: Value out of range. Must be less than or equal to 65535.");
    CHECK(Ask("connect('host:1', { secureTransport: 'maybe' });") ==
          "TypeError: Unsupported value in secureTransport socket option: maybe");
  }
  SUBCASE("has an address of IPv6, with brackets or without") {
    CHECK(Ask("return failure(connect({ hostname: '::1', port: 1 }).opened);")
              .starts_with(std::string(kUnreachable) + "connect to [::1]:1: "));
    CHECK(Ask("return failure(connect('[::1]:1').opened);")
              .starts_with(std::string(kUnreachable) + "connect to [::1]:1: "));
  }
  SUBCASE("is opened in global scope") {
    TestRuntime runtime({TestWorker("w", R"js(
      import { connect } from 'cloudflare:sockets';
      let error; try { connect('127.0.0.1:1'); } catch (e) { error = e; }
      export default { fetch() { return new Response(error.message); } })js")
                             .Date("2026-11-01")});
    CHECK(runtime.Text().starts_with("Disallowed operation called within global scope."));
  }
}

TEST_CASE("sockets count") {
  SUBCASE("as subrequests") {
    RawServer server;
    TestRuntime runtime({Caller(server.port, R"js(
      await connect('127.0.0.1:' + port).opened;
      return failure(connect('127.0.0.1:' + port).opened);)js")
                             .Subrequests(1)});
    CHECK(BodyOf(runtime, runtime.Start()).starts_with("Error: Too many subrequests"));
  }
  SUBCASE("as connections, of which a request has so many at a time") {
    testing::ManyOrigin server;
    TestRuntime runtime({Caller(server.port(), R"js(
      const sockets = [0, 1, 2].map(() => connect('127.0.0.1:' + port));
      await sockets[1].opened;
      const third = await Promise.race([sockets[2].opened.then(() => 'open'), scheduler.wait(20).then(() => 'waits')]);
      await sockets[0].close();
      await sockets[2].opened;
      return third;)js")
                             .Connections(2)});
    CHECK(BodyOf(runtime, runtime.Start()) == "waits");
  }
  SUBCASE("so that a response that nobody reads makes room") {
    testing::ManyOrigin server;
    TestRuntime runtime({Caller(server.port(), R"js(
      const s = connect('127.0.0.1:' + port);
      await s.opened;
      const url = 'http://127.0.0.1:' + port + '/';
      const unread = await fetch(url + 'first');
      const next = await fetch(url + 'next');
      return [next.status, (await failure(unread.text())).slice(0, 33)];)js")
                             .Connections(2)});
    const auto pending = runtime.Start();
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + std::string(2'000'000, 'x');
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : server.Asked()) server.Answer(path, answer);
      return pending->done();
    }));
    CHECK(pending->response().body == R"([200,"Error: The response was cancelled"])");
  }
  SUBCASE("which is said when nothing else can go on") {
    testing::ManyOrigin server;
    TestRuntime runtime({Caller(server.port(), R"js(
      const first = connect('127.0.0.1:' + port);
      await connect('127.0.0.1:' + port).opened;)js")
                             .Connections(1)});
    const auto pending = runtime.Start();
    CHECK(PollUntil(runtime, [&] {
      return runtime.observer().Find(
                 "all of the 1 connections of its request are sockets of connect()") != nullptr;
    }));
    runtime.Abandon();
  }
}

TEST_CASE("a socket with TLS") {
  const TestAuthority authority;
  setenv("SSL_CERT_FILE", authority.file().c_str(), 1);
  TlsServer server(authority.Sign());
  SUBCASE("has it from the beginning") {
    TestRuntime runtime({Caller(server.raw.port, R"js(
      const s = connect('localhost:' + port, { secureTransport: 'on' });
      await send(s, 'ask');
      const text = await some(s);
      try { s.startTls(); } catch (error) { return [text, s.secureTransport, error.message]; })js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.Has("ask"); }));
    server.Say("answer");
    CHECK(BodyOf(runtime, pending) == R"(["answer","on","Cannot startTls on a TLS socket."])");
  }
  SUBCASE("has it later, when both sides want it") {
    TestRuntime runtime({Caller(server.raw.port, R"js(
      const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });
      await send(s, 'please');
      const answer = await some(s);
      const t = s.startTls({ expectedServerHostname: 'localhost' });
      let twice; try { s.startTls(); } catch (error) { twice = error.message; }
      const { remoteAddress } = await t.opened;
      await s.closed;
      await send(t, 'ask');
      const text = await some(t);
      await t.close();
      return [answer, text, t.secureTransport, s.secureTransport, t.upgraded, s.upgraded,
              remoteAddress === '127.0.0.1:' + port, twice];)js")});
    const auto pending = runtime.Start();
    REQUIRE(Hears(runtime, server.raw, "please"));
    server.raw.Say("S");
    REQUIRE(PollUntil(runtime, [&] { return server.Has("ask"); }));
    server.Say("answer");
    CHECK(
        BodyOf(runtime, pending) ==
        R"(["S","answer","on","starttls",false,true,true,"startTls has already been called on this )"
        R"(socket, or the socket was transferred over RPC."])");
  }
  SUBCASE("is refused when it is for somebody else") {
    TestRuntime runtime({Caller(server.raw.port, R"js(
      const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });
      const t = s.startTls({ expectedServerHostname: 'other.example' });
      return [await failure(t.opened), await failure(t.closed)].map((text) => text.includes('hostname mismatch'));)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] {
      server.Turn();
      return pending->done();
    }));
    CHECK(pending->response().body == "[true,true]");
  }
  SUBCASE("is not for everybody who has a certificate") {
    for (const std::string name : {"''", "'a\\0b'", "'a b'"}) {
      CHECK(Ask("const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });"
                "s.startTls({ expectedServerHostname: " +
                name + " });")
                .starts_with("TypeError: startTls(): the expectedServerHostname "));
    }
    CHECK(Ask("const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });"
              "return failure(s.startTls({ expectedServerHostname: '.example' }).opened);")
              .ends_with("cannot be checked: what it is to be for is no host name"));
  }
  SUBCASE("cannot be had after the end of one direction") {
    TestRuntime runtime({Caller(server.raw.port, R"js(
      const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls', allowHalfOpen: true });
      await s.opened;
      await s.writable.close();
      await some(s);
      return failure(s.startTls().opened);)js")});
    const auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return server.raw.Left(); }));
    server.raw.Say("go on");
    CHECK(BodyOf(runtime, pending).ends_with("Network connection lost."));
  }
  SUBCASE("cannot be had while somebody has its streams") {
    CHECK(Ask("const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });"
              "s.writable.getWriter(); s.startTls();") ==
          "TypeError: This WritableStream is currently locked to a writer.");
    CHECK(Ask("const s = connect('127.0.0.1:' + port, { secureTransport: 'starttls' });"
              "s.readable.getReader(); s.startTls();") ==
          "TypeError: This ReadableStream is currently locked to a reader.");
  }
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("a Durable Object has sockets, too") {
  RawServer server;
  TestRuntime runtime({TestWorker("w", R"js(
    import { DurableObject } from 'cloudflare:workers';
    import { connect } from 'cloudflare:sockets';
    export class O extends DurableObject {
      async ask() {
        const s = connect('127.0.0.1:)js" + std::to_string(server.port) +
                                           R"js(');
        const writer = s.writable.getWriter();
        await this.ctx.storage.put('a', 1);
        await writer.write(new TextEncoder().encode('ask'));
        const { value } = await s.readable.getReader().read();
        await s.close();
        return new TextDecoder().decode(value);
      }
    }
    export default { async fetch(request, env) { return new Response(await env.O.getByName('x').ask()); } })js")
                           .Date("2026-11-01")
                           .Objects("O", "O")});
  const auto pending = runtime.Start();
  REQUIRE(Hears(runtime, server, "ask"));
  server.Say("answer");
  CHECK(BodyOf(runtime, pending) == "answer");
}

TEST_SUITE_END();

}  // namespace isolane::worker
