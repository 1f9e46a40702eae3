// What crosses between two processes: requests and responses, values of methods, WebSockets.
#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/worker/peers/pair.h"

namespace isolane::worker {
namespace {

std::string Ask(const std::string& body, const std::string& members) {
  Pair pair(Front(body), Back(members).Service("SELF", "back"));
  std::string text = pair.Text();
  CHECK(pair.AtRest());
  return text;
}

TEST_SUITE("runtime/worker/peers") {
  TEST_CASE("a fetch between processes") {
    SUBCASE("arrives as it was sent") {
      CHECK(
          Ask("const r = await S.fetch('http://any.host:99/p?q#h', { method: 'PUT', body: 'text', "
              "headers: { 'x-a': '1' }, cf: { colo: 'X' } });"
              "return [r.status, r.statusText, r.headers.get('x-b'), await r.text()];",
              "async fetch(request) { return new Response([request.url, request.method, "
              "...[...request.headers].flat(), request.cf.colo, await request.text()].join(), "
              "{ status: 201, statusText: 'Made', headers: { 'x-b': '2' } }); }") ==
          "[201,\"Made\",\"2\",\"http://any.host:99/p?q,PUT,content-length,4,content-type,"
          "text/plain;charset=UTF-8,x-a,1,X,text\"]");
    }
    SUBCASE("streams both ways, chunk by chunk") {
      CHECK(Ask(R"js(
              const { readable, writable } = new TransformStream();
              const writer = writable.getWriter();
              const response = await S.fetch('http://x/', { method: 'POST', body: readable });
              const reader = response.body.getReader();
              const heard = [];
              for (const word of ['one', 'two', 'three']) {
                writer.write(encode(word));
                heard.push(new TextDecoder().decode((await reader.read()).value));
              }
              writer.close();
              heard.push((await reader.read()).done);
              return heard;
            )js",
                R"js(
              fetch(request) {
                const upper = new TransformStream({ transform(chunk, controller) {
                  controller.enqueue(encode(new TextDecoder().decode(chunk).toUpperCase()));
                } });
                return new Response(request.body.pipeThrough(upper));
              }
            )js") == "[\"ONE\",\"TWO\",\"THREE\",true]");
    }
    SUBCASE("carries more than fits at once") {
      CHECK(Ask("const bytes = new Uint8Array(5_000_000).fill(7);"
                "const r = await S.fetch('http://x/', { method: 'POST', body: bytes });"
                "const back = new Uint8Array(await r.arrayBuffer());"
                "return [back.length, back.every((b) => b === 8)];",
                "async fetch(request) { const bytes = new Uint8Array(await request.arrayBuffer());"
                "return new Response(bytes.map((b) => b + 1)); }") == "[5000000,true]");
    }
    SUBCASE("is written only as fast as it is read") {
      const std::string text = Ask(
          R"js(
            const reader = (await S.fetch('http://x/')).body.getReader();
            await reader.read();
            let before = -1;
            let written = 0;
            while (written !== before) {
              before = written;
              await sleep(5);
              written = await S.written();
            }
            await reader.cancel();
            return written;
          )js",
          R"js(
            written() { return written; }
            fetch() {
              return new Response(new ReadableStream({ pull(controller) {
                written += 16384;
                controller.enqueue(new Uint8Array(16384));
              } }));
            }
          };
          let written = 0;
          {
          )js");
      CHECK(std::stoi(text) < 4'000'000);
    }
    SUBCASE("follows redirects at the same target") {
      CHECK(Ask("const r = await S.fetch('http://x/a'); return [r.redirected, r.url, await "
                "r.text()];",
                "fetch(request) { return request.url.endsWith('/a') ? "
                "Response.redirect('http://x/b') "
                ": new Response('b'); }") == "[true,\"http://x/b\",\"b\"]");
    }
    SUBCASE("rejects with the exception of the target") {
      CHECK(Ask("return await S.fetch('http://x/').catch((e) => `${failure(e)} ${e.remote}`);",
                "fetch() { throw new RangeError('too far'); }") == "RangeError: too far true");
    }
    SUBCASE("is aborted at the other side") {
      Pair pair(Front(R"js(
                  const controller = new AbortController();
                  const fetched = S.fetch('http://x/', { signal: controller.signal });
                  while (!await S.begun()) await sleep(1);
                  controller.abort();
                  console.log(await tried(() => fetched));
                  await sleep(1e6);
                )js"),
                Back(R"js(
                  begun() { return begun; }
                  async fetch() { begun = true; await sleep(1e6); return new Response(); }
                };
                let begun = false;
                {
                )js"));
      const auto pending = pair.front->Start("/");
      CHECK(pair.Until([&] {
        return pair.front->observer().Find("AbortError: The operation was aborted") != nullptr;
      }));
      // While the request that has called it goes on.
      CHECK(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 0; }));
      CHECK_FALSE(pending->done());
      Pair::Stop(pair.front);
    }
    SUBCASE("that is cut off midway says so to its reader") {
      CHECK(Ask("const r = await S.fetch('http://x/'); return await tried(() => r.text());",
                "fetch() { let n = 0; return new Response(new ReadableStream({ pull(controller) {"
                "if (n++ === 1) throw new TypeError('broke'); controller.enqueue(encode('x')); } "
                "})); }") == "TypeError: broke");
    }
  }

