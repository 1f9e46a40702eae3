// Two Runtimes that find each other in a registry: "front" calls "back".
#include "runtime/worker/peers/peers.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "runtime/worker/peers/wire.h"
#include "runtime/worker/runtime_loop.h"
#include "tests/runtime/worker/peers/pair.h"
#include "tests/runtime/worker/rpc_workers.h"

namespace isolane::worker {
namespace {

using testing::Back;
using testing::Front;
using testing::Pair;
using testing::RpcPrelude;
using testing::TestWorker;

std::string Ask(const std::string& body, const std::string& members) {
  Pair pair(Front(body), Back(members).Service("SELF", "back"));
  std::string text = pair.Text();
  CHECK(pair.AtRest());
  return text;
}

TestWorker Named(const std::string& name, const std::string& text) {
  return {name, RpcPrelude("export default class extends WorkerEntrypoint { name() { return '" +
                           text + "'; } }")};
}

// A process that says what a test makes it say, after the greeting.
class RawPeer {
 public:
  explicit RawPeer(Pair& pair) : pair_(pair), connection_(pair.ConnectRaw()) {
    REQUIRE(Receives(wire::Kind::kHello));
    Send(received_);
  }
  ~RawPeer() { close(connection_); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void Send(std::string_view frames) {
    REQUIRE(send(connection_, frames.data(), frames.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(frames.size()));
  }
  // Waits for a frame of this kind.
  bool Receives(wire::Kind kind) {
    return pair_.Until([&] {
      char buffer[4096];
      const ssize_t size = recv(connection_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size > 0) received_.append(buffer, static_cast<size_t>(size));
      std::string_view rest = received_;
      for (;;) {
        const wire::Frame frame = wire::NextFrame(rest);
        if (frame.state != wire::Frame::State::kComplete) return false;
        if (frame.kind == kind) return true;
        rest.remove_prefix(frame.size);
      }
    });
  }

 private:
  Pair& pair_;
  const int connection_;
  std::string received_;
};

wire::Call MethodOf(std::string_view worker, std::string_view name, uint32_t number) {
  wire::Call call;
  call.number = number;
  call.method = true;
  call.service.worker = worker;
  call.head = name;
  call.budget = {50, 1'000'000, 32, 6, 32, 30'000, 128, 16};
  return call;
}

// Arguments: the binding that is the first attachment, as V8 and workers/rpc_values.js write it.
constexpr std::string_view kFirstAttachment(
    "\xff\x0f"
    "A\1\\\2\0\5i\1\0\0\0\0\5i\0\0\0\0$\0\1",
    23);

// The same as a stub of the Durable Object with this address, of less than 100 bytes.
std::string StubOfFirstAttachment(const std::string& address) {
  using namespace std::string_literals;
  const char size = static_cast<char>(address.size());
  return "\xff\x0f"
         "A\1\\\3\0\5i\1\0\0\0\0\5i\0\0\0\0\0"s +
         static_cast<char>(size + 5) + "s" + size + "\0\0\0"s + address + "$\0\1"s;
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

  TEST_CASE("a Durable Object of another process") {
    Pair pair(Front("const stub = env.O.get(env.O.idFromName('a'));"
                    "const first = await stub.add(2);"
                    "return [first, await (await stub.fetch('http://x/p')).text(), stub.name,"
                    "(await S.count(env.O.getByName('a'))), await tried(() => "
                    "env.X.getByName('a').add(1))];")
                  .Objects("O", "Obj", "back")
                  .Objects("X", "Nope", "back"),
              TestWorker("back", testing::RpcPrelude(R"js(
                import { DurableObject } from 'cloudflare:workers';
                export class Obj extends DurableObject {
                  #n = 0;
                  add(by) { return this.#n += by; }
                  fetch(request) { return new Response(`${this.#n} ${request.url} ${this.ctx.id.name}`); }
                }
                export default class extends WorkerEntrypoint {
                  async count(stub) { return await stub.add(5); }
                }
              )js"))
                  .Objects("SELF", "Obj"));
    SUBCASE("is one and the same for all that call it") {
      CHECK(pair.Text() ==
            "[2,\"2 http://x/p a\",\"a\",7,\"Error: Worker \\\"back\\\" has no class of Durable "
            "Objects called \\\"Nope\\\" (durable_objects, migrations or exports of its "
            "configuration).\"]");
      CHECK(pair.Text().starts_with("[9,"));
    }
  }

  TEST_CASE("what a request may use") {
    SUBCASE("is one budget of subrequests") {
      Pair pair(Front("const first = await tried(() => S.use(3)); return [first, await tried(() => "
                      "S.use(9))];")
                    .Subrequests(8),
                Back("async use(n) { let done = 0; try { for (; done < n; done++) await "
                     "this.env.SELF.nothing(); }"
                     "catch (error) { return `${done} ${error.message.slice(0, 20)}`; } return "
                     "done; } nothing() {}")
                    .Service("SELF", "back"));
      CHECK(pair.Text() == "[3,\"3 Too many subrequests\"]");
    }
    SUBCASE("is one depth") {
      Pair pair(Front("return await tried(() => S.deeper(0));").Depth(5),
                Back("async deeper(n) { try { return await this.env.SELF.deeper(n + 1); }"
                     "catch (error) { return `${n} ${error.message.slice(0, 32)}`; } }")
                    .Service("SELF", "back"));
      CHECK(pair.Text() == "3 Subrequest depth limit exceeded.");
    }
    SUBCASE("is one budget of CPU time") {
      Pair pair(Front("return await tried(() => S.spin());").CpuMs(30),
                Back("spin() { for (;;); }"));
      CHECK(pair.Text() == "503 Worker exceeded CPU time limit.");
      CHECK(pair.AtRest());
    }
  }

  TEST_CASE("the end of a request") {
    SUBCASE("ends what it has called and did not await, but not its waitUntil") {
      Pair pair(Front(R"js(
                  if (url.pathname === '/over') return await S.tell();
                  S.forgotten();
                  S.kept();
                  while (await S.begun() < 2) await sleep(1);
                  return 'done';
                )js"),
                Back(R"js(
                  async forgotten() { begun++; await sleep(1e6); }
                  kept() {
                    begun++;
                    this.ctx.waitUntil((async () => {
                      while (!told) await sleep(1);
                      log.push('kept');
                    })());
                  }
                  begun() { return begun; }
                  tell() { told = true; return 'told'; }
                };
                let begun = 0;
                let told = false;
                {
                )js"));
      CHECK(pair.Text() == "done");
      CHECK(pair.Text("/over") == "told");
      CHECK_MESSAGE(pair.AtRest(), "what was forgotten goes on");
      CHECK(pair.Text("/log") == "kept");
    }
    SUBCASE("comes also when what it called hangs and has waitUntil tasks") {
      Pair pair(Front("return [await tried(() => S.hang()), (await S.fetch('http://s/')).status];"),
                Back("hang() { this.ctx.waitUntil(sleep(5)); return new Promise(() => {}); }"
                     "fetch() { this.ctx.waitUntil(sleep(5)); return new Promise(() => {}); }"));
      CHECK(pair.Text().find("code had hung and would never generate a response") !=
            std::string::npos);
      CHECK(pair.AtRest());
    }
    SUBCASE("disposes of stubs that were forgotten") {
      Pair pair(Front("const c = await S.make(); return await c.add(1);"),
                Back("make() { return new Counter('c'); }"));
      CHECK(pair.Text() == "1");
      CHECK(pair.AtRest());
      CHECK(pair.Text("/log") == "disposed c");
    }
  }

  TEST_CASE("a Worker that another process has given back a binding to") {
    const std::string gives = "return S.ask(S);";
    const auto back = [](const std::string& text) {
      return Back("name() { return '" + text + "'; } ask(other) { return other.name(); }");
    };
    SUBCASE("has another version") {
      Pair pair(Front(gives), back("one"));
      CHECK(pair.Text() == "one");
      pair.ReloadBack({back("two")});
      CHECK(pair.Text() == "two");
    }
    SUBCASE("is removed and comes back") {
      Pair pair;
      const TestWorker first = Back("relay(other) { return other.name(); }");
      pair.StartFront(Front("return S.relay(env.OTHER);").Service("OTHER", "other"));
      pair.StartBack({first, Named("other", "one")});
      CHECK(pair.Text() == "one");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.ReloadBack({Named("other", "two")});
      CHECK(pair.Text() == "two");
    }
  }

  TEST_CASE("a Worker that goes on in another process") {
    Pair pair;
    pair.StartFront(Front("return await env.OTHER.name();").Service("OTHER", "other"));
    pair.StartBack({Back("name() { return 'back'; }"), Named("other", "one")});
    CHECK(pair.Text() == "one");
    SUBCASE("is found there") {
      pair.ReloadBack({}, {"other"});
      pair.StartThird(Named("other", "two"));
      // It hears of it.
      pair.Poll();
      CHECK(pair.Text() == "two");
    }
    SUBCASE("is found there by those that it has called, too") {
      pair.ReloadBack({Named("other", "new one")});
      CHECK(pair.Text() == "new one");
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Text().starts_with("threw Error: Worker \"other\" not found."));
      pair.StartThird(Named("other", "two"));
      CHECK(pair.Text() == "two");
    }
  }

  TEST_CASE("which Workers of others can be called") {
    std::vector<std::string> told = {"nothing"};
    RuntimeOptions options;
    options.on_connections = [&](const std::vector<std::string>& connected) { told = connected; };
    Pair pair;
    pair.StartFront(Front("return 1;"), options);
    pair.StartBack(Back(""));
    CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    SUBCASE("is told of those that a Reload has brought a binding to") {
      const Status done = pair.front->get().Reload(
          {.workers = testing::Specs({Front("return 1;").Service("OTHER", "other")})});
      REQUIRE(done.ok());
      pair.StartThird(Named("other", "one"));
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back", "other"}; }));
      pair.third.reset();
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    }
    SUBCASE("is told when a process has one of them no more") {
      pair.ReloadBack({Named("other", "one")});
      pair.StartFront(Front("return 1;").Service("OTHER", "other"), options);
      CHECK(pair.Text() == "1");
      told = {"nothing"};
      pair.ReloadBack({}, {"other"});
      CHECK(pair.Until([&] { return told == std::vector<std::string>{"back"}; }));
    }
  }

  TEST_CASE("a binding that only its process can call") {
    SUBCASE("is called there, however often it was given") {
      Pair pair(Front("const all = await S.give(11000); return await all[10999].name();"),
                Back("give(n) { return Array.from({ length: n }, () => this.ctx.exports.default); }"
                     "name() { return 'back'; }")
                    .Flag("enable_ctx_exports"));
      CHECK(pair.Text() == "back");
    }
    SUBCASE("leads to the function that stubs it") {
      Pair pair(Front("return (await (await S.give()).fetch('http://x/')).text();"),
                Back("give() { return this.env.SELF; } fetch() { return new Response('Worker'); }")
                    .Service("SELF", "back"));
      REQUIRE(pair.back->get()
                  .Stub("back.SELF",
                        [](const Request&) {
                          Response response;
                          response.body = "stub";
                          return response;
                        })
                  .ok());
      CHECK(pair.Text() == "stub");
    }
    SUBCASE("comes back in a call whose link is lost before it begins") {
      Pair pair;
      pair.StartBack(Back("give() { return this.ctx.exports.default; }"
                          "take(own) { console.log('took ' + typeof own.name); }"
                          "name() { return 'back'; }")
                         .Flag("enable_ctx_exports"));
      RawPeer peer(pair);
      wire::Call give = MethodOf("back", "give", 1);
      std::string frames;
      wire::Append(give, frames);
      peer.Send(frames);
      REQUIRE(peer.Receives(wire::Kind::kAnswer));
      wire::Call take = MethodOf("back", "take", 2);
      take.message.cloned = true;
      take.message.clone = kFirstAttachment;
      take.message.attachments.resize(1);
      take.message.attachments[0].kind = wire::Attachment::Kind::kYourChannel;
      frames.clear();
      wire::Append(take, frames);
      peer.Send(frames + std::string(64, '\xff'));
      CHECK(pair.Until([&] { return pair.back->observer().Find("took function") != nullptr; }));
      CHECK(pair.AtRest());
    }
  }

  TEST_CASE("the stub of a Durable Object whose id is none is told so, and names no file") {
    Pair pair;
    pair.StartBack(TestWorker("back", RpcPrelude(R"js(
                     import { DurableObject } from 'cloudflare:workers';
                     export class Obj extends DurableObject { say() { return 'started'; } }
                     export default class extends WorkerEntrypoint {
                       async ask(stub) { console.log(await tried(() => stub.say())); }
                     }
                   )js"))
                       .Objects("SELF", "Obj"));
    RawPeer peer(pair);
    wire::Call ask = MethodOf("back", "ask", 1);
    const std::string clone = StubOfFirstAttachment(std::string(64, '/'));
    ask.message.cloned = true;
    ask.message.clone = clone;
    ask.message.attachments.resize(1);
    ask.message.attachments[0].kind = wire::Attachment::Kind::kNamedService;
    ask.message.attachments[0].service = {"back", "Obj", "", true};
    std::string frames;
    wire::Append(ask, frames);
    peer.Send(frames);
    CHECK(pair.Until([&] { return !pair.back->observer().lines.empty(); }));
    CHECK(pair.back->observer().Find("Error: Invalid Durable Object ID") != nullptr);
  }

  TEST_CASE("a process that was told to end") {
    Pair pair;
    pair.StartBack(Named("back", "one"));
    REQUIRE(pair.back->get().Listen({}).ok());
    LoopOf(pair.back->get()).Post([] { raise(SIGTERM); });
    CHECK(pair.back->get().Run() == SIGTERM);
    SUBCASE("may still get another version of a Worker") {
      pair.ReloadBack({Named("back", "two")});
      pair.StartFront(Front("return await tried(() => S.name());"));
      CHECK(pair.Text().starts_with("Error: Worker \"back\" not found."));
    }
  }

  TEST_CASE("a process that ends") {
    const TestWorker back = Back(
        "name() { return 'back'; } hang() { return sleep(1e6); }"
        "make() { return new Counter(); }");
    SUBCASE("fails the calls that wait for it, and the next one is found") {
      Pair pair(
          Front("return url.pathname === '/hang' ? await tried(() => S.hang()) : await S.name();"),
          back);
      const auto pending = pair.front->Start("/hang");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 1; }));
      Pair::Stop(pair.back);
      REQUIRE(pair.Until([&] { return pending->done(); }));
      CHECK(pending->response().body ==
            "Error: Network connection lost: the isolane process that runs Worker \"back\" stopped "
            "before it answered.");
      pair.StartBack(back);
      CHECK(pair.Text("/name") == "back");
    }
    SUBCASE("leaves stubs that say so") {
      Pair pair(
          Front("const c = await S.make(); for (;;) { const answer = await tried(() => c.add(1));"
                "if (typeof answer === 'string') return answer; await sleep(1); }"),
          back);
      const auto pending = pair.front->Start("/");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_stubs() == 1; }));
      Pair::Stop(pair.back);
      REQUIRE(pair.Until([&] { return pending->done(); }));
      CHECK(pending->response().body.starts_with("Error: Network connection lost: the "));
    }
    SUBCASE("that has called ends what it called") {
      Pair pair(Front("return await S.hang();"), back);
      pair.front->Start("/");
      REQUIRE(pair.Until([&] { return pair.back->graph().dispatcher().live_pipelines() == 1; }));
      Pair::Stop(pair.front);
      CHECK(pair.AtRest());
    }
  }

