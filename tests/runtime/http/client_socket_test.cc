// Connections that are no HTTP, as a user of the client sees them.
#include "runtime/http/client_socket.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/runtime/http/client_fixture.h"
#include "tests/runtime/http/tls_server.h"

namespace isolane::http {
namespace {

using base::Chunk;
using base::Pipe;

struct Connected : ClientListener {
  void OnClientResponse(int, std::string_view, base::Body) override { FAIL("a response"); }
  void OnClientWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override {
    FAIL("a WebSocket");
  }
  void OnClientSocket(std::shared_ptr<Pipe> given) override {
    CHECK_FALSE(done());
    received = std::move(given);
  }
  void OnClientError(const std::string& message) override {
    CHECK_FALSE(done());
    error = message;
  }
  void OnClientFinished() override {
    CHECK(received != nullptr);
    finished++;
  }
  bool done() const { return received != nullptr || !error.empty(); }
  // What has come so far.
  const std::string& Text() {
    while (auto chunk = received->Read()) text += chunk->view();
    return text;
  }

  std::shared_ptr<Pipe> received;
  std::string error;
  std::string text;
  int finished = 0;
};

struct Connection {
  explicit Connection(ClientFixture& fixture) : fixture(fixture) {}

  void Open(int port, bool tls = false, const std::string& host = "127.0.0.1") {
    id = fixture.client->Connect({host, port, tls}, sent, &outcome);
    CHECK_FALSE(outcome.done());
  }
  void Send(std::string_view text) { sent->Write(Chunk::Copy(text)); }

