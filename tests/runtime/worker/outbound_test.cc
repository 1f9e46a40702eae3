// fetch() to the network: connections of a pipeline, decoding, what is refused
// (runtime/worker/outbound.h, outbound_slots.h, dispatcher_outbound.cc).
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/base/chunk.h"
#include "runtime/http/outgoing_body.h"
#include "tests/runtime/worker/many_origin.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using testing::ManyOrigin;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;
using Paths = std::vector<std::string>;

// `body` sees `at(path)`, the URL of the origin.
TestWorker Client(const ManyOrigin& origin, const std::string& body) {
  return TestWorker::Handler("client",
                             "const at = (path) => '" + origin.url() + "' + path;\n" + body);
}

bool WaitFor(TestRuntime& runtime, ManyOrigin& origin, size_t count) {
  return PollUntil(runtime, [&] { return origin.Asked().size() == count; });
}

// Nothing more comes, however long one looks.
bool StaysAt(TestRuntime& runtime, ManyOrigin& origin, size_t count) {
  for (int i = 0; i < 200; i++) {
    runtime.Poll();
    if (origin.Asked().size() != count) return false;
  }
  return true;
}

// More than is read ahead of a Worker that does not read: the connection stays busy.
std::string Large(char letter) { return std::string(2'000'000, letter); }

}  // namespace

TEST_SUITE_BEGIN("runtime/worker/outbound");

TEST_CASE("a request has six connections to the network at a time") {
  ManyOrigin origin;
  const std::string fetch_ten = R"js(
    const texts = await Promise.all([0,1,2,3,4,5,6,7,8,9].map(async (i) => (await fetch(at(i))).text()));
    return new Response(texts.join());
  )js";
  SUBCASE("and further fetches wait, in order") {
    TestRuntime runtime({Client(origin, fetch_ten)});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 6));
    CHECK(origin.Asked() == Paths{"/0", "/1", "/2", "/3", "/4", "/5"});
    CHECK(StaysAt(runtime, origin, 6));
    origin.AnswerText("/3", "three");
    REQUIRE(WaitFor(runtime, origin, 6));
    Paths paths = origin.Asked();
    std::sort(paths.begin(), paths.end());
    CHECK(paths == Paths{"/0", "/1", "/2", "/4", "/5", "/6"});
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.AnswerText(path, path.substr(1));
      return pending->done();
    }));
    CHECK(pending->response().body == "0,1,2,three,4,5,6,7,8,9");
  }
  SUBCASE("or as many as the public Worker's limit says") {
    TestRuntime runtime({Client(origin, fetch_ten).Connections(2)});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 2));
    CHECK(StaysAt(runtime, origin, 2));
    REQUIRE(PollUntil(runtime, [&] {
      const Paths asked = origin.Asked();
      CHECK(asked.size() <= 2);
      for (const std::string& path : asked) origin.AnswerText(path, "x");
      return pending->done();
    }));
  }
  SUBCASE("all its Workers together; calls on bindings need none") {
    TestRuntime runtime({TestWorker::Handler("gateway", R"js(
           const texts = await Promise.all([0,1,2,3].map(async (i) =>
             (await env.CLIENT.fetch('http://client/' + i)).text()));
           return new Response(texts.join());
         )js")
                             .Service("CLIENT", "client"),
                         Client(origin, R"js(
           const n = new URL(request.url).pathname;
           const [a, b] = await Promise.all([fetch(at('a' + n)), fetch(at('b' + n))]);
           return new Response(await a.text() + await b.text());
         )js")});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 6));
    CHECK(StaysAt(runtime, origin, 6));
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.AnswerText(path, path.substr(1, 1));
      return pending->done();
    }));
    CHECK(pending->response().body == "ab,ab,ab,ab");
  }
  SUBCASE("and another request has its own") {
    TestRuntime runtime({Client(origin, fetch_ten)});
    const auto one = runtime.Start();
    const auto two = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 12));
    CHECK(StaysAt(runtime, origin, 12));
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.AnswerText(path, "x");
      return one->done() && two->done();
    }));
  }
}