  TEST_CASE("a Worker that nobody has") {
    Pair pair;
    pair.StartFront(
        Front("const r = await S.fetch('http://x/');"
              "return [r.status, await r.text(), await tried(() => S.m())];"));
    const std::string missing =
        "Worker \\\"back\\\" not found. Make sure it is running locally. Known Workers: front. "
        "(binding S of front)";
    CHECK(pair.Text() == "[503,\"" + missing + "\",\"Error: " + missing + "\"]");
    SUBCASE("is found as soon as it is started") {
      pair.StartBack(Back("fetch() { return new Response('here'); } m() { return 'here'; }"));
      CHECK(pair.Text() == "[200,\"here\",\"here\"]");
    }
  }

  TEST_CASE("a connection that sends nonsense is hung up on, and nothing else happens") {
    Pair pair;
    pair.StartFront(Front("return 'fine';"));
    for (const std::string& nonsense : {std::string("GET / HTTP/1.1\r\n\r\n"),
                                        std::string(1000, '\0'), std::string(64, '\xff')}) {
      const int connection = pair.ConnectRaw();
      REQUIRE(send(connection, nonsense.data(), nonsense.size(), MSG_NOSIGNAL) > 0);
      char byte;
      ssize_t received = -1;
      CHECK(pair.Until([&] {
        do {
          received = recv(connection, &byte, 1, MSG_DONTWAIT);
        } while (received > 0);  // its greeting
        return received == 0 || errno == ECONNRESET;
      }));
      close(connection);
      CHECK(pair.Text() == "fine");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
