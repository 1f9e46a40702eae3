// A client that has closed its sending side: runtime/http/connection.cc, FeedEnd and Sweep.
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "tests/runtime/http/connection_fixture.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/support/step_until.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Pipe;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// A server that keeps its requests for the test to answer.
class HalfCloseFixture : public RequestHandler {
 public:
  HalfCloseFixture() {
    auto listening = Server::Listen(loop.uv(), {"127.0.0.1", 0}, limits, *this);
    REQUIRE(listening.ok());
    server = std::move(listening).value();
  }
  ~HalfCloseFixture() {
    server.reset();
    for (int i = 0; i < 5; i++) loop.RunOnce();
    CHECK(loop.IsEmpty());
  }
  void OnRequest(Exchange& exchange) override {
    exchange.set_listener(&answered);
    last = &exchange;
  }
  void OnBatchEnd() override {
    if (server != nullptr) server->Flush();
  }

  bool RunUntil(const std::function<bool()>& done) {
    return testing::StepUntil([&] { loop.RunOnce(); }, done);
  }
  bool RunUntilEnded(RawSocket& client) {
    return RunUntil([&] {
      client.Poll();
      return client.ended();
    });
  }
  // A client that has asked for / and closed its side; the server has seen both.
  std::unique_ptr<RawSocket> HalfClosed() {
    auto client = std::make_unique<RawSocket>(server->port());
    REQUIRE(client->connected());
    client->Send(kGet);
    client->EndSending();
    REQUIRE(RunUntil([&] { return last != nullptr; }));
    for (int i = 0; i < 10; i++) loop.RunOnce();
    return client;
  }

  ServerLimits limits;
  loop::Loop loop;
  Answered answered;
  Answered of_first;
  Exchange* last = nullptr;
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_SUITE_BEGIN("runtime/http/half_close");

TEST_CASE("a client that half-closes") {
  HalfCloseFixture fixture;
  const auto client = fixture.HalfClosed();
  CHECK_FALSE(fixture.answered.gone);

  SUBCASE("gets a response that comes in time") {
    fixture.server->AdvanceForTest(fixture.limits.half_close_ms / 2);
    CHECK_FALSE(fixture.answered.gone);
    fixture.last->Respond(200, {}, Bytes("in time"), false);
    fixture.server->Flush();
    CHECK(fixture.RunUntilEnded(*client));
    CHECK(client->received().ends_with("in time"));
    CHECK(fixture.answered.sent);
    CHECK_FALSE(fixture.answered.gone);
  }
  SUBCASE("counts as gone when the time is over") {
    fixture.server->AdvanceForTest(fixture.limits.half_close_ms);
    CHECK(fixture.answered.gone);
    CHECK_FALSE(fixture.answered.sent);
    CHECK(fixture.RunUntilEnded(*client));
    CHECK(client->received().empty());
    CHECK(fixture.server->connections() == 0);
  }
  SUBCASE("counts as gone in the middle of a stream, too") {
    auto pipe = std::make_shared<Pipe>();
    fixture.last->Respond(200, {}, Body::Stream(pipe), false);
    pipe->Write(base::Chunk::Copy("part"));
    fixture.server->Flush();
    CHECK(fixture.RunUntil([&] {
      client->Poll();
      return client->received().ends_with("part\r\n");
    }));
    CHECK(pipe->state() == Pipe::State::kOpen);
    fixture.server->AdvanceForTest(fixture.limits.half_close_ms);
    CHECK(fixture.answered.gone);
    CHECK(pipe->state() == Pipe::State::kCancelled);
    CHECK(fixture.RunUntilEnded(*client));
    CHECK_FALSE(client->received().ends_with("0\r\n\r\n"));
  }
  SUBCASE("counts as gone as soon as the server looks while it drains") {
    bool drained = false;
    fixture.server->Drain([](void* context) { *static_cast<bool*>(context) = true; }, &drained);
    fixture.server->AdvanceForTest(0);
    CHECK(fixture.answered.gone);
    CHECK(fixture.RunUntil([&] { return drained; }));
    CHECK(fixture.RunUntilEnded(*client));
  }
  SUBCASE("does not hold up others") {
    RawSocket other(fixture.server->port());
    const Exchange* first = fixture.last;
    fixture.last->set_listener(&fixture.of_first);
    other.Send(kGet);
    CHECK(fixture.RunUntil([&] { return fixture.last != first; }));
    fixture.server->AdvanceForTest(fixture.limits.half_close_ms);
    CHECK(fixture.of_first.gone);
    CHECK_FALSE(fixture.answered.gone);
    fixture.last->Respond(200, {}, Bytes("other"), false);
    fixture.server->Flush();
    CHECK(fixture.RunUntil([&] {
      other.Poll();
      return other.received().ends_with("other");
    }));
  }
}

TEST_CASE("a client that half-closes while the server drains counts as gone") {
  HalfCloseFixture fixture;
  RawSocket client(fixture.server->port());
  client.Send(kGet);
  REQUIRE(fixture.RunUntil([&] { return fixture.last != nullptr; }));
  bool drained = false;
  fixture.server->Drain([](void* context) { *static_cast<bool*>(context) = true; }, &drained);
  fixture.server->AdvanceForTest(0);
  CHECK_FALSE(fixture.answered.gone);
  client.EndSending();
  for (int i = 0; i < 10; i++) fixture.loop.RunOnce();
  fixture.server->AdvanceForTest(0);
  CHECK(fixture.answered.gone);
  CHECK(fixture.RunUntil([&] { return drained; }));
}

TEST_CASE("the time of a half-closed connection") {
  ConnectionFixture fixture;
  Answered& answered = fixture.NewListener();
  fixture.Feed(kGet);
  fixture.requests[0]->set_listener(&answered);

  SUBCASE("begins with the end of its side, not before") {
    fixture.now += 60'000;
    fixture.connection->Sweep();
    CHECK_FALSE(answered.gone);
    fixture.connection->FeedEnd();
    fixture.now += fixture.limits.half_close_ms - 1;
    fixture.connection->Sweep();
    CHECK_FALSE(answered.gone);
    fixture.now += 1;
    fixture.connection->Sweep();
    CHECK(answered.gone);
    CHECK(fixture.connection->dead());
  }
  SUBCASE("is not begun again by a second look at the end") {
    fixture.Feed(kGet);
    fixture.connection->FeedEnd();
    fixture.now += fixture.limits.half_close_ms - 1;
    fixture.connection->FeedEnd();
    fixture.now += 1;
    fixture.connection->Sweep();
    CHECK(answered.gone);
  }
  SUBCASE("has no meaning for a client that does not close") {
    fixture.now += fixture.limits.half_close_ms * 10;
    fixture.connection->Sweep();
    CHECK_FALSE(answered.gone);
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
