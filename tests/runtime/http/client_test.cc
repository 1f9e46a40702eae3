#include "runtime/http/client.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/packed_head.h"
#include "tests/runtime/http/client_fixture.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

}  // namespace

TEST_SUITE_BEGIN("runtime/http/client");

TEST_CASE("a request and its response") {
  ClientFixture fixture;
  Result result;
  SUBCASE("with a body that comes at once") {
    fixture.Start("GET", "/x?y#z", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.empty());
    CHECK(result.status == 200);
    CHECK(result.body.kind == Body::Kind::kBytes);
    CHECK(ReadAll(result.body) == "hello");
    CHECK(base::PackedUrl(fixture.heads[0]).ends_with("/x?y"));
    CHECK(fixture.heads[0].find(std::string("\nx-a\0b", 6)) != std::string::npos);
    CHECK(fixture.batches > 0);
  }
  SUBCASE("without a body") {
    fixture.on_request = [](Exchange& exchange) { exchange.Respond(204, {}, {}, false); };
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.status == 204);
    CHECK(result.body.none());
  }
  SUBCASE("HEAD has no body") {
    fixture.Start("HEAD", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.head.find("content-length") != std::string::npos);
    CHECK(result.body.none());
  }
  SUBCASE("by the name of the host") {
    fixture.StartAt("GET", "http://localhost:" + std::to_string(fixture.server->port()) + "/", {},
                    result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.empty());
    CHECK(result.status == 200);
  }
  SUBCASE("with large bodies both ways") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, exchange.TakeBody(), false);
    };
    const std::string large(5'000'000, 'x');
    fixture.Start("POST", "/", Body::Bytes(Chunk::Copy(large)), result);
    std::string got;
    REQUIRE(fixture.RunUntil([&] {
      got += ReadAll(result.body);
      return got.size() == large.size();
    }));
    CHECK(fixture.RunUntil([&] { return result.body.pipe->at_end(); }));
  }
  SUBCASE("with a streamed request") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, exchange.TakeBody(), false);
    };
    auto pipe = std::make_shared<Pipe>();
    fixture.Start("POST", "/", Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(fixture.heads[0].find("chunked") != std::string::npos);
    std::string got;
    for (int i = 0; i < 20; i++) {
      pipe->Write(Chunk::Copy("part " + std::to_string(i)));
      fixture.server->Flush();
      REQUIRE(fixture.RunUntil([&] {
        got += ReadAll(result.body);
        return got.ends_with("part " + std::to_string(i));
      }));
    }
    pipe->Close();
    CHECK(fixture.RunUntil([&] { return result.body.pipe->at_end(); }));
  }
  SUBCASE("whose body nobody reads is not read from the peer either") {
    auto endless = std::make_shared<Pipe>();
    fixture.on_request = [&](Exchange& exchange) {
      exchange.Respond(200, {}, Body::Stream(endless), false);
    };
    fixture.Start("GET", "/", {}, result);
    size_t written = 0;
    for (int i = 0; i < 3000; i++) {
      if (endless->writable()) {
        endless->Write(Chunk::Copy(std::string(60'000, 'x')));
        written += 60'000;
        fixture.server->Flush();
      }
      fixture.loop.RunOnce();
    }
    CHECK(result.body.pipe->queued() < 200'000);
    CHECK(written < 100'000'000);
    result.body.pipe->Cancel();
    // The server notices at its next write.
    CHECK(fixture.RunUntil([&] {
      if (endless->writable()) endless->Write(Chunk::Copy("x"));
      fixture.server->Flush();
      return endless->state() == Pipe::State::kCancelled;
    }));
  }
}

TEST_CASE("connections are kept") {
  ClientFixture fixture;
  SUBCASE("and used again") {
    for (int i = 0; i < 5; i++) {
      Result result;
      fixture.Start("GET", "/", {}, result);
      REQUIRE(fixture.RunUntil([&] { return result.done(); }));
      CHECK(result.status == 200);
    }
    CHECK(fixture.server->connections() == 1);
  }
  SUBCASE("one per request at a time") {
    std::vector<Exchange*> waiting;
    fixture.on_request = [&](Exchange& exchange) { waiting.push_back(&exchange); };
    Result results[20];
    for (Result& result : results) fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 20; }));
    for (Exchange* exchange : waiting) exchange->Respond(204, {}, {}, false);
    fixture.server->Flush();
    for (const Result& result : results) CHECK(fixture.RunUntil([&] { return result.done(); }));
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 8; }));
  }
  SUBCASE("and replaced when they turn out to be closed") {
    Result first, second;
    RawServer raw;
    const std::string url = "http://127.0.0.1:" + std::to_string(raw.port) + "/";
    fixture.StartAt("GET", url, {}, first);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return first.done(); }));
    // The end of the first connection and the second request cross.
    raw.Hang();
    fixture.StartAt("GET", url, {}, second);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return second.done(); }));
    CHECK(second.status == 201);
  }
}

