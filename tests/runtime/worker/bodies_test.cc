#include "runtime/worker/bodies.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// Answers with what it was sent.
TestWorker Echo() {
  return TestWorker::Handler("echo", R"js(
    if (new URL(request.url).pathname === '/length') {
      let length = 0;
      for await (const chunk of request.body) length += chunk.byteLength;
      return new Response(String(length));
    }
    return new Response(request.body, { headers: { 'x-type': request.headers.get('content-type') } });
  )js");
}

TestWorker Front(const std::string& body) {
  return TestWorker::Handler("front", body).Service("ECHO", "echo");
}

TEST_SUITE("runtime/worker/bodies") {
  TEST_CASE("a body passes through two Workers untouched") {
    TestRuntime runtime({Front("return env.ECHO.fetch(request);"), Echo()});
    SUBCASE("small") { CHECK(runtime.Post("/", "some text").body == "some text"); }
    SUBCASE("large") {
      std::string large;
      for (int i = 0; large.size() < (3u << 20); i++) large += std::to_string(i);
      CHECK(runtime.Post("/", large).body == large);
    }
    SUBCASE("with bytes that are no text") {
      std::string bytes;
      for (int i = 0; i < 256; i++) bytes += static_cast<char>(i);
      CHECK(runtime.Post("/", bytes).body == bytes);
    }
    SUBCASE("empty") { CHECK(runtime.Post("/", "").body.empty()); }
  }

  TEST_CASE("kinds of body") {
    std::string init;
    std::string type = "null";
    std::string text = "caf\xc3\xa9";
    SUBCASE("a string") {
      init = "'caf\xc3\xa9'";
      type = "text/plain;charset=UTF-8";
    }
    SUBCASE("bytes") { init = "new TextEncoder().encode('caf\xc3\xa9')"; }
    SUBCASE("a part of a buffer") {
      init = "new TextEncoder().encode('a caf\xc3\xa9!').subarray(2, 7)";
    }
    SUBCASE("an ArrayBuffer") { init = "new TextEncoder().encode('caf\xc3\xa9').buffer"; }
    SUBCASE("a Blob") {
      init = "new Blob(['caf', '\xc3\xa9'], { type: 'text/x-y' })";
      type = "text/x-y";
    }
    SUBCASE("URLSearchParams") {
      init = "new URLSearchParams({ a: '1 2' })";
      type = "application/x-www-form-urlencoded;charset=UTF-8";
      text = "a=1+2";
    }
    SUBCASE("a stream") {
      init = R"(new ReadableStream({ start(controller) {
                  controller.enqueue(new TextEncoder().encode('caf'));
                  controller.enqueue(new TextEncoder().encode('\u00e9'));
                  controller.close();
                } }))";
    }
    SUBCASE("a stream of many bytes") {
      init = R"(new Response('x'.repeat(500000)).body)";
      text = std::string(500000, 'x');
    }
    CAPTURE(init);
    TestRuntime runtime(
        {Front("return env.ECHO.fetch('http://echo/', { method: 'POST', body: " + init + " });"),
         Echo()});
    const Response response = runtime.Get();
    CHECK(response.body == text);
    CHECK(response.Header("x-type") == type);
  }

  TEST_CASE("a memory that a body refers to from another isolate outlives its isolate's interest") {
    TestRuntime runtime({Front(R"js(
                           const bytes = new Uint8Array(100000).fill(120);
                           const answer = await env.ECHO.fetch('http://e/', { method: 'POST', body: bytes });
                           const text = await answer.text();
                           return new Response(text.length + text[99999]);
                         )js"),
                         Echo()});
    for (int i = 0; i < 5; i++) {
      CHECK(runtime.Text() == "100000x");
      runtime.HeapOf(0);
      runtime.HeapOf(1);
    }
  }

  TEST_CASE("a body can be used once") {
    const auto refused = [](const std::string& code) {
      TestRuntime runtime({Front("try { " + code + R"js( return new Response('no error'); }
                             catch (error) { return new Response(error.name + ': ' + error.message); }
                           )js"),
                           Echo()});
      return runtime.Post("/", "body").body;
    };
    const std::string used =
        "TypeError: Body has already been used. It can only be used once. Use tee() first if you "
        "need to read it twice.";
    const std::string send = "TypeError: Cannot reconstruct a Request with a used body.";
    CHECK(refused("await request.text(); await request.text();") == used);
    CHECK(refused("await request.text(); request.clone();") == used);
    CHECK(refused("await request.text(); await env.ECHO.fetch(request);") == send);
    CHECK(refused("await env.ECHO.fetch(request); await env.ECHO.fetch(request);") == send);
    CHECK(refused("const r = await env.ECHO.fetch(request); await r.text(); await r.text();") ==
          used);
    CHECK(refused("request.body.getReader(); await request.text();").find("locked to a reader") !=
          std::string::npos);
    CHECK(refused("const get = new Request('http://e/'); await env.ECHO.fetch(get); "
                  "await env.ECHO.fetch(get);") == "no error");
  }

  TEST_CASE("bodyUsed") {
    TestRuntime runtime({Front(R"js(
                           const flags = [request.bodyUsed];
                           const copy = request.clone();
                           flags.push(request.bodyUsed);
                           await env.ECHO.fetch(request);
                           flags.push(request.bodyUsed, copy.bodyUsed);
                           await copy.text();
                           flags.push(copy.bodyUsed);
                           return new Response(flags.join());
                         )js"),
                         Echo()});
    CHECK(runtime.Post("/", "x").body == "false,false,true,false,true");
  }

  TEST_CASE("clone") {
    SUBCASE("both branches deliver") {
      TestRuntime runtime({Front(R"js(
                             const copy = request.clone();
                             const answer = await env.ECHO.fetch(request);
                             return new Response(await answer.text() + ' ' + await copy.text());
                           )js"),
                           Echo()});
      CHECK(runtime.Post("/", "x").body == "x x");
    }
    SUBCASE("a branch that nobody reads blocks nobody") {
      // The gateway of the sample: AUTH gets a copy and does not look at it.
      TestRuntime runtime({TestWorker::Handler("gateway", R"js(
             const verdict = await env.AUTH.fetch(request.clone());
             if (verdict.status !== 200) return verdict;
             return env.ECHO.fetch(request);
           )js")
                               .Service("AUTH", "auth")
                               .Service("ECHO", "echo"),
                           TestWorker::Handler("auth", "return new Response('yes');"), Echo()});
      const std::string large(2u << 20, 'y');
      CHECK(runtime.Post("/", large).body == large);
    }
    SUBCASE("of a response that streams") {
      TestRuntime runtime({Front(R"js(
                             const answer = await env.ECHO.fetch('http://e/', { method: 'POST',
                                 body: new ReadableStream({
                                   async start(controller) {
                                     for (let i = 0; i < 3; i++) {
                                       await new Promise((resolve) => setTimeout(resolve, 1));
                                       controller.enqueue(new TextEncoder().encode('part' + i));
                                     }
                                     controller.close();
                                   },
                                 }) });
                             const copy = answer.clone();
                             return new Response(await answer.text() + '|' + await copy.text());
                           )js"),
                           Echo()});
      CHECK(runtime.Text() == "part0part1part2|part0part1part2");
    }
    SUBCASE("of a stream, one branch unread") {
      TestRuntime runtime({Front(R"js(
                             const answer = await env.ECHO.fetch('http://e/', { method: 'POST',
                                 body: new Response('z'.repeat(1000000)).body });
                             answer.clone();
                             return new Response(String((await answer.text()).length));
                           )js"),
                           Echo()});
      CHECK(runtime.Text() == "1000000");
    }
  }

  TEST_CASE("streaming") {
    SUBCASE("chunk by chunk, both ways, over two Workers") {
      TestRuntime runtime({Front(R"js(
                             const { readable, writable } = new TransformStream();
                             const answer = await env.ECHO.fetch('http://e/',
                                 { method: 'POST', body: readable });
                             // The answer came before the upload has begun.
                             const writer = writable.getWriter();
                             const reader = answer.body.getReader();
                             const seen = [];
                             for (const word of ['one', 'two', 'three']) {
                               writer.write(new TextEncoder().encode(word));
                               const { value } = await reader.read();
                               seen.push(new TextDecoder().decode(value));
                             }
                             writer.close();
                             const { done } = await reader.read();
                             return new Response(seen.join() + done);
                           )js"),
                           Echo()});
      CHECK(runtime.Text() == "one,two,threetrue");
    }
    SUBCASE("counts the bytes of a large upload") {
      TestRuntime runtime({Front(R"js(
                             let left = 500;
                             const body = new ReadableStream({
                               pull(controller) {
                                 if (left-- > 0) controller.enqueue(new Uint8Array(10000));
                                 else controller.close();
                               },
                             });
                             return env.ECHO.fetch('http://e/length', { method: 'POST', body });
                           )js"),
                           Echo()});
      CHECK(runtime.Text() == "5000000");
    }
    SUBCASE("an error of the source reaches the reader with type and message") {
      TestRuntime runtime({Front(R"js(
                             const answer = await env.BAD.fetch('http://b/');
                             try { return new Response(await answer.text()); }
                             catch (error) { return new Response(error.name + ': ' + error.message); }
                           )js")
                               .Service("BAD", "bad"),
                           Echo(), TestWorker::Handler("bad", R"js(
                             let sent = false;
                             return new Response(new ReadableStream({
                               pull(controller) {
                                 if (sent) controller.error(new RangeError('broke off'));
                                 else controller.enqueue(new Uint8Array(10));
                                 sent = true;
                               },
                             }));
                           )js")});
      CHECK(runtime.Text() == "RangeError: broke off");
    }
    SUBCASE("an error of the public Worker's stream cuts the response") {
      TestRuntime runtime({Front(R"js(
                             return new Response(new ReadableStream({
                               start(controller) {
                                 controller.enqueue(new Uint8Array(10));
                                 controller.error(new Error('broke off'));
                               },
                             }));
                           )js"),
                           Echo()});
      auto answer = runtime.get().Fetch({});
      REQUIRE_FALSE(answer.ok());
      CHECK(answer.error().message.find("broke off") != std::string::npos);
    }
    SUBCASE("cancelling calls the source's cancel") {
      TestRuntime runtime({Front(R"js(
                             const answer = await env.SLOW.fetch('http://s/');
                             const reader = answer.body.getReader();
                             await reader.read();
                             await reader.cancel('enough');
                             // What was cancelled, SLOW tells in another request.
                             await new Promise((resolve) => setTimeout(resolve, 1));
                             return env.SLOW.fetch('http://s/log');
                           )js")
                               .Service("SLOW", "slow"),
                           Echo(), TestWorker("slow", R"js(
                             let log = 'nothing';
                             export default { fetch(request) {
                               if (request.url.endsWith('/log')) return new Response(log);
                               return new Response(new ReadableStream({
                                 pull(controller) { controller.enqueue(new Uint8Array(40000)); },
                                 cancel() { log = 'cancelled'; },
                               }));
                             } };
                           )js")});
      CHECK(runtime.Text() == "cancelled");
    }
    SUBCASE("a chunk that is no bytes is a TypeError") {
      TestRuntime runtime({Front(R"js(
                             const answer = await env.BAD.fetch('http://b/');
                             try { return new Response(await answer.text()); }
                             catch (error) { return new Response(error.name); }
                           )js")
                               .Service("BAD", "bad"),
                           Echo(), TestWorker::Handler("bad", R"js(
                             return new Response(new ReadableStream({
                               start(controller) { controller.enqueue({}); controller.close(); },
                             }));
                           )js")});
      CHECK(runtime.Text() == "TypeError");
    }
  }

  TEST_CASE("back-pressure: a reader that takes its time bounds what a fast writer produces") {
    const TestWorker fast = TestWorker("fast", R"js(
      let produced = 0;
      export default { fetch(request) {
        if (request.url.endsWith('/produced')) return new Response(String(produced));
        return new Response(new ReadableStream({
          pull(controller) {
            produced += 10000;
            controller.enqueue(new Uint8Array(10000));
          },
        }, { highWaterMark: 0 }));
      } };
    )js");
    TestRuntime runtime({TestWorker::Handler("slow", R"js(
                           const answer = await env.FAST.fetch('http://f/');
                           const ahead = [];
                           const reader = answer.body.getReader();
                           let read = 0;
                           for (let i = 0; i < 20; i++) {
                             read += (await reader.read()).value.byteLength;
                             await new Promise((resolve) => setTimeout(resolve, 1));
                             const produced = await (await env.FAST.fetch('http://f/produced')).text();
                             ahead.push(Number(produced) - read);
                           }
                           await reader.cancel();
                           return new Response(String(Math.max(...ahead)));
                         )js")
                             .Service("FAST", "fast"),
                         fast});
    const size_t ahead = std::stoul(runtime.Text());
    CHECK(ahead >= 10000);
    // What waits in the pipe, and a chunk in the writer's hand and in the reader's.
    CHECK(ahead <= base::Pipe::kHighWaterMark + 30000);
  }

  TEST_CASE("the length of a body is known where it can be") {
    TestRuntime runtime({Front(R"js(
                           const lengths = [];
                           const stream = new ReadableStream({ start(c) { c.close(); } });
                           const kinds = ['four', new Uint8Array(5), new Response('x').body, stream];
                           for (const body of kinds) {
                             const answer = await env.HEADS.fetch('http://h/', { method: 'POST', body });
                             lengths.push(await answer.text());
                           }
                           return new Response(lengths.join());
                         )js")
                             .Service("HEADS", "heads"),
                         Echo(), TestWorker::Handler("heads", R"js(
                           return new Response(request.headers.get('content-length') + ' ' +
                               request.headers.get('transfer-encoding'));
                         )js")});
    CHECK(runtime.Text() == "4 null,5 null,1 null,null chunked");
  }
}

}  // namespace
}  // namespace isolane::worker
