// What a connection does with the body of a request: who gets it, and what becomes of the rest.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "runtime/http/connection.h"
#include "tests/runtime/http/connection_fixture.h"

namespace isolane::http {

using base::Body;
using base::Pipe;
using Fate = Connection::Fate;

TEST_SUITE_BEGIN("runtime/http/connection");

TEST_CASE("a request's body") {
  ConnectionFixture fixture;
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  Body body;
  fixture.on_request = [&](Exchange& exchange) { body = exchange.TakeBody(); };

  SUBCASE("is none without framing headers, and empty with length 0") {
    fixture.Feed(Get("/"));
    CHECK(body.none());
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    CHECK(body.kind == Body::Kind::kBytes);
    CHECK(body.bytes.empty());
  }
  SUBCASE("is bytes when it comes in one read") {
    fixture.Feed(head + "abcdef");
    REQUIRE(body.kind == Body::Kind::kBytes);
    CHECK(body.bytes.view() == "abcdef");
    fixture.Feed(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    REQUIRE(body.kind == Body::Kind::kBytes);
    CHECK(body.bytes.view() == "abcde");
  }
  SUBCASE("is a pipe when more is to come") {
    fixture.Feed(head + "abc");
    REQUIRE(body.kind == Body::Kind::kPipe);
    CHECK(body.length() == 6);
    CHECK(ReadAll(*body.pipe) == "abc");
    fixture.Feed("def");
    CHECK(ReadAll(*body.pipe) == "def");
    CHECK(body.pipe->at_end());
  }
  SUBCASE("is a pipe of what the chunks hold, byte by byte") {
    fixture.FeedBytewise(chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n");
    REQUIRE(body.kind == Body::Kind::kPipe);
    CHECK_FALSE(body.length().has_value());
    CHECK(ReadAll(*body.pipe) == "abcde");
    CHECK(body.pipe->at_end());
    CHECK(fixture.heads.size() == 1);
  }
  SUBCASE("is bytes when it was complete before it was taken") {
    fixture.on_request = nullptr;
    fixture.FeedBytewise(head + "abcdef");
    body = fixture.requests[0]->TakeBody();
    REQUIRE(body.kind == Body::Kind::kBytes);
    CHECK(body.bytes.view() == "abcdef");
    CHECK(fixture.requests[0]->TakeBody().none());
  }
  SUBCASE("stops the reading when it is not read, and goes on when it is") {
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    CHECK(fixture.connection->wants_read());
    fixture.Feed(std::string(Pipe::kHighWaterMark, 'x'));
    CHECK_FALSE(fixture.connection->wants_read());
    CHECK(ReadAll(*body.pipe).size() == Pipe::kHighWaterMark);
    CHECK(fixture.connection->wants_read());
  }
  SUBCASE("stops the reading when nobody takes it") {
    fixture.on_request = nullptr;
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    fixture.Feed(std::string(Pipe::kHighWaterMark, 'x'));
    CHECK_FALSE(fixture.connection->wants_read());
    body = fixture.requests[0]->TakeBody();
    CHECK(body.pipe->queued() == Pipe::kHighWaterMark);
  }
  SUBCASE("fails when the client ends in the middle of it") {
    Answered& answered = fixture.NewListener();
    fixture.Feed(head + "abc");
    fixture.requests[0]->set_listener(&answered);
    fixture.connection->FeedEnd();
    CHECK(ReadAll(*body.pipe) == "abc");
    CHECK(body.pipe->state() == Pipe::State::kErrored);
    CHECK(body.pipe->error().message == "Network connection lost.");
    CHECK(answered.gone);
    CHECK(fixture.Flush().empty());
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("fails when its framing is broken, and the client is told") {
    Answered& answered = fixture.NewListener();
    fixture.Feed(chunked + "3\r\nab");
    fixture.requests[0]->set_listener(&answered);
    fixture.Feed("cXX");
    CHECK(body.pipe->state() == Pipe::State::kErrored);
    CHECK(answered.gone);
    CHECK(fixture.Flush().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
  SUBCASE("goes on for its reader after the response") {
    fixture.Feed(head + "abc");
    fixture.requests[0]->Respond(204, {}, Body::None(), false);
    fixture.Flush();
    CHECK(fixture.connection->fate() == Fate::kOpen);
    const std::shared_ptr<Pipe> pipe = body.pipe;
    fixture.Feed("def" + Get("/next"));
    CHECK(ReadAll(*pipe) == "abcdef");
    CHECK(pipe->at_end());
    CHECK(fixture.heads.size() == 2);
  }
  SUBCASE("is dropped when it is short and nobody wants it") {
    fixture.on_request = nullptr;
    fixture.Feed(head + "abc");
    fixture.requests[0]->Respond(204, {}, Body::None(), false);
    fixture.Flush();
    fixture.Feed("def" + Get("/next"));
    CHECK(fixture.heads.size() == 2);
  }
  SUBCASE("is dropped when nobody wants it, also if it is long") {
    fixture.on_request = nullptr;
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n");
    fixture.requests[0]->Respond(200, {}, Bytes("no"), false);
    fixture.Flush();
    for (int i = 0; i < 160; i++) {
      REQUIRE(fixture.connection->wants_read());
      fixture.Feed(std::string(64 * 1024, 'x'));
    }
    fixture.Feed(Get("/next"));
    CHECK(fixture.heads.size() == 2);
    CHECK(fixture.connection->fate() == Fate::kOpen);
  }
  SUBCASE("costs the connection beyond what is dropped of one that nobody wants") {
    fixture.limits.dropped_body_bytes = 256 * 1024;
    fixture.Reconnect();
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n");
    body.pipe->Cancel();
    fixture.requests[0]->Respond(200, {}, Bytes("no"), false);
    fixture.Flush();
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.dirty = false;
    for (int i = 0; i < 10 && fixture.connection->wants_read(); i++) {
      fixture.Feed(std::string(64 * 1024, 'x'));
    }
    CHECK_FALSE(fixture.connection->wants_read());
    CHECK(fixture.dirty);
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
}

TEST_CASE("Expect: 100-continue") {
  ConnectionFixture fixture;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  SUBCASE("is answered when the body is taken") {
    fixture.Feed(head);
    CHECK(fixture.Flush().empty());
    Body body = fixture.requests[0]->TakeBody();
    CHECK(fixture.Flush() == "HTTP/1.1 100 Continue\r\n\r\n");
    fixture.Feed("abc");
    fixture.requests[0]->Respond(200, {}, Body::Stream(body.pipe), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("abc"));
  }
  SUBCASE("comes before the response when both are due at once") {
    fixture.Feed(head);
    Body body = fixture.requests[0]->TakeBody();
    fixture.requests[0]->Respond(200, {}, std::move(body), false);
    CHECK(WithoutDate(fixture.Flush()) ==
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n");
  }
  SUBCASE("waits for the answers before it") {
    fixture.Feed(Get("/1") + head);
    Body body = fixture.requests[1]->TakeBody();
    CHECK(fixture.Flush().empty());
    fixture.requests[0]->Respond(200, {}, Bytes("one"), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("one") + "HTTP/1.1 100 Continue\r\n\r\n");
  }
  SUBCASE("is not answered when the body is there already") {
    fixture.Feed(head + "ab");
    Body body = fixture.requests[0]->TakeBody();
    CHECK(fixture.Flush().empty());
  }
  SUBCASE("ends the connection when the answer came without the body") {
    fixture.Feed(head);
    fixture.requests[0]->Respond(200, {}, Bytes("no"), false);
    CHECK(fixture.Flush().find("connection: close\r\n") != std::string::npos);
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
