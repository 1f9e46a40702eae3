#include "runtime/http/server.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/packed_head.h"
#include "runtime/loop/loop.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/support/step_until.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

struct Listener : ExchangeListener {
  void OnResponseSent() override { sent++; }
  void OnClientGone() override { gone++; }
  int sent = 0;
  int gone = 0;
};

// A server on a free port whose loop the test drives.
class ServerFixture : public RequestHandler {
 public:
  explicit ServerFixture(const ServerLimits& limits = {}) {
    auto listening = Server::Listen(loop.uv(), {"127.0.0.1", 0}, limits, *this);
    REQUIRE(listening.ok());
    server = std::move(listening).value();
    on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, Body::Bytes(Chunk::Copy(base::PackedUrl(exchange.packed_head()))),
                       false);
    };
  }
  ~ServerFixture() {
    server.reset();
    for (int i = 0; i < 5; i++) loop.RunOnce();
    CHECK(loop.IsEmpty());
  }

  void OnRequest(Exchange& exchange) override {
    exchange.set_listener(&listener);
    last = &exchange;
    count++;
    on_request(exchange);
  }
  void OnBatchEnd() override {
    batches++;
    if (on_batch) on_batch();
    if (server != nullptr) server->Flush();
  }

  bool RunUntil(const std::function<bool()>& done) {
    return testing::StepUntil([&] { loop.RunOnce(); }, done);
  }
  bool RunUntilReceived(RawSocket& client, std::string_view text) {
    return RunUntil([&] {
      client.Poll();
      return client.received().find(text) != std::string::npos;
    });
  }
  bool RunUntilEnded(RawSocket& client) {
    return RunUntil([&] {
      client.Poll();
      return client.ended();
    });
  }

  loop::Loop loop;
  Listener listener;
  std::function<void(Exchange&)> on_request;
  std::function<void()> on_batch;
  Exchange* last = nullptr;
  int count = 0;
  int batches = 0;
  std::unique_ptr<Server> server;
};

std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/server");