TEST_CASE("failures say what happened") {
  ClientFixture fixture;
  Result result;
  RawServer raw;
  const std::string where = "127.0.0.1:" + std::to_string(raw.port);
  const std::string url = "http://" + where + "/";
  SUBCASE("nobody listens") {
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", "http://127.0.0.1:1/", Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error == "connect to 127.0.0.1:1: connection refused");
    CHECK(pipe->state() == Pipe::State::kCancelled);
  }
  SUBCASE("no such name") {
    fixture.StartAt("GET", "http://" + std::string(300, 'x') + "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("cannot resolve xxx"));
  }
  SUBCASE("the peer hangs up") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Hang();
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.find(where) != std::string::npos);
  }
  SUBCASE("the peer talks nonsense") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("nonsense\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("malformed response from " + where + ": "));
  }
  SUBCASE("the response breaks off") {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(ReadAll(result.body) == "abc");
    raw.Hang();
    CHECK(fixture.RunUntil([&] { return result.body.pipe->state() == Pipe::State::kErrored; }));
    CHECK(result.body.pipe->error().message == "Network connection lost.");
  }
  SUBCASE("the request's body breaks off") {
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", url, Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    pipe->Fail({"Error", "broken"});
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.find("could not be read to its end") != std::string::npos);
  }
}

