// connect() over bindings: sockets between Workers.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

constexpr char kTarget[] = R"js(
  import { WorkerEntrypoint } from 'cloudflare:workers';
  let last = 'nothing';
  const encode = (text) => new TextEncoder().encode(text);
  async function serve(socket) {
    const { localAddress } = await socket.opened;
    const write = async (text, close = true) => {
      const writer = socket.writable.getWriter();
      await writer.write(encode(text));
      if (close) await writer.close(); else writer.releaseLock();
    };
    switch (localAddress.split(':')[0]) {
      case 'echo': return socket.readable.pipeTo(socket.writable);
      case 'address': return write(JSON.stringify(await socket.opened));
      case 'throw': await write('part', false); throw new TypeError('late');
      case 'return': return;
      case 'unsent': socket.writable.getWriter().write(encode('x'.repeat(200_000))); return;
      case 'tell': last = await new Response(socket.readable).text(); return;
      case 'upper': {
        const writer = socket.writable.getWriter();
        for await (const chunk of socket.readable) {
          await writer.write(encode(new TextDecoder().decode(chunk).toUpperCase()));
        }
        return writer.close();
      }
    }
  }
  export default { connect: serve, last: (_) => last };
  export const None = { fetch() {} };
  export class Cls extends WorkerEntrypoint {
    async connect(socket) {
      const writer = socket.writable.getWriter();
      await writer.write(encode(`class ${Object.keys(this.env)}`));
      await writer.close();
    }
  })js";

TestWorker Caller(const std::string& code) {
  return TestWorker::Evaluating("caller", R"js(
    import { connect } from 'cloudflare:sockets';
    const encode = (text) => new TextEncoder().encode(text);
    const all = (socket) => new Response(socket.readable).text();
    const send = async (socket, ...parts) => {
      const writer = socket.writable.getWriter();
      for (const part of parts) await writer.write(encode(part));
      await writer.close();
    };
    const failure = (promise) => promise.then(() => 'none', (error) => `${error.name}: ${error.message}`);
)js",
                                R"js(
        const { S, NONE, CLS } = env;
)js" + code)
      .Date("2026-11-01")
      .Service("S", "target")
      .Service("NONE", "target", "None")
      .Service("CLS", "target", "Cls");
}

std::string Ask(const std::string& code) {
  TestRuntime runtime(
      {Caller(code), TestWorker("target", kTarget).Date("2026-11-01").Var("V", "1")});
  return runtime.Text();
}

constexpr char kUnreachable[] =
    "Error: proxy request failed, cannot connect to the specified address";