  ClientFixture& fixture;
  std::shared_ptr<Pipe> sent = std::make_shared<Pipe>();
  Connected outcome;
  uint64_t id = 0;
};

}  // namespace

TEST_SUITE_BEGIN("runtime/http/client_socket");

TEST_CASE("a connection for bytes") {
  RawServer server;
  ClientFixture fixture;
  Connection connection(fixture);
  Connected& outcome = connection.outcome;
  connection.Open(server.port);
  REQUIRE(fixture.RunUntil([&] { return outcome.done(); }));
  REQUIRE(outcome.error.empty());
  REQUIRE(server.connected());

  SUBCASE("carries them both ways") {
    connection.Send("ask");
    REQUIRE(fixture.RunUntil([&] {
      server.Asked();
      return server.heard == "ask";
    }));
    server.Say("answer");
    REQUIRE(fixture.RunUntil([&] { return outcome.Text() == "answer"; }));
  }
  SUBCASE("ends in each direction by itself") {
    server.Say("all");
    server.EndSaying();
    REQUIRE(
        fixture.RunUntil([&] { return outcome.Text() == "all" && outcome.received->at_end(); }));
    CHECK(outcome.finished == 0);
    connection.Send("still");
    connection.sent->Close();
    REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
    REQUIRE(fixture.RunUntil([&] {
      server.Asked();
      return server.heard == "still" && server.Left();
    }));
  }
  SUBCASE("tells the peer that nothing more is sent, and goes on receiving") {
    connection.sent->Close();
    REQUIRE(fixture.RunUntil([&] { return server.Left(); }));
    server.Say("late");
    REQUIRE(fixture.RunUntil([&] { return outcome.Text() == "late"; }));
    CHECK(outcome.finished == 0);
    const int batches = fixture.batches;
    server.Hang();
    REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
    CHECK(outcome.received->at_end());
    CHECK(fixture.batches > batches);
  }
  SUBCASE("is read no faster than its reader takes it") {
    const std::string block(1 << 20, 'x');
    size_t said = 0;
    // Until neither side's kernel takes more.
    for (int idle = 0; idle < 100;) {
      const size_t part = server.SayPart(block);
      said += part;
      idle = part == 0 ? idle + 1 : 0;
      fixture.loop.RunOnce();
    }
    CHECK(outcome.received->queued() < 4 * Pipe::kHighWaterMark);
    REQUIRE(fixture.RunUntil([&] { return outcome.Text().size() == said; }));
  }
  SUBCASE("is written no faster than the peer takes it") {
    const std::string block(64 * 1024, 'y');
    size_t sent = 0;
    for (int idle = 0; idle < 100;) {
      if (connection.sent->writable()) {
        connection.Send(block);
        sent += block.size();
        idle = 0;
      } else {
        idle++;
      }
      fixture.loop.RunOnce();
    }
    connection.sent->Close();
    REQUIRE(fixture.RunUntil([&] {
      server.Asked();
      return server.heard.size() == sent;
    }));
  }
  SUBCASE("that breaks off says so to both ends") {
    server.Reset();
    REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
    CHECK(outcome.received->state() == Pipe::State::kErrored);
    CHECK(outcome.received->error().message ==
          "Network connection lost. (" + server.where() + ": connection reset by peer)");
    CHECK(connection.sent->state() == Pipe::State::kCancelled);
  }
  SUBCASE("is closed when its writer is gone") {
    connection.Send("last words");
    connection.sent->Fail({"Error", "gone"});
    REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
    CHECK(outcome.received->state() == Pipe::State::kErrored);
    REQUIRE(fixture.RunUntil([&] {
      server.Asked();
      return server.heard == "last words" && server.Left();
    }));
  }
  SUBCASE("is closed when nobody reads and nothing more is written") {
    outcome.received->Cancel();
    connection.Send("last words");
    connection.sent->Close();
    REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
    REQUIRE(fixture.RunUntil([&] {
      server.Asked();
      return server.heard == "last words" && server.Left();
    }));
  }
  SUBCASE("can be cancelled") {
    fixture.client->Cancel(connection.id, "not wanted");
    CHECK(outcome.received->error().message == "not wanted");
    REQUIRE(fixture.RunUntil([&] { return server.Left(); }));
    CHECK(outcome.finished == 0);
  }
  SUBCASE("ends with its client") {
    fixture.client->CloseNow();
    REQUIRE(fixture.RunUntil([&] { return server.Left(); }));
  }
}

TEST_CASE("a connection that a slow peer holds up does not last for ever") {
  RawServer server;
  ClientOptions options;
  options.limits.web_socket_ms = 5;
  ClientFixture fixture(std::move(options));
  Connection connection(fixture);
  connection.Open(server.port);
  REQUIRE(fixture.RunUntil([&] { return connection.outcome.done(); }));
  connection.Send(std::string(16 << 20, 'z'));
  connection.sent->Close();
  connection.outcome.received->Cancel();
  REQUIRE(fixture.RunUntil([&] { return connection.outcome.finished == 1; }));
}

TEST_CASE("a connection that is not possible") {
  ClientOptions options;
  std::string host = "127.0.0.1";
  int port = 1;
  std::string expected;
  SUBCASE("is refused") {
    RawServer closed;
    port = closed.port;
    expected = "connect to " + closed.where() + ": connection refused";
  }
  SUBCASE("has an address that is not public") {
    options.public_only = true;
    expected =
        "connect() to 127.0.0.1:1 is refused: 127.0.0.1 is not a public address (--public-only)";
  }
  SUBCASE("leads to a port that is hidden") {
    options.is_hidden = [](int) { return true; };
    expected = "connect to 127.0.0.1:1: connection refused";
  }
  SUBCASE("has a name that nobody knows") {
    // Nobody is asked for one whose part is too long.
    host = std::string(70, 'x');
    expected = "cannot resolve " + host + ": ";
  }
  ClientFixture fixture(std::move(options));
  Connection connection(fixture);
  connection.Open(port, false, host);
  REQUIRE(fixture.RunUntil([&] { return connection.outcome.done(); }));
  CHECK(connection.outcome.error.starts_with(expected));
  CHECK(connection.sent->state() == Pipe::State::kCancelled);
}

TEST_CASE("a connection knows no proxies") {
  ClientOptions options;
  options.proxies = ProxySettings([](const char* name) -> const char* {
    return std::string_view(name) == "http_proxy" || std::string_view(name) == "https_proxy"
               ? "http://127.0.0.1:1"
               : nullptr;
  });
  RawServer server;
  ClientFixture fixture(std::move(options));
  Connection connection(fixture);
  connection.Open(server.port);
  REQUIRE(fixture.RunUntil([&] { return connection.outcome.done(); }));
  CHECK(connection.outcome.error.empty());
}

TEST_CASE("TLS") {
  ClientFixture fixture(Trusting());
  TlsServer server(Authority().Sign());
  Connection connection(fixture);
  Connected& outcome = connection.outcome;

  SUBCASE("from the beginning") {
    connection.Open(server.raw.port, true, "localhost");
    REQUIRE(fixture.RunUntil([&] {
      server.Turn();
      return outcome.done();
    }));
    CHECK(outcome.error.empty());
    connection.Send("ask");
    REQUIRE(fixture.RunUntil([&] { return server.Has("ask"); }));
    server.Say("answer");
    REQUIRE(fixture.RunUntil([&] { return outcome.Text() == "answer"; }));
    CHECK(server.peer().server_name() == "localhost");
    // The peer is no server of HTTP.
    CHECK(server.peer().protocol().empty());
    SUBCASE("has an end that the peer can trust") {
      connection.sent->Close();
      REQUIRE(fixture.RunUntil([&] {
        server.Turn();
        return server.peer().ended();
      }));
      server.peer().End();
      server.Turn();
      REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
      CHECK(outcome.received->at_end());
    }
    SUBCASE("is answered when the peer ends first") {
      server.peer().End();
      server.Turn();
      REQUIRE(fixture.RunUntil([&] { return outcome.received->at_end(); }));
      connection.sent->Close();
      REQUIRE(fixture.RunUntil([&] {
        server.Turn();
        return server.peer().ended();
      }));
    }
    SUBCASE("is broken off by an end that anybody could have made") {
      server.raw.Hang();
      REQUIRE(fixture.RunUntil([&] { return outcome.finished == 1; }));
      CHECK(outcome.received->error().message.ends_with(
          "closed the connection without the end that TLS demands)"));
    }
  }
  SUBCASE("begins later, on the same connection") {
    connection.Open(server.raw.port);
    REQUIRE(fixture.RunUntil([&] { return outcome.done(); }));
    connection.Send("please");
    REQUIRE(fixture.RunUntil([&] {
      server.raw.Asked();
      return server.raw.heard == "please";
    }));
    server.raw.Say("S");
    REQUIRE(fixture.RunUntil([&] { return outcome.Text() == "S"; }));
    connection.Send("!");

    const auto sent = std::make_shared<Pipe>();
    Connected secured;
    std::string host = "localhost";
    TlsTrust trust = TlsTrust::kFull;
    std::string expected;
    SUBCASE("with the host that is expected") {}
    SUBCASE("not with another one") {
      host = "other.example";
      expected = "the certificate of " + server.raw.where() + " is not trusted: hostname mismatch";
    }
    SUBCASE("with anybody who has a certificate") {
      host = "other.example";
      trust = TlsTrust::kChain;
    }
    const uint64_t id = fixture.client->StartTls(connection.id, {host, trust}, sent, &secured);
    CHECK(id != 0);
    CHECK(outcome.received->at_end());
    CHECK(fixture.client->StartTls(connection.id, {host, trust}, sent, &secured) == 0);
    // What was written comes first.
    std::string came;
    REQUIRE(fixture.RunUntil([&] {
      came += server.raw.Hear();
      return came.size() > 1;
    }));
    CHECK(came[0] == '!');
    server.peer().Receive(came.substr(1));
    REQUIRE(fixture.RunUntil([&] {
      server.Turn();
      return secured.done();
    }));
    CHECK(outcome.finished == 0);
    if (!expected.empty()) {
      CHECK(secured.error.starts_with(expected));
      CHECK(sent->state() == Pipe::State::kCancelled);
      return;
    }
    REQUIRE(secured.error.empty());
    sent->Write(Chunk::Copy("hidden"));
    REQUIRE(fixture.RunUntil([&] { return server.Has("hidden"); }));
    server.Say("too");
    REQUIRE(fixture.RunUntil([&] { return secured.Text() == "too"; }));
    fixture.client->Cancel(id, "done");
  }
  SUBCASE("does not begin when one side has ended") {
    connection.Open(server.raw.port);
    REQUIRE(fixture.RunUntil([&] { return outcome.done(); }));
    connection.sent->Close();
    REQUIRE(fixture.RunUntil([&] { return server.raw.Left(); }));
    Connected secured;
    CHECK(fixture.client->StartTls(connection.id, {"localhost"}, std::make_shared<Pipe>(),
                                   &secured) == 0);
  }
  SUBCASE("needs a host that a certificate can be for") {
    connection.Open(server.raw.port);
    REQUIRE(fixture.RunUntil([&] { return outcome.done(); }));
    Connected secured;
    CHECK(fixture.client->StartTls(connection.id, {""}, std::make_shared<Pipe>(), &secured) != 0);
    REQUIRE(fixture.RunUntil([&] { return secured.done(); }));
    CHECK(secured.error.ends_with("cannot be checked: what it is to be for is no host name"));
  }
  SUBCASE("needs no authorities to trust everybody") {
    ClientOptions options;
    options.authorities.file = "/nonexistent/ca.pem";
    ClientFixture without(std::move(options));
    TlsServer stranger(TestAuthority::SelfSigned());
    Connected one;
    without.client->Connect({"localhost", stranger.raw.port, true, TlsTrust::kNothing},
                            std::make_shared<Pipe>(), &one);
    REQUIRE(without.RunUntil([&] {
      stranger.Turn();
      return one.done();
    }));
    CHECK(one.error.empty());
  }
  SUBCASE("does not trust everybody") {
    TlsServer stranger(TestAuthority::SelfSigned());
    connection.Open(stranger.raw.port, true, "localhost");
    REQUIRE(fixture.RunUntil([&] {
      stranger.Turn();
      return outcome.done();
    }));
    CHECK(outcome.error.starts_with(
        "the certificate of localhost:" + std::to_string(stranger.raw.port) + " is not trusted: "));
  }
  SUBCASE("trusts everybody when it is told so, and only then") {
    TlsServer stranger(TestAuthority::SelfSigned());
    for (const TlsTrust trust : {TlsTrust::kNothing, TlsTrust::kFull}) {
      Connected one;
      const auto sent = std::make_shared<Pipe>();
      const uint64_t id =
          fixture.client->Connect({"localhost", stranger.raw.port, true, trust}, sent, &one);
      REQUIRE(fixture.RunUntil([&] {
        stranger.Turn();
        return one.done();
      }));
      CHECK(one.error.empty() == (trust == TlsTrust::kNothing));
      fixture.client->Cancel(id, "done");
      stranger.raw.Hang();
      stranger.Restart();
    }
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
