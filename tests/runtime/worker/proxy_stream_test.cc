// A response whose body the network feeds is no hang, whatever else ends meanwhile:
// runtime/worker/dispatcher_ends.cc, CheckForHang.
#include <string>

#include <doctest/doctest.h>

#include "runtime/worker/graph.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/runtime/worker/raw_origin.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::Pending;
using testing::PollUntil;
using testing::RawOrigin;
using testing::TestRuntime;
using testing::TestWorker;

constexpr char kHalf[] = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";

// Fetches from the origin, and logs "task" when the response has been on its way for a while.
TestWorker Proxy(const std::string& name, const RawOrigin& origin, const std::string& result) {
  return TestWorker::Handler(name, R"js(
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const answer = await fetch(')js" + origin.url() +
                                       R"js(');
    ctx.waitUntil(sleep(5).then(() => console.log('task')));
    return )js" + result + ";");
}

// The task ends in the middle of the body, and then there is nothing but the origin to wait for.
void SayInHalves(TestRuntime& runtime, RawOrigin& origin, const Pending& pending) {
  REQUIRE(PollUntil(runtime, [&] { return origin.Asked(); }));
  origin.Say(kHalf);
  REQUIRE(PollUntil(runtime, [&] { return runtime.observer().Find("task") != nullptr; }));
  for (int i = 0; i < 10; i++) runtime.Poll();
  CHECK_FALSE(pending.done());
  origin.Say("half");
  REQUIRE(PollUntil(runtime, [&] { return pending.done(); }));
}

TEST_SUITE("runtime/worker/proxy_stream") {
  TEST_CASE("a slow body from the network outlives a waitUntil task") {
    RawOrigin origin;
    std::string result;
    SUBCASE("when the response is returned as it is") { result = "answer"; }
    SUBCASE("when its head was changed") { result = "new Response(answer.body, answer)"; }
    SUBCASE("when it was cloned") { result = "answer.clone()"; }
    SUBCASE("when it goes through a stream of the Worker") {
      result = "new Response(answer.body.pipeThrough(new TransformStream()))";
    }
    TestRuntime runtime({Proxy("proxy", origin, result)});
    auto pending = runtime.Start();
    SayInHalves(runtime, origin, *pending);
    REQUIRE(pending->answer->ok());
    CHECK(pending->response().body == "halfhalf");
    CHECK(runtime.observer().Find("could end it") == nullptr);
  }

  TEST_CASE("a slow body from the network passes through a binding") {
    RawOrigin origin;
    TestRuntime runtime(
        {TestWorker::Handler("gateway", "return env.APP.fetch(request);").Service("APP", "app"),
         Proxy("app", origin, "answer")});
    auto pending = runtime.Start();
    SayInHalves(runtime, origin, *pending);
    REQUIRE(pending->answer->ok());
    CHECK(pending->response().body == "halfhalf");
  }

  TEST_CASE("an origin that breaks off in the middle breaks the response") {
    RawOrigin origin;
    TestRuntime runtime({Proxy("proxy", origin, "answer")});
    auto pending = runtime.Start();
    REQUIRE(PollUntil(runtime, [&] { return origin.Asked(); }));
    origin.Say(kHalf);
    REQUIRE(PollUntil(runtime, [&] { return runtime.observer().Find("task") != nullptr; }));
    origin.HangUp();
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK_FALSE(pending->answer->ok());
    CHECK(runtime.observer().Find("could end it") == nullptr);
  }

  TEST_CASE("a client gets the halves when they come") {
    RawOrigin origin;
    TestRuntime runtime({Proxy("proxy", origin, "answer")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket client(*port);
    client.Send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    REQUIRE(PollUntil(runtime, [&] { return origin.Asked(); }));
    origin.Say(kHalf);
    REQUIRE(PollUntil(runtime, [&] { return runtime.observer().Find("task") != nullptr; }));
    REQUIRE(PollUntil(runtime, [&] {
      client.Poll();
      return client.received().ends_with("\r\n\r\nhalf");
    }));
    for (int i = 0; i < 10; i++) runtime.Poll();
    client.Poll();
    CHECK_FALSE(client.ended());
    origin.Say("half");
    REQUIRE(PollUntil(runtime, [&] {
      client.Poll();
      return client.ended();
    }));
    CHECK(client.received().ends_with("\r\n\r\nhalfhalf"));
  }

  TEST_CASE("a slow upload that is sent back is no hang either") {
    TestRuntime runtime({TestWorker::Handler("echo", R"js(
      ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 5)).then(() => console.log('task')));
      return new Response(request.body);
    )js")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket client(*port);
    client.Send("POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 8\r\n\r\n");
    REQUIRE(PollUntil(runtime, [&] { return runtime.observer().Find("task") != nullptr; }));
    client.Send("half");
    REQUIRE(PollUntil(runtime, [&] {
      client.Poll();
      return client.received().find("half") != std::string::npos;
    }));
    for (int i = 0; i < 10; i++) runtime.Poll();
    client.Send("HALF");
    REQUIRE(PollUntil(runtime, [&] {
      client.Poll();
      return client.ended();
    }));
    CHECK(client.received().find("HALF") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::worker
