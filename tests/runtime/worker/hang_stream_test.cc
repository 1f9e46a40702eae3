// A response stream that nobody will ever continue is noticed when its reader has drained it:
// runtime/worker/bodies.cc, OnEmpty.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
constexpr char kNoticed[] = "The response's body was begun, but nothing is left that could end it.";

// Begins a body with `size` bytes and never goes on.
TestWorker Stalling(const std::string& name, size_t size = 4) {
  return TestWorker::Handler(name, "const size = " + std::to_string(size) + R"js(;
    return new Response(new ReadableStream({
      start(controller) { controller.enqueue(new Uint8Array(size).fill(120)); },
    }));
  )js");
}

TestWorker Gateway(const std::string& body) {
  return TestWorker::Handler("gateway", body).Service("APP", "app");
}

bool EndsOf(TestRuntime& runtime, RawSocket& client) {
  return PollUntil(runtime, [&] {
    client.Poll();
    return client.ended();
  });
}

// What a client sees of GET /: all that was written, then the end of the connection instead of the
// end of the body.
void CheckBroken(const std::vector<TestWorker>& workers, size_t size = 4) {
  TestRuntime runtime(workers);
  auto port = runtime.get().Serve("127.0.0.1", 0);
  REQUIRE(port.ok());
  RawSocket client(*port);
  client.Send(kGet);
  REQUIRE(EndsOf(runtime, client));
  const std::string& received = client.received();
  CHECK(received.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(received.find("transfer-encoding: chunked\r\n") != std::string::npos);
  const std::string_view body = std::string_view(received).substr(received.find("\r\n\r\n"));
  CHECK(static_cast<size_t>(std::count(body.begin(), body.end(), 'x')) == size);
  CHECK_FALSE(received.ends_with("0\r\n\r\n"));
  CHECK(runtime.observer().Count(kNoticed) == 1);
}

TEST_SUITE("runtime/worker/hang_stream") {
  TEST_CASE("a stream that enqueues once and never closes is cut after its reader has drained it") {
    SUBCASE("when the public Worker made it") { CheckBroken({Stalling("app")}); }
    SUBCASE("when it is larger than what waits for a socket") {
      CheckBroken({Stalling("app", 3'000'000)}, 3'000'000);
    }
    SUBCASE("through a binding") {
      CheckBroken({Gateway("return env.APP.fetch(request);"), Stalling("app")});
    }
    SUBCASE("through a binding, cloned") {
      CheckBroken({Gateway("return (await env.APP.fetch(request)).clone();"), Stalling("app")});
    }
    SUBCASE("through a binding and a stream of the caller") {
      CheckBroken({Gateway("const { body } = await env.APP.fetch(request); "
                           "return new Response(body.pipeThrough(new TransformStream()));"),
                   Stalling("app")});
    }
  }

  TEST_CASE("the caller that reads a child's body gets an error after what there was") {
    TestRuntime runtime({Gateway(R"js(
                           const reader = (await env.APP.fetch(request)).body.getReader();
                           const first = await reader.read();
                           try { await reader.read(); } catch (error) {
                             return new Response(first.value.length + ' ' + error.name);
                           }
                           return new Response('no error');
                         )js"),
                         Stalling("app")});
    const std::string text = runtime.Text();
    // Which of the two is told depends on who can still answer: the gateway is the one that waits.
    CHECK_MESSAGE((text == "4 Error" || text == "500 Internal Server Error"), text);
    CHECK(runtime.observer().Find("hung") != nullptr);
  }

  TEST_CASE("a drained stream that a timer continues is no hang") {
    const TestWorker app = TestWorker::Handler("app", R"js(
      const sleep = () => new Promise((resolve) => setTimeout(resolve, 2));
      return new Response(new ReadableStream({
        async start(controller) {
          for (const word of ['one ', 'two ', 'three']) {
            controller.enqueue(new TextEncoder().encode(word));
            await sleep();
          }
          controller.close();
        },
      }));
    )js");
    std::vector<TestWorker> workers;
    SUBCASE("of the public Worker") { workers = {app}; }
    SUBCASE("through a binding") { workers = {Gateway("return env.APP.fetch(request);"), app}; }
    TestRuntime runtime(workers);
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket client(*port);
    client.Send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    REQUIRE(EndsOf(runtime, client));
    CHECK(client.received().ends_with("0\r\n\r\n"));
    CHECK(client.received().find("three") != std::string::npos);
    CHECK(runtime.observer().lines.empty());
  }

  TEST_CASE("a stream that a waitUntil task continues is no hang") {
    TestRuntime runtime({TestWorker::Handler("app", R"js(
      const { readable, writable } = new TransformStream();
      ctx.waitUntil((async () => {
        const writer = writable.getWriter();
        await writer.write(new TextEncoder().encode('one '));
        await new Promise((resolve) => setTimeout(resolve, 2));
        await writer.write(new TextEncoder().encode('two'));
        await writer.close();
      })());
      return new Response(readable);
    )js")});
    CHECK(runtime.Text() == "one two");
  }

  TEST_CASE("other requests of the Worker go on when one is cut") {
    TestRuntime runtime({TestWorker::Handler("app", R"js(
      if (new URL(request.url).pathname === '/fine') return new Response('fine');
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(new Uint8Array(4)); },
      }));
    )js")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket client(*port);
    client.Send(kGet);
    REQUIRE(EndsOf(runtime, client));
    CHECK(runtime.Text("/fine") == "fine");
  }
}

}  // namespace
}  // namespace isolane::worker
