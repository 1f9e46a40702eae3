// Runtime::Stub and bodies that JavaScript streams: runtime/worker/stub_body.h.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::TestRuntime;
using testing::TestWorker;

// Sends `body`, a JavaScript expression, to its binding AUTH. Gives the answer's text, or the
// error.
TestWorker Sender(const std::string& name, const std::string& body) {
  return TestWorker::Handler(name, R"js(
           const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
           const encode = (text) => new TextEncoder().encode(text);
           try {
             const answer = await env.AUTH.fetch('http://auth/', { method: 'POST', body: )js" +
                                       body + R"js( });
             return new Response(answer.status + ' ' + await answer.text());
           } catch (error) {
             return new Response(error.name + ': ' + error.message);
           }
         )js")
      .Service("AUTH", "auth");
}

TestWorker Auth() { return TestWorker::Handler("auth", "return new Response('the Worker');"); }

Response Echo(const Request& request) {
  return Response{200, {}, {}, "[" + request.method + " " + request.body + "]"};
}

TEST_SUITE("runtime/worker/stub") {
  TEST_CASE("a stub gets the whole of a body that JavaScript streams") {
    std::string body;
    SUBCASE("written at once") {
      body = "new ReadableStream({ start(c) { c.enqueue(encode('one two three')); c.close(); } })";
    }
    SUBCASE("written as time goes by") {
      body = R"js(new ReadableStream({
        async start(controller) {
          for (const word of ['one ', 'two ', 'three']) {
            await sleep(1);
            controller.enqueue(encode(word));
          }
          controller.close();
        },
      }))js";
    }
    SUBCASE("pulled") {
      body = R"js((() => {
        const words = ['one ', 'two ', 'three'];
        return new ReadableStream({ pull(controller) {
          if (words.length === 0) controller.close();
          else controller.enqueue(encode(words.shift()));
        } });
      })())js";
    }
    SUBCASE("of a TransformStream") {
      body = R"js((() => {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        writer.write(encode('one two '));
        writer.write(encode('three')).then(() => writer.close());
        return readable;
      })())js";
    }
    TestRuntime runtime({Sender("gateway", body), Auth()});
    REQUIRE(runtime.get().Stub("AUTH", Echo).ok());
    CHECK(runtime.Text() == "200 [POST one two three]");
    CHECK(runtime.Text() == "200 [POST one two three]");
  }

  TEST_CASE("a stub gets a streamed body that is larger than a pipe") {
    TestRuntime runtime({Sender("gateway", R"js((() => {
                           let left = 100;
                           return new ReadableStream({ pull(controller) {
                             if (left-- === 0) controller.close();
                             else controller.enqueue(new Uint8Array(10000).fill(120));
                           } });
                         })())js"),
                         Auth()});
    size_t size = 0;
    REQUIRE(runtime.get()
                .Stub("AUTH",
                      [&](const Request& request) {
                        size = request.body.size();
                        CHECK(request.body == std::string(size, 'x'));
                        return Response{};
                      })
                .ok());
    CHECK(runtime.Text() == "200 ");
    CHECK(size == 1'000'000);
  }

  TEST_CASE("a stub is called once, when the body is complete") {
    TestRuntime runtime({Sender("gateway", R"js(new ReadableStream({
                           async start(controller) {
                             controller.enqueue(encode('begun '));
                             console.log('begun');
                             await sleep(5);
                             controller.enqueue(encode('done'));
                             controller.close();
                           },
                         }))js"),
                         Auth()});
    std::vector<std::string> bodies;
    REQUIRE(runtime.get()
                .Stub("AUTH",
                      [&](const Request& request) {
                        bodies.push_back(request.body);
                        return Response{};
                      })
                .ok());
    auto pending = runtime.Start();
    CHECK(testing::PollUntil(runtime, [&] { return pending->done(); }));
    REQUIRE(bodies.size() == 1);
    CHECK(bodies[0] == "begun done");
  }

  TEST_CASE("a body that errors rejects the caller's fetch with that error") {
    std::string source;
    std::string expected;
    SUBCASE("before its first byte") {
      source = "start(controller) { controller.error(new RangeError('no bytes')); }";
      expected = "RangeError: no bytes";
    }
    SUBCASE("after some") {
      source = R"js(async start(controller) {
        controller.enqueue(encode('some'));
        await sleep(1);
        controller.error(new TypeError('broken'));
      })js";
      expected = "TypeError: broken";
    }
    SUBCASE("by an exception of pull") {
      source = "async pull() { await sleep(1); throw new SyntaxError('pulled'); }";
      expected = "SyntaxError: pulled";
    }
    SUBCASE("by a chunk that is no bytes") {
      source = "start(controller) { controller.enqueue({}); controller.close(); }";
      expected =
          "TypeError: This TransformStream is being used as a byte stream, but received an "
          "object of non-ArrayBuffer/ArrayBufferView type on its writable side.";
    }
    CAPTURE(source);
    TestRuntime runtime({Sender("gateway", "new ReadableStream({ " + source + " })"), Auth()});
    int calls = 0;
    REQUIRE(runtime.get()
                .Stub("AUTH",
                      [&](const Request&) {
                        calls++;
                        return Response{};
                      })
                .ok());
    CHECK(runtime.Text() == expected);
    CHECK(calls == 0);
  }

  TEST_CASE("a body that never ends is the caller's hang") {
    TestRuntime runtime({Sender("gateway", "new ReadableStream({})"), Auth()});
    REQUIRE(runtime.get().Stub("AUTH", Echo).ok());
    auto pending = runtime.Start();
    runtime.Poll();
    REQUIRE(pending->done());
    CHECK(pending->response().status == 500);
    CHECK(runtime.observer().Find("hung") != nullptr);
  }

  TEST_CASE("a call that is aborted while its body is gathered never reaches the stub") {
    TestRuntime runtime({TestWorker::Handler("gateway", R"js(
                           const controller = new AbortController();
                           let end = 'not cancelled';
                           const body = new ReadableStream({
                             start(stream) { stream.enqueue(new Uint8Array(4)); },
                             cancel() { end = 'cancelled'; },
                           });
                           setTimeout(() => controller.abort(), 1);
                           try {
                             await env.AUTH.fetch('http://a/',
                                 { method: 'POST', body, signal: controller.signal });
                           } catch (error) {
                             await new Promise((resolve) => setTimeout(resolve, 1));
                             return new Response(error.name + ' ' + end);
                           }
                         )js")
                             .Service("AUTH", "auth"),
                         Auth()});
    int calls = 0;
    REQUIRE(runtime.get()
                .Stub("AUTH",
                      [&](const Request&) {
                        calls++;
                        return Response{};
                      })
                .ok());
    CHECK(runtime.Text() == "AbortError cancelled");
    CHECK(calls == 0);
  }

  TEST_CASE("the name of a binding") {
    // Both Workers have a binding AUTH; the app calls its own.
    TestRuntime runtime(
        {TestWorker::Handler("gateway", R"js(
                           const own = await (await env.AUTH.fetch('http://a/')).text();
                           return new Response(own + ', ' + await (await env.APP.fetch('http://a/')).text());
                         )js")
             .Service("AUTH", "auth")
             .Service("APP", "app"),
         TestWorker::Handler("app", "return env.AUTH.fetch('http://a/');").Service("AUTH", "auth"),
         Auth()});
    const auto stub = [](const Request&) { return Response{200, {}, {}, "stub"}; };
    SUBCASE("alone stubs it in every Worker") {
      REQUIRE(runtime.get().Stub("AUTH", stub).ok());
      CHECK(runtime.Text() == "stub, stub");
    }
    SUBCASE("with a Worker's stubs that Worker's only") {
      REQUIRE(runtime.get().Stub("gateway.AUTH", stub).ok());
      CHECK(runtime.Text() == "stub, the Worker");
      REQUIRE(runtime.get().Stub("app.AUTH", stub).ok());
      CHECK(runtime.Text() == "stub, stub");
    }
    SUBCASE("that does not exist is an error that names those that do") {
      const std::string known = " (known: gateway.AUTH, gateway.APP, app.AUTH)";
      for (const std::string name : {"auth", "AUT", "auth.AUTH", "gateway.", ""}) {
        const Status stubbed = runtime.get().Stub(name, stub);
        REQUIRE_FALSE(stubbed.ok());
        CHECK(stubbed.error().message == "no service binding is called " + name + known);
      }
      CHECK(runtime.Text() == "the Worker, the Worker");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