TEST_SUITE("runtime/worker/connect") {
  TEST_CASE("a connection over a binding") {
    SUBCASE("carries bytes both ways") {
      CHECK(Ask("const s = S.connect('upper:1'); await send(s, 'one ', 'two'); return all(s);") ==
            "ONE TWO");
    }
    SUBCASE("has an end in each direction") {
      CHECK(Ask("const s = S.connect('echo:1', { allowHalfOpen: true });"
                "await send(s, 'hello'); const text = await all(s); await s.closed;"
                "return text;") == "hello");
    }
    SUBCASE("tells the callee the caller's address, as it was written") {
      CHECK(Ask("return all(S.connect('address:0080'));") == R"({"localAddress":"address:0080"})");
      CHECK(Ask("return all(S.connect({ hostname: 'address', port: 7 }));") ==
            R"({"localAddress":"address:7"})");
    }
    SUBCASE("tells the caller what it is connected to") {
      CHECK(Ask("const s = S.connect('address:1'); const o = await s.opened; await all(s);"
                "return [o, s.upgraded, s.secureTransport];") ==
            R"([{"remoteAddress":"address:1"},false,"off"])");
    }
    SUBCASE("reaches a class") { CHECK(Ask("return all(CLS.connect('a:1'));") == "class V"); }
    SUBCASE("carries more than fits at a time") {
      CHECK(Ask("const s = S.connect('echo:1', { allowHalfOpen: true });"
                "const text = all(s); await send(s, ...Array(50).fill('x'.repeat(10_000)));"
                "return (await text).length;") == "500000");
    }
    SUBCASE("delivers what was written before the handler returned") {
      CHECK(Ask("return (await all(S.connect('unsent:1'))).length;") == "200000");
    }
    SUBCASE("ends when the handler returns") {
      CHECK(Ask("const s = S.connect('return:1'); const text = await all(s); await s.closed;"
                "return 'ended' + text;") == "ended");
    }
    SUBCASE("fails when the handler throws") {
      CHECK(Ask("const s = S.connect('throw:1'); const closed = failure(s.closed);"
                "return [await failure(all(s)), await closed];") ==
            R"(["TypeError: late","TypeError: late"])");
    }
    SUBCASE("can be closed by the caller") {
      CHECK(Ask("const s = S.connect('tell:1'); const w = s.writable.getWriter();"
                "await w.write(encode('bye')); await s.close(); await s.closed;"
                "await scheduler.wait(2); return S.last(0);") == "bye");
    }
    SUBCASE("takes bytes only") {
      CHECK(Ask("const s = S.connect('echo:1'); s.closed.catch(() => {});"
                "return failure(s.writable.getWriter().write('text'));")
                .starts_with("TypeError: This WritableStream only supports writing byte types"));
    }
  }

  TEST_CASE("a target without a handler") {
    SUBCASE("refuses") {
      CHECK(Ask("const s = NONE.connect('a:1');"
                "return [await failure(s.opened), await failure(s.closed)];") ==
            "[\"" + std::string(kUnreachable) + "\",\"" + kUnreachable + "\"]");
    }
    SUBCASE("may have meant HTTP") {
      CHECK(Ask("return failure(NONE.connect('a:443').opened);") ==
            std::string(kUnreachable) +
                ". It looks like you might be trying to connect to a HTTP-based service \u2014 "
                "consider using fetch instead");
    }
  }

  TEST_CASE("an address must be one") {
    CHECK(Ask("S.connect();") ==
          "TypeError: Failed to execute 'connect' on 'Fetcher': parameter 1 is not of type "
          "'SocketAddress or string'.");
    CHECK(Ask("S.connect('host');") == "TypeError: Specified address is missing port.");
    CHECK(Ask("S.connect('host:99999');") == "TypeError: Specified address could not be parsed.");
    CHECK(Ask("S.connect('host:1/path');") == "TypeError: Specified address could not be parsed.");
  }

  TEST_CASE("TLS") {
    SUBCASE("is not offered") {
      CHECK(Ask("return failure(S.connect('echo:1', { secureTransport: 'on' }).opened);") ==
            "Error: Incoming CONNECT with TLS not supported");
    }
    SUBCASE("cannot be started over a binding") {
      CHECK(Ask("const s = S.connect('echo:1', { secureTransport: 'starttls' });"
                "return failure(s.startTls().opened);") ==
            "Error: startTls() is not supported on this connection.");
      CHECK(Ask("S.connect('echo:1').startTls();") ==
            "TypeError: The `secureTransport` socket option must be set to 'starttls' for startTls "
            "to be used.");
    }
  }

  TEST_CASE("a socket belongs to its request") {
    TestRuntime runtime({TestWorker("caller", R"js(
      let kept;
      export default { async fetch(request, env) {
        if (kept === undefined) { kept = env.S.connect('echo:1'); await kept.opened; return new Response('kept'); }
        const error = await kept.readable.getReader().read().catch((error) => error);
        return new Response(error.message);
      } };)js")
                             .Date("2026-11-01")
                             .Service("S", "target"),
                         TestWorker("target", kTarget)});
    CHECK(runtime.Text() == "kept");
    CHECK(runtime.Text().starts_with("Cannot perform I/O on behalf of a different request"));
  }
}

}  // namespace
}  // namespace isolane::worker