TEST_CASE("a server on a socket") {
  ServerFixture fixture;
  RawSocket client(fixture.server->port());
  REQUIRE(client.connected());
  SUBCASE("answers, again and again") {
    client.Send(Get("/1"));
    CHECK(fixture.RunUntilReceived(client, "http://a/1"));
    client.Send(Get("/2"));
    CHECK(fixture.RunUntilReceived(client, "http://a/2"));
    CHECK(fixture.listener.sent == 2);
    CHECK(fixture.server->connections() == 1);
    client.Close();
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 0; }));
    CHECK(fixture.listener.gone == 0);
  }
  SUBCASE("knows where its clients are") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, Body::Bytes(Chunk::Copy(exchange.client_address())), false);
    };
    client.Send(Get("/"));
    CHECK(fixture.RunUntilReceived(client, "\r\n\r\n127.0.0.1"));
  }
  SUBCASE("answers a deep pipeline completely and in order") {
    std::string many;
    for (int i = 0; i < 1000; i++) many += Get("/" + std::to_string(i));
    CHECK(client.Send(many) == many.size());
    CHECK(fixture.RunUntilReceived(client, "http://a/999"));
    size_t at = 0;
    for (int i = 0; i < 1000 && at != std::string::npos; i++) {
      at = client.received().find("http://a/" + std::to_string(i), at);
    }
    CHECK(at != std::string::npos);
    CHECK(fixture.listener.sent == 1000);
  }
  SUBCASE("refuses garbage and closes in an orderly way while the client still sends") {
    client.Send("garbage\r\n\r\n" + std::string(100'000, 'x'));
    CHECK(fixture.RunUntilEnded(client));
    CHECK(client.received().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK_FALSE(client.reset());
    client.Close();
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 0; }));
  }
  SUBCASE("sends a large body to a slow client without a copy") {
    const Chunk large = Chunk::Copy(std::string(20'000'000, 'x'));
    fixture.on_request = [&](Exchange& exchange) {
      exchange.Respond(200, {}, Body::Bytes(large), false);
    };
    client.Send(Get("/"));
    CHECK(fixture.RunUntil([&] { return fixture.count == 1; }));
    for (int i = 0; i < 10; i++) fixture.loop.RunOnce();
    CHECK(fixture.listener.sent == 0);  // the kernel's buffers are full
    CHECK(large.owner().use_count() == 2);
    CHECK(fixture.RunUntil([&] {
      client.Poll();
      return client.received().size() > large.size();
    }));
    CHECK(fixture.listener.sent == 1);
    CHECK(large.owner().use_count() == 1);
  }
  SUBCASE("notices a reset while it waits for its handler") {
    fixture.on_request = [](Exchange&) {};
    client.Send(Get("/"));
    CHECK(fixture.RunUntil([&] { return fixture.count == 1; }));
    client.Reset();
    CHECK(fixture.RunUntil([&] { return fixture.listener.gone == 1; }));
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 0; }));
  }
  SUBCASE("still answers a client that has ended its side") {
    fixture.on_request = [](Exchange&) {};
    client.Send(Get("/late"));
    client.EndSending();
    CHECK(fixture.RunUntil([&] { return fixture.count == 1; }));
    for (int i = 0; i < 10; i++) fixture.loop.RunOnce();
    CHECK(fixture.listener.gone == 0);
    fixture.last->Respond(200, {}, Body::Bytes(Chunk::Copy("here")), false);
    fixture.server->Flush();
    CHECK(fixture.RunUntilEnded(client));
    CHECK(client.received().ends_with("here"));
    CHECK(fixture.listener.sent == 1);
  }
  SUBCASE("echoes a large body through a pipe, both sides at their own pace") {
    fixture.on_request = [](Exchange& exchange) {
      exchange.Respond(200, {}, exchange.TakeBody(), false);
    };
    std::string body;
    for (int i = 0; i < 300'000; i++) body += std::to_string(i);
    std::string_view rest = body;
    client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n");
    CHECK(fixture.RunUntil([&] {
      rest.remove_prefix(client.Send(rest));
      client.Poll();
      return client.received().size() > body.size();
    }));
    fixture.RunUntilReceived(client, body.substr(body.size() - 100));
    CHECK(client.received().ends_with(body));
  }
  SUBCASE("stops reading from a client whose body nobody reads") {
    Body taken;
    fixture.on_request = [&](Exchange& exchange) { taken = exchange.TakeBody(); };
    client.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
    size_t sent = 0;
    const std::string part(100'000, 'x');
    for (int i = 0; i < 2000; i++) {
      sent += client.Send(part);
      fixture.loop.RunOnce();
    }
    CHECK(sent < 50'000'000);
    CHECK(taken.pipe->queued() < 200'000);
    const size_t before = sent;
    CHECK(fixture.RunUntil([&] {
      taken.pipe->Read();
      sent += client.Send(part);
      return sent > before + 10'000'000;
    }));
  }
}

TEST_CASE("limits of a server") {
  SUBCASE("the oldest idle connection makes room for a new one") {
    ServerLimits limits;
    limits.connections = 2;
    ServerFixture fixture(limits);
    RawSocket first(fixture.server->port());
    first.Send(Get("/"));
    CHECK(fixture.RunUntilReceived(first, "http://a/"));
    RawSocket second(fixture.server->port());
    RawSocket third(fixture.server->port());
    third.Send(Get("/third"));
    CHECK(fixture.RunUntilReceived(third, "http://a/third"));
    CHECK(fixture.server->connections() == 2);
    CHECK(fixture.RunUntilEnded(first));
  }
  SUBCASE("a new connection is refused when all are busy") {
    ServerLimits limits;
    limits.connections = 1;
    ServerFixture fixture(limits);
    fixture.on_request = [](Exchange&) {};
    RawSocket busy(fixture.server->port());
    busy.Send(Get("/"));
    CHECK(fixture.RunUntil([&] { return fixture.count == 1; }));
    RawSocket refused(fixture.server->port());
    CHECK(fixture.RunUntilEnded(refused));
    CHECK(refused.received().starts_with("HTTP/1.1 503 "));
    CHECK(refused.received().ends_with("\r\n\r\nToo many open connections now."));
  }
  SUBCASE("time limits need no waiting in tests") {
    ServerFixture fixture;
    RawSocket slow(fixture.server->port());
    slow.Send("GET / HT");
    RawSocket idle(fixture.server->port());
    CHECK(fixture.RunUntil([&] { return fixture.server->connections() == 2; }));
    for (int i = 0; i < 5; i++) fixture.loop.RunOnce();
    fixture.server->AdvanceForTest(30'000);
    CHECK(fixture.RunUntilEnded(slow));
    CHECK(slow.received().starts_with("HTTP/1.1 408 "));
    fixture.server->AdvanceForTest(45'000);
    CHECK(fixture.RunUntilEnded(idle));
    CHECK(idle.received().empty());
    CHECK(fixture.server->connections() == 0);
  }
}

TEST_CASE("the end of a server") {
  ServerFixture fixture;
  int drained = 0;
  const auto count_drained = [](void* context) { ++*static_cast<int*>(context); };
  RawSocket busy(fixture.server->port());
  RawSocket idle(fixture.server->port());
  fixture.on_request = [](Exchange&) {};
  busy.Send(Get("/busy"));
  CHECK(fixture.RunUntil([&] { return fixture.count == 1 && fixture.server->connections() == 2; }));

  SUBCASE("draining closes idle connections and waits for busy ones") {
    fixture.server->Drain(count_drained, &drained);
    CHECK(fixture.RunUntilEnded(idle));
    CHECK(drained == 0);
    CHECK_FALSE(RawSocket(fixture.server->port()).connected());
    fixture.last->Respond(200, {}, Body::Bytes(Chunk::Copy("done")), false);
    fixture.server->Flush();
    CHECK(fixture.RunUntilEnded(busy));
    CHECK(busy.received().find("connection: close\r\n") != std::string::npos);
    CHECK(busy.received().ends_with("done"));
    CHECK(fixture.RunUntil([&] { return drained == 1; }));
  }
  SUBCASE("closing now tells the handlers and ends a drain") {
    fixture.server->Drain(count_drained, &drained);
    fixture.server->CloseNow();
    CHECK(fixture.listener.gone == 1);
    CHECK(fixture.server->connections() == 0);
    CHECK(fixture.RunUntil([&] { return drained == 1; }));
  }
  SUBCASE("it may be destroyed with everything open") {
    fixture.server.reset();
    CHECK(fixture.listener.gone == 1);
  }
  SUBCASE("it may be destroyed in a batch") {
    fixture.on_batch = [&] { fixture.server.reset(); };
    idle.Send(Get("/last"));
    CHECK(fixture.RunUntil([&] { return fixture.server == nullptr; }));
  }
  SUBCASE("it may be destroyed in a request") {
    fixture.on_request = [&](Exchange&) { fixture.server.reset(); };
    idle.Send(Get("/last") + Get("/never"));
    CHECK(fixture.RunUntil([&] { return fixture.server == nullptr; }));
    CHECK(fixture.count == 2);
  }
}

TEST_CASE("a connection that closes while the body of its answered request still arrives") {
  ServerFixture fixture;
  std::shared_ptr<Pipe> body;
  fixture.on_request = [&](Exchange& exchange) {
    body = exchange.TakeBody().pipe;
    exchange.Respond(200, {}, Body::Bytes(Chunk::Copy("early")), false);
  };
  RawSocket client(fixture.server->port());
  client.Send("POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 8\r\n\r\nhalf");
  CHECK(fixture.RunUntilReceived(client, "early"));
  CHECK(fixture.listener.sent == 1);
  CHECK_FALSE(client.ended());
  SUBCASE("ends with the body") {
    client.Send("half");
    CHECK(fixture.RunUntilEnded(client));
    CHECK(body->state() == Pipe::State::kClosed);
  }
  SUBCASE("ends when the reader lets go") {
    body->Cancel();
    body.reset();
    fixture.server->Flush();
    CHECK(fixture.RunUntilEnded(client));
  }
}

TEST_CASE("listening on a port that is taken fails with the way out") {
  ServerFixture fixture;
  auto second =
      Server::Listen(fixture.loop.uv(), {"127.0.0.1", fixture.server->port()}, {}, fixture);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().kind == ErrorKind::kAddressInUse);
  CHECK(second.error().message.find("ddress already in use") != std::string::npos);
  fixture.loop.RunOnce();
}

TEST_SUITE_END();

}  // namespace isolane::http
