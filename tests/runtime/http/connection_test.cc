#include "runtime/http/connection.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "tests/runtime/http/connection_fixture.h"

namespace isolane::http {
using base::Body;
using base::Chunk;
using base::Pipe;
using Fate = Connection::Fate;

TEST_SUITE_BEGIN("runtime/http/connection");

TEST_CASE("keep-alive") {
  ConnectionFixture fixture;
  fixture.AnswerAtOnce();
  SUBCASE("request after request is answered, whole or byte by byte") {
    fixture.Feed(Get("/1"));
    CHECK(WithoutDate(fixture.Flush()) == Ok("http://a/1"));
    fixture.FeedBytewise(Get("/2"));
    CHECK(WithoutDate(fixture.Flush()) == Ok("http://a/2"));
    CHECK(fixture.connection->fate() == Fate::kOpen);
    CHECK(fixture.connection->idle());
  }
  SUBCASE("Connection: close is answered with the same and ends") {
    fixture.Feed("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Get("/ignored"));
    CHECK(WithoutDate(fixture.Flush()) ==
          "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nhttp://a/");
    CHECK(fixture.connection->fate() == Fate::kClose);
    CHECK(fixture.heads.size() == 1);
  }
  SUBCASE("HTTP/1.0 ends, unless it asks for more") {
    fixture.Feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(fixture.Flush().find("connection: keep-alive\r\n") != std::string::npos);
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.Feed("GET / HTTP/1.0\r\n\r\n");
    CHECK(fixture.Flush().find("connection: close\r\n") != std::string::npos);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("a peer that has ended its side still gets its answers") {
    fixture.Feed(Get("/1") + Get("/2"));
    fixture.connection->FeedEnd();
    CHECK(fixture.Flush().find("http://a/2") != std::string::npos);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
}

TEST_CASE("pipelining") {
  ConnectionFixture fixture;
  SUBCASE("answers go out in the order of the requests") {
    fixture.Feed(Get("/1") + Get("/2") + Get("/3"));
    REQUIRE(fixture.requests.size() == 3);
    fixture.requests[2]->Respond(200, {}, Bytes("three"), false);
    CHECK(fixture.Flush().empty());
    fixture.requests[0]->Respond(200, {}, Bytes("one"), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("one"));
    fixture.requests[1]->Respond(200, {}, Bytes("two"), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("two") + Ok("three"));
  }
  SUBCASE("a streamed answer holds back the next") {
    fixture.Feed(Get("/1") + Get("/2"));
    auto pipe = std::make_shared<Pipe>();
    fixture.requests[1]->Respond(200, {}, Bytes("two"), false);
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    pipe->Write(Chunk::Copy("abc"));
    CHECK(WithoutDate(fixture.Flush()) ==
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
    pipe->Close();
    CHECK(WithoutDate(fixture.Flush()) == "0\r\n\r\n" + Ok("two"));
  }
  SUBCASE("more than the bound waits") {
    std::string many;
    for (int i = 0; i < 100; i++) many += Get("/" + std::to_string(i));
    fixture.Feed(many);
    CHECK(fixture.requests.size() == Connection::kMaxInFlight);
    CHECK_FALSE(fixture.connection->wants_read());
    for (Exchange* request : fixture.requests) request->Respond(204, {}, Body::None(), false);
    fixture.requests.clear();
    fixture.Flush();
    REQUIRE(fixture.connection->can_resume());
    fixture.connection->Resume();
    CHECK(fixture.heads.size() == 100);
    CHECK(fixture.connection->wants_read());
  }
  SUBCASE("an end that comes while input waits is seen after it") {
    fixture.AnswerAtOnce();
    std::string many;
    for (int i = 0; i < 100; i++) many += Get("/" + std::to_string(i));
    fixture.Feed(many);
    fixture.connection->FeedEnd();
    std::string all = fixture.Flush();
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.connection->Resume();
    all += fixture.Flush();
    CHECK(all.find("http://a/99") != std::string::npos);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("a refusal comes after the answers that are owed") {
    fixture.Feed(Get("/1") + "garbage\r\n\r\n");
    REQUIRE(fixture.requests.size() == 1);
    CHECK(fixture.Flush().empty());
    fixture.requests[0]->Respond(200, {}, Bytes("one"), false);
    const std::string all = WithoutDate(fixture.Flush());
    CHECK(all.starts_with(Ok("one") + "HTTP/1.1 400 Bad Request\r\n"));
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
}

TEST_CASE("a streamed response") {
  ConnectionFixture fixture;
  Answered& answered = fixture.NewListener();
  auto pipe = std::make_shared<Pipe>();
  fixture.Feed(Get("/"));
  fixture.requests[0]->set_listener(&answered);

  SUBCASE("is told as sent when all of it is with the kernel") {
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    pipe->Write(Chunk::Copy("abc"));
    fixture.Flush();
    CHECK_FALSE(answered.sent);
    pipe->Close();
    CHECK(fixture.dirty);
    CHECK(fixture.FlushSome(3) == "0\r\n");
    CHECK_FALSE(answered.sent);
    fixture.Flush();
    CHECK(answered.sent);
    CHECK(fixture.connection->idle());
  }
  SUBCASE("is not read while the client does not take it") {
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    size_t written = 0;
    while (pipe->writable() && written < 100) {
      pipe->Write(Chunk::Copy(std::string(60'000, 'x')));
      written++;
      fixture.FlushSome(0);
    }
    CHECK(written < 10);
    CHECK_FALSE(pipe->writable());
    CHECK_FALSE(fixture.connection->wants_read());
    fixture.Flush();
    CHECK(pipe->writable());
    CHECK(fixture.connection->wants_read());
  }
  SUBCASE("that breaks is cut, and nothing after it is answered") {
    fixture.Feed(Get("/2"));
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    fixture.requests[1]->Respond(200, {}, Bytes("two"), false);
    pipe->Write(Chunk::Copy("abc"));
    pipe->Fail({"Error", "broken"});
    const std::string all = fixture.Flush();
    CHECK(all.ends_with("\r\n3\r\nabc\r\n"));
    CHECK(answered.gone);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("with fewer bytes than it promised is cut") {
    pipe->expected_length = 5;
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    pipe->Write(Chunk::Copy("abc"));
    pipe->Close();
    CHECK(WithoutDate(fixture.Flush()) == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc");
    CHECK(answered.gone);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("with more bytes than it promised is shortened and ends the connection") {
    fixture.requests[0]->Respond(200,
                                 std::string_view("\ncontent-length\0"
                                                  "2",
                                                  17),
                                 Body::Stream(pipe), false);
    pipe->Write(Chunk::Copy("abc"));
    CHECK(WithoutDate(fixture.Flush()) == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab");
    CHECK(answered.sent);
    CHECK(pipe->state() == Pipe::State::kCancelled);
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("is cancelled when the client is lost") {
    fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
    fixture.connection->Die();
    CHECK(answered.gone);
    CHECK(pipe->state() == Pipe::State::kCancelled);
  }
  SUBCASE("is cancelled for HEAD, which has no body") {
    fixture.Feed("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture.requests[0]->Respond(204, {}, Body::None(), false);
    fixture.requests[1]->Respond(200, {}, Body::Stream(pipe), false);
    CHECK(pipe->state() == Pipe::State::kCancelled);
    CHECK(WithoutDate(fixture.Flush()) == "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  }
}

TEST_CASE("HTTP/1.0 gets a stream until the connection ends") {
  ConnectionFixture fixture;
  auto pipe = std::make_shared<Pipe>();
  fixture.Feed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  fixture.requests[0]->Respond(200, {}, Body::Stream(pipe), false);
  pipe->Write(Chunk::Copy("abc"));
  SUBCASE("and a clean close when it is complete") {
    pipe->Close();
    CHECK(WithoutDate(fixture.Flush()) == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabc");
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("and a reset when it is not") {
    pipe->Fail({"Error", "broken"});
    fixture.Flush();
    CHECK(fixture.connection->fate() == Fate::kReset);
  }
}

TEST_CASE("aborting an exchange") {
  ConnectionFixture fixture;
  Answered& answered = fixture.NewListener();
  fixture.Feed(Get("/1") + Get("/2"));
  SUBCASE("cuts after what is owed before it") {
    fixture.requests[1]->set_listener(&answered);
    fixture.requests[1]->Abort();
    CHECK(answered.gone);
    CHECK(fixture.Flush().empty());
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.requests[0]->Respond(200, {}, Bytes("one"), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("one"));
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("inside the announcement") {
    ConnectionFixture other;
    other.on_request = [](Exchange& exchange) { exchange.Abort(); };
    other.Feed(Get("/1") + Get("/2"));
    CHECK(other.Flush().empty());
    CHECK(other.connection->fate() == Fate::kClose);
    CHECK(other.heads.size() == 1);
  }
}

TEST_CASE("refusals") {
  ConnectionFixture fixture;
  SUBCASE("say what was wrong and end the connection") {
    fixture.Feed("GET / HTTP/1.1\r\n\r\n");
    CHECK(WithoutDate(fixture.Flush()) ==
          "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain;charset=UTF-8\r\n"
          "content-length: 28\r\nconnection: close\r\n\r\nThe Host header is missing.\n");
    CHECK(fixture.connection->fate() == Fate::kLinger);
    CHECK(fixture.requests.empty());
  }
  SUBCASE("are the same byte by byte") {
    fixture.FeedBytewise("GET / HTTP/1.1\r\nHost: a\r\nx : y\r\n\r\nmore and more");
    const std::string bytewise = fixture.Flush();
    ConnectionFixture other;
    other.Feed("GET / HTTP/1.1\r\nHost: a\r\nx : y\r\n\r\nmore and more");
    CHECK(WithoutDate(other.Flush()) == WithoutDate(bytewise));
  }
  SUBCASE("of a head that ends in the middle") {
    fixture.Feed("GET / HTTP/1.1\r\nHo");
    fixture.connection->FeedEnd();
    CHECK(fixture.Flush().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("after a response that was complete before its request are not sent") {
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
    fixture.requests[0]->Respond(200, {}, Bytes("early"), false);
    fixture.Flush();
    fixture.Feed("cXX");
    CHECK(fixture.Flush().empty());
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
}

TEST_CASE("time limits") {
  ServerLimits limits;
  limits.head_timeout_ms = 1000;
  limits.idle_timeout_ms = 2000;
  limits.body_timeout_ms = 3000;
  ConnectionFixture fixture(limits);
  const auto advance = [&](int64_t milliseconds) {
    fixture.now += milliseconds;
    fixture.connection->Sweep();
  };
  SUBCASE("an idle connection is closed without a word") {
    advance(1999);
    CHECK_FALSE(fixture.connection->dead());
    advance(1);
    CHECK(fixture.connection->dead());
    CHECK(fixture.Flush().empty());
  }
  SUBCASE("a slow head is refused, however it trickles") {
    for (int i = 0; i < 10; i++) {
      fixture.Feed(i == 0 ? "GET /" : "x");
      advance(100);
    }
    CHECK(fixture.Flush().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(fixture.connection->fate() == Fate::kLinger);
  }
  SUBCASE("a stalled body is refused, a slow one is not") {
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    Body body = fixture.requests[0]->TakeBody();
    for (int i = 0; i < 5; i++) {
      advance(2999);
      fixture.Feed("x");
    }
    CHECK(fixture.Flush().empty());
    advance(3000);
    CHECK(fixture.Flush().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(ReadAll(*body.pipe) == "xxxxx");
    CHECK(body.pipe->state() == Pipe::State::kErrored);
  }
  SUBCASE("a body that the handler does not read is not the client's fault") {
    fixture.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    Body body = fixture.requests[0]->TakeBody();
    fixture.Feed(std::string(100'000, 'x'));
    advance(100'000);
    CHECK_FALSE(fixture.connection->dead());
    CHECK(fixture.Flush().empty());
  }
  SUBCASE("a handler may take its time") {
    fixture.Feed(Get("/"));
    advance(1'000'000);
    fixture.requests[0]->Respond(200, {}, Bytes("late"), false);
    CHECK(WithoutDate(fixture.Flush()) == Ok("late"));
    advance(1999);
    CHECK_FALSE(fixture.connection->dead());
  }
  SUBCASE("a client that takes nothing is left") {
    Answered& answered = fixture.NewListener();
    fixture.Feed(Get("/"));
    fixture.requests[0]->set_listener(&answered);
    fixture.requests[0]->Respond(200, {}, Bytes("text"), false);
    fixture.FlushSome(1);
    advance(2999);
    fixture.FlushSome(1);
    advance(2999);
    CHECK_FALSE(fixture.connection->dead());
    advance(1);
    CHECK(fixture.connection->dead());
    CHECK(answered.gone);
  }
  SUBCASE("lingering ends") {
    fixture.Feed("bad\r\n\r\n");
    fixture.Flush();
    REQUIRE(fixture.connection->fate() == Fate::kLinger);
    fixture.connection->BeginLinger();
    CHECK(fixture.connection->wants_read());
    advance(Connection::kLingerMs);
    CHECK(fixture.connection->dead());
  }
}

TEST_CASE("draining") {
  ConnectionFixture fixture;
  SUBCASE("closes what is idle") {
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.state.draining = true;
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("answers what has begun, and says that it is the last") {
    fixture.Feed(Get("/1") + Get("/2"));
    fixture.state.draining = true;
    CHECK(fixture.connection->fate() == Fate::kOpen);
    fixture.requests[0]->Respond(200, {}, Bytes("one"), false);
    fixture.requests[1]->Respond(200, {}, Bytes("two"), false);
    CHECK(WithoutDate(fixture.Flush()) ==
          Ok("one") + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\ntwo");
    CHECK(fixture.connection->fate() == Fate::kClose);
  }
  SUBCASE("lets a head that has begun come to its end") {
    fixture.Feed("GET / HT");
    fixture.state.draining = true;
    CHECK(fixture.connection->fate() == Fate::kOpen);
  }
}

TEST_CASE("garbage never harms") {
  // A fixed generator: the same bytes in every run.
  uint32_t seed = 1;
  const auto random = [&seed] { return seed = seed * 1664525 + 1013904223, seed >> 16; };
  const std::string_view pieces[] = {"GET / HTTP/1.1\r\n",
                                     "Host: a\r\n",
                                     "\r\n",
                                     "POST /x HTTP/1.1\r\nHost: a\r\n",
                                     "Transfer-Encoding: chunked\r\n",
                                     "Content-Length: 5\r\n",
                                     "5\r\nhello\r\n",
                                     "0\r\n\r\n",
                                     "Expect: 100-continue\r\n",
                                     "\0",
                                     "\xff",
                                     "Connection: close\r\n",
                                     "x",
                                     "HEAD * HTTP/1.0\r\n"};
  for (int round = 0; round < 2000; round++) {
    ConnectionFixture fixture;
    fixture.AnswerAtOnce();
    std::string input;
    for (uint32_t count = random() % 12; count > 0; count--) {
      input += pieces[random() % std::size(pieces)];
    }
    std::string whole;
    fixture.Feed(input);
    fixture.connection->FeedEnd();
    whole = WithoutDate(fixture.Flush());
    fixture.Reconnect();
    fixture.FeedBytewise(input);
    fixture.connection->FeedEnd();
    const std::string bytewise = WithoutDate(fixture.Flush());
    // Requests whose body came later were answered before it was found to be malformed.
    if (input.find("POST") == std::string::npos && input.find("Content-L") == std::string::npos &&
        input.find("Transfer") == std::string::npos) {
      INFO(input);
      CHECK(whole == bytewise);
    }
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