  TEST_CASE("a method call between processes") {
    SUBCASE("carries all kinds of values") {
      CHECK(Ask(R"js(
              const back = await S.echo([1n, new Date(5), new Map([[1, new Set([2])]]), /x/g, undefined, 'ü€',
                new Uint8Array([1, 2])]);
              return [`${back[0]}`, back[1].getTime(), [...back[2].get(1)], `${back[3]}`, back[4] === undefined,
                back[5], [...back[6]]];
            )js",
                "echo(value) { return value; }") == "[\"1\",5,[2],\"/x/g\",true,\"ü€\",[1,2]]");
    }
    SUBCASE("carries streams, requests and responses") {
      CHECK(Ask(R"js(
              const stream = new Response('streamed').body;
              const { text, response } = await S.take(stream, new Request('http://r/', { method: 'POST', body: 'b' }));
              return [text, response.status, await response.text()];
            )js",
                R"js(
              async take(stream, request) {
                const text = await new Response(stream).text() + request.url + await request.text();
                return { text, response: new Response('answer', { status: 202 }) };
              }
            )js") == "[\"streamedhttp://r/b\",202,\"answer\"]");
    }
    SUBCASE("gives objects that are called on, and disposed of") {
      Pair pair(Front("using counter = await S.make(); await counter.add(2);"
                      "return [await counter.add(3), await counter.value];"),
                Back("make() { return new Counter('c'); }"));
      CHECK(pair.Text() == "[5,5]");
      CHECK(pair.AtRest());
      CHECK(pair.Text("/log") == "disposed c");
    }
    SUBCASE("calls functions back, also after it has answered") {
      CHECK(Ask(R"js(
              const heard = [];
              await S.subscribe((n) => heard.push(n));
              while (heard.length < 2) await sleep(1);
              return heard;
            )js",
                "async subscribe(f) { const g = f.dup(); await g(1);"
                "this.ctx.waitUntil((async () => { await sleep(1); await g(2); "
                "g[Symbol.dispose](); })()); }") == "[1,2]");
    }
    SUBCASE("goes on from a promise without waiting") {
      CHECK(Ask("return await S.make().child('a').child('b').add(4);",
                "make() { return new Counter(); }") == "4");
    }
    SUBCASE("gives a stub back to where it came from") {
      CHECK(Ask("const own = new Counter(); const back = await S.echo(own);"
                "await back.add(1); return [own.add(1), await back.value];",
                "echo(value) { return value.dup(); }") == "[2,2]");
    }
    SUBCASE("passes on bindings") {
      CHECK(Ask("const self = await S.self(); return await self.name();",
                "name() { return 'back'; } self() { return this.env.SELF; }") == "back");
    }
    SUBCASE("rejects like one in the same process") {
      CHECK(Ask("return [await tried(() => S.nope()), await tried(() => S.fail()),"
                "await tried(() => S.take(new WeakMap()))];",
                "fail() { throw new TypeError('no', { cause: 1 }); } take() {}") ==
            "[\"TypeError: The RPC receiver does not implement the method \\\"nope\\\".\","
            "\"TypeError: no\",\"DataCloneError: #<WeakMap> could not be cloned.\"]");
    }
    SUBCASE("of several megabytes arrives") {
      CHECK(
          Ask("const text = 'x'.repeat(3_000_000); return (await S.echo({ text })).text === text;",
              "echo(value) { return value; }") == "true");
    }
  }

  TEST_CASE("a WebSocket between processes") {
    CHECK(Ask(R"js(
            const { status, webSocket } = await S.fetch('http://x/', { headers: { Upgrade: 'websocket' } });
            webSocket.accept();
            const heard = [];
            const closed = new Promise((resolve) => webSocket.addEventListener('close', (event) =>
              resolve([event.code, event.reason])));
            webSocket.addEventListener('message', ({ data }) => {
              heard.push(typeof data === 'string' ? data : data.byteLength ?? data.size);
              if (heard.length === 2) webSocket.close(4000, 'enough');
            });
            webSocket.send('text');
            webSocket.send(new Uint8Array(300_000));
            return [status, await closed, heard];
          )js",
              R"js(
            fetch() {
              const [client, server] = Object.values(new WebSocketPair());
              server.accept();
              server.addEventListener('message', ({ data }) => server.send(data));
              server.addEventListener('close', ({ code, reason }) => server.close(code, `${reason}!`));
              return new Response(null, { status: 101, webSocket: client });
            }
          )js") == "[101,[4000,\"enough!\"],[\"text\",300000]]");
  }
}

}  // namespace
}  // namespace isolane::worker