TEST_CASE("a connection is free again") {
  ManyOrigin origin;
  const auto run = [&](const std::string& body, const std::string& expected) {
    TestRuntime runtime({Client(origin, body).Connections(1)});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 1));
    origin.AnswerText("/first", Large('x'));
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.AnswerText(path, "second");
      return pending->done();
    }));
    CHECK(pending->response().body == expected);
    CHECK(runtime.observer().Count("A response that nobody read") == 0);
  };
  SUBCASE("when a body was read") {
    run(R"js(
      const first = fetch(at('first')).then((r) => r.text());
      const second = await fetch(at('second'));
      return new Response((await first).length + await second.text());
    )js",
        "2000000second");
  }
  SUBCASE("when a body was cancelled") {
    run(R"js(
      await (await fetch(at('first'))).body.cancel();
      return fetch(at('second'));
    )js",
        "second");
  }
  SUBCASE("when a fetch was aborted") {
    run(R"js(
      const controller = new AbortController();
      const first = await fetch(at('first'), { signal: controller.signal });
      controller.abort();
      return fetch(at('second'));
    )js",
        "second");
  }
}

TEST_CASE("a fetch that waits for a connection") {
  ManyOrigin origin;
  SUBCASE("can be aborted, and the next one takes its place") {
    TestRuntime runtime({Client(origin, R"js(
      const controller = new AbortController();
      const first = fetch(at('first'));
      const second = fetch(at('second'), { signal: controller.signal }).catch((e) => e.name);
      const third = fetch(at('third'));
      controller.abort();
      return new Response(await second + await (await first).text() + await (await third).text());
    )js")
                             .Connections(1)});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 1));
    origin.AnswerText("/first", "1");
    REQUIRE(WaitFor(runtime, origin, 1));
    origin.AnswerText("/third", "3");
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK(pending->response().body == "AbortError13");
  }
  SUBCASE("is forgotten with its request") {
    TestRuntime runtime({Client(origin, R"js(
      const forgotten = [fetch(at('first')), fetch(at('second'))];
      return new Response('done');
    )js")
                             .Connections(1)});
    CHECK(runtime.Text() == "done");
    CHECK(StaysAt(runtime, origin, 0));
  }
  SUBCASE("goes on when the one before it fails") {
    TestRuntime runtime({Client(origin, R"js(
      const first = fetch('http://127.0.0.1:1/').catch((e) => e.message);
      const second = fetch(at('second'));
      return new Response(await first + ', ' + await (await second).text());
    )js")
                             .Connections(1)});
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 1));
    origin.AnswerText("/second", "ok");
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK(pending->response().body == "connect to 127.0.0.1:1: connection refused, ok");
  }
}