TEST_CASE("what takes too long fails in words") {
  ClientOptions options;
  Result result;
  RawServer raw;
  const std::string url = "http://" + raw.where() + "/";
  SUBCASE("a peer that never answers") {
    options.limits.response_head_ms = 5;
    ClientFixture fixture(std::move(options));
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error == raw.where() + " did not answer within 5 ms");
    CHECK(fixture.RunUntil([&] { return raw.Asked(); }));
    CHECK(fixture.RunUntil([&] { return raw.Left(); }));
  }
  SUBCASE("a response that stops") {
    options.limits.idle_ms = 5;
    ClientFixture fixture(std::move(options));
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    REQUIRE(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(ReadAll(result.body) == "abc");
    CHECK(result.body.pipe->error().message ==
          raw.where() + " sent nothing more of its response for 5 ms");
  }
  SUBCASE("a peer that takes no more of the request") {
    options.limits.idle_ms = 5;
    ClientFixture fixture(std::move(options));
    const std::string large(30'000'000, 'x');
    fixture.StartAt("POST", url, Body::Bytes(Chunk::Copy(large)), result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error == raw.where() + " took nothing more of the request for 5 ms");
  }
  SUBCASE("but not a Worker that is slow to write or to read") {
    options.limits.idle_ms = options.limits.response_head_ms = 5;
    ClientFixture fixture(std::move(options));
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", url, Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    const auto long_time = [&] {
      const uint64_t until = uv_now(fixture.loop.uv()) + 30;
      return [&fixture, until] { return uv_now(fixture.loop.uv()) >= until; };
    };
    REQUIRE(fixture.RunUntil(long_time()));
    CHECK_FALSE(result.done());
    pipe->Close();
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + std::string(69'999, 'x'));
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    REQUIRE(fixture.RunUntil([&] { return result.body.pipe->queued() == 69'999; }));
    REQUIRE(fixture.RunUntil(long_time()));
    CHECK(result.finished == 0);
    CHECK(ReadAll(result.body).size() == 69'999);
    raw.Say("x");
    CHECK(fixture.RunUntil([&] { return result.body.pipe->queued() == 1; }));
  }
}

TEST_CASE("odd responses") {
  ClientFixture fixture;
  Result result;
  RawServer raw;
  const std::string url = "http://" + raw.where() + "/";
  const auto answer = [&](std::string_view text) {
    fixture.StartAt("GET", url, {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    raw.Say(text);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
  };
  SUBCASE("interim ones are skipped") {
    answer(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(result.status == 200);
    CHECK(ReadAll(result.body) == "ok");
  }
  SUBCASE("204 and 304 have no body, whatever they say") {
    answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n");
    CHECK(result.body.none());
    CHECK(result.finished == 1);
  }
  SUBCASE("two framings at once are refused") {
    answer(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\n");
    CHECK(result.error.starts_with("malformed response from " + raw.where() + ": "));
  }
  SUBCASE("a head without end is refused") {
    answer("HTTP/1.1 200 OK\r\nx: " + std::string(140'000, 'x'));
    CHECK(result.error ==
          "malformed response from " + raw.where() + ": the head of the response is too long");
  }
  SUBCASE("a connection that is to be closed is not kept") {
    answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    CHECK(fixture.RunUntil([&] { return raw.Left(); }));
  }
}

TEST_CASE("a listener learns when the connection is free again") {
  ClientFixture fixture;
  Result result;
  RawServer raw;
  fixture.StartAt("GET", "http://" + raw.where() + "/", {}, result);
  REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
  raw.Say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  REQUIRE(fixture.RunUntil([&] { return result.done(); }));
  CHECK(result.finished == 0);
  SUBCASE("when all has come, although nobody read it") {
    raw.Say("defghij");
    CHECK(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(ReadAll(result.body) == "abcdefghij");
  }
  SUBCASE("when the peer hangs up") {
    raw.Hang();
    CHECK(fixture.RunUntil([&] { return result.finished == 1; }));
  }
  SUBCASE("when nobody wants the rest") {
    result.body.pipe->Cancel();
    CHECK(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(fixture.RunUntil([&] { return raw.Left(); }));
  }
  SUBCASE("but not when it cancelled: then the body fails with its reason") {
    fixture.client->Cancel(1, "the reason");
    CHECK(ReadAll(result.body) == "abc");
    CHECK(result.body.pipe->error().message == "the reason");
    for (int i = 0; i < 100; i++) fixture.loop.RunOnce();
    CHECK(result.finished == 0);
  }
}

TEST_CASE("cancelling") {
  ClientFixture fixture;
  Result result;
  std::vector<Exchange*> waiting;
  fixture.on_request = [&](Exchange& exchange) { waiting.push_back(&exchange); };
  SUBCASE("before anything has happened") {
    fixture.client->Cancel(fixture.Start("GET", "/", {}, result), "cancelled");
    fixture.client->Cancel(fixture.StartAt("GET", "https://a.invalid/", {}, result), "cancelled");
  }
  SUBCASE("while the response is awaited closes the connection") {
    const uint64_t id = fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 1; }));
    fixture.client->Cancel(id, "cancelled");
    waiting[0]->Respond(204, {}, {}, false);
    fixture.server->Flush();
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 0; }));
  }
  SUBCASE("everything, or letting go of the client") {
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return waiting.size() == 1; }));
    fixture.Start("GET", "/", {}, result);
    fixture.client->CloseNow();
    fixture.client.reset();
  }
  for (int i = 0; i < 100; i++) fixture.loop.RunOnce();
  CHECK_FALSE(result.done());
}

TEST_SUITE_END();

}  // namespace isolane::http