TEST_CASE("responses that nobody reads give way to a fetch that waits") {
  ManyOrigin origin;
  const std::string hoard = R"js(
    const kept = [];
    for (let i = 0; i < 7; i++) kept.push(await fetch(at(i)));
    const ends = await Promise.all(kept.map((r) => r.text().then((t) => t.length, (e) => e.message)));
    return new Response(ends.join('\n'));
  )js";
  const std::string reason =
      "The response was cancelled: this request had all of its 6 connections to the network open, "
      "nobody read what came by them, and another fetch() waited for one. Read or cancel the "
      "bodies "
      "of responses.";
  TestRuntime runtime({Client(origin, hoard)});
  const auto pending = runtime.Start();
  std::string answer;
  SUBCASE("the one that was used least recently, when they cannot end by themselves") {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + Large('x');
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.Answer(path, answer);
      return pending->done();
    }));
    CHECK(pending->response().body ==
          reason + "\n2000000\n2000000\n2000000\n2000000\n2000000\n2000000");
    CHECK(runtime.observer().Count("A response that nobody read was cancelled") == 1);
    CHECK(runtime.observer().Find("A response that nobody read")->worker == "client");
  }
  SUBCASE("or when for a while nothing comes by them") {
    bool seventh = false;
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) {
        if (path == "/6") {
          origin.AnswerText(path, "seven");
          seventh = true;
        } else {
          origin.Answer(path, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        }
      }
      return seventh;
    }));
    CHECK(runtime.observer().Count("A response that nobody read was cancelled") == 1);
    origin.HangUp();
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    CHECK(pending->response().body.starts_with(reason + "\nNetwork connection lost.\n"));
  }
  SUBCASE("but small ones hold no connection") {
    REQUIRE(PollUntil(runtime, [&] {
      for (const std::string& path : origin.Asked()) origin.AnswerText(path, "small");
      return pending->done();
    }));
    CHECK(pending->response().body == "5\n5\n5\n5\n5\n5\n5");
    CHECK(runtime.observer().Count("A response that nobody read") == 0);
  }
}

TEST_CASE("a body with content-encoding") {
  ManyOrigin origin;
  const std::string text = std::string(1000, 'a') + "end";
  const auto encoded = [&](http::Encoding encoding) {
    return std::string(http::OutgoingBody::EncodeAll(base::Chunk::Copy(text), encoding).view());
  };
  const auto answer = [&](TestRuntime& runtime, const std::string& name, const std::string& body) {
    const auto pending = runtime.Start();
    REQUIRE(WaitFor(runtime, origin, 1));
    origin.Answer("/x", "HTTP/1.1 200 OK\r\nContent-Encoding: " + name + "\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
    REQUIRE(PollUntil(runtime, [&] { return pending->done(); }));
    return pending->response();
  };
  SUBCASE("is decoded for the Worker, and the label stays") {
    TestRuntime runtime({Client(origin, R"js(
      const response = await fetch(at('x'));
      return new Response(response.headers.get('content-encoding') + await response.text());
    )js")});
    CHECK(answer(runtime, "gzip", encoded(http::Encoding::kGzip)).body == "gzip" + text);
    CHECK(answer(runtime, "br", encoded(http::Encoding::kBrotli)).body == "br" + text);
    CHECK(answer(runtime, "deflate", encoded(http::Encoding::kDeflate)).body == "deflate" + text);
    CHECK(answer(runtime, "rot13", "nbc").body == "rot13nbc");
  }
  SUBCASE("fails when it is not what it says") {
    TestRuntime runtime({Client(origin, R"js(
      const response = await fetch(at('x'));
      return new Response(await response.text().catch((e) => e.name + ': ' + e.message));
    )js")});
    CHECK(answer(runtime, "gzip", "certainly not").body == "TypeError: Gzip decompression failed.");
    const std::string half = encoded(http::Encoding::kGzip).substr(0, 20);
    CHECK(answer(runtime, "gzip", half).body ==
          "TypeError: Gzip compressed stream ended prematurely.");
  }
  SUBCASE("is plain for whoever copies the headers without the label") {
    TestRuntime runtime({Client(origin, R"js(
      const response = await fetch(at('x'));
      const headers = new Headers(response.headers);
      headers.delete('content-encoding');
      return new Response(response.body, { headers });
    )js")});
    CHECK(answer(runtime, "gzip", encoded(http::Encoding::kGzip)).body == text);
  }
}

TEST_CASE("with public_only") {
  ManyOrigin origin;
  TestRuntime runtime({Client(origin, R"js(
                         return new Response(await fetch(at('x')).catch((e) => e.message));
                       )js")},
                      RuntimeOptions{.public_only = true});
  CHECK(runtime.Text().ends_with(" is refused: 127.0.0.1 is not a public address (--public-only)"));
  CHECK(origin.Asked().empty());
}

TEST_SUITE_END();

}  // namespace isolane::worker
