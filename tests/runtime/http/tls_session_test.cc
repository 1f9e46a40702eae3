#include "runtime/http/tls_session.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "runtime/http/tls_context.h"
#include "tests/runtime/http/tls_peer.h"

namespace isolane::http {
namespace {

using State = TlsSession::State;

std::unique_ptr<TlsContext> Trusting(const TestAuthority& authority) {
  CaSources sources;
  sources.file = authority.file();
  auto made = TlsContext::Create(sources);
  if (!made.ok()) FAIL(made.error().ToString());
  return std::move(made).value();
}

// Carries bytes both ways, at most `step` at a time, until both are silent.
struct Wire {
  TlsSession& client;
  TlsPeer& server;
  std::string plain = {};

  void Carry(size_t step = 1 << 20) {
    for (bool moved = true; moved;) {
      ByteBuffer out;
      client.TakeOutput(out);
      moved = !out.empty();
      for (size_t at = 0; at < out.size(); at += step) server.Receive(out.view().substr(at, step));
      if (out.empty()) server.Receive({});
      const std::string back = server.TakeOutput();
      moved |= !back.empty();
      ByteBuffer got;
      for (size_t at = 0; at < back.size(); at += step) {
        client.Receive(std::string_view(back).substr(at, step), got);
      }
      plain += got.view();
    }
  }
};

std::string HandshakeError(TlsContext& context, const Identity& identity, const std::string& host) {
  const TlsServerContext server_context(identity);
  TlsPeer server(server_context);
  TlsSession client(context, host, host + ":443");
  client.Start();
  Wire{client, server}.Carry();
  return client.state() == State::kFailed ? client.error() : "";
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/tls_session");

TEST_CASE("a session") {
  const TestAuthority authority;
  const auto context = Trusting(authority);
  const TlsServerContext server_context(authority.Sign());
  TlsPeer server(server_context);
  TlsSession client(*context, "localhost", "localhost:443");
  client.Start();
  Wire wire{client, server};
  SUBCASE("begins with a handshake that names the host and HTTP/1.1") {
    wire.Carry();
    CHECK(client.state() == State::kOpen);
    CHECK(server.open());
    CHECK(server.server_name() == "localhost");
    CHECK(server.protocol() == "http/1.1");
  }
  SUBCASE("carries bytes both ways") {
    wire.Carry();
    REQUIRE(client.Send("question"));
    wire.Carry();
    CHECK(server.received() == "question");
    server.Send("answer");
    wire.Carry();
    CHECK(wire.plain == "answer");
  }
  SUBCASE("works byte by byte") {
    wire.Carry(1);
    REQUIRE(client.state() == State::kOpen);
    const std::string large(100'000, 'x');
    REQUIRE(client.Send(large));
    wire.Carry(1);
    CHECK(server.received() == large);
    server.Send(large);
    wire.Carry(1);
    CHECK(wire.plain == large);
  }
  SUBCASE("tells the peer's end from silence") {
    wire.Carry();
    server.Send("last");
    server.End();
    wire.Carry();
    CHECK(wire.plain == "last");
    CHECK(client.state() == State::kEnded);
  }
  SUBCASE("fails when bytes were changed on the way") {
    wire.Carry();
    server.Send("text");
    std::string bytes = server.TakeOutput();
    bytes.back() ^= 1;
    ByteBuffer plain;
    client.Receive(bytes, plain);
    CHECK(plain.empty());
    CHECK(client.state() == State::kFailed);
    CHECK(client.error().starts_with("TLS with localhost:443 broke off: "));
  }
  SUBCASE("fails when the peer does not speak TLS") {
    ByteBuffer plain;
    client.Receive("HTTP/1.1 400 Bad Request\r\n\r\n", plain);
    CHECK(client.state() == State::kFailed);
    CHECK(client.error().starts_with("the TLS handshake with localhost:443 failed: "));
  }
}

TEST_CASE("a peer that is known gets a shorter handshake") {
  const TestAuthority authority;
  const auto context = Trusting(authority);
  const TlsServerContext server_context(authority.Sign());
  for (const bool known : {false, true}) {
    TlsPeer server(server_context);
    TlsSession client(*context, "localhost", "localhost:443");
    client.Start();
    Wire{client, server}.Carry();
    CHECK(server.open());
    CHECK(server.resumed() == known);
  }
}

TEST_CASE("certificates") {
  const TestAuthority authority;
  const auto context = Trusting(authority);
  const std::string not_trusted = "the certificate of localhost:443 is not trusted: ";
  SUBCASE("of the authority are trusted, for names and for addresses") {
    CHECK(HandshakeError(*context, authority.Sign(), "localhost").empty());
    CHECK(HandshakeError(*context, authority.Sign(), "127.0.0.1").empty());
    CHECK(HandshakeError(*context, authority.Sign(), "localhost.").empty());
    CHECK(HandshakeError(*context, authority.Sign({.names = "IP:::1"}), "::1").empty());
  }
  SUBCASE("must be for the host") {
    CHECK(HandshakeError(*context, authority.Sign({.names = "DNS:other.example"}), "localhost")
              .starts_with(not_trusted + "hostname mismatch"));
    CHECK(HandshakeError(*context, authority.Sign({.names = "DNS:127.0.0.1"}), "127.0.0.1")
              .starts_with("the certificate of 127.0.0.1:443 is not trusted: IP address mismatch"));
  }
  SUBCASE("are for no host without a name") {
    for (const std::string& host : {std::string(), std::string("."), std::string(".example"),
                                    std::string("localhost\0x", 11)}) {
      CHECK(HandshakeError(*context, authority.Sign(), host) ==
            "the certificate of " + host +
                ":443 cannot be checked: what it is to be for is no host name");
    }
  }
  SUBCASE("must be in force") {
    CHECK(HandshakeError(*context, authority.Sign({.from_s = -7200, .to_s = -3600}), "localhost")
              .starts_with(not_trusted + "certificate has expired"));
    CHECK(HandshakeError(*context, authority.Sign({.from_s = 3600, .to_s = 7200}), "localhost")
              .starts_with(not_trusted + "certificate is not yet valid"));
  }
  SUBCASE("must not be signed by themselves or by strangers, and the error knows a way out") {
    const std::string error = HandshakeError(*context, TestAuthority::SelfSigned(), "localhost");
    CHECK(error.starts_with(not_trusted + "self-signed certificate"));
    CHECK(error.find("SSL_CERT_FILE") != std::string::npos);
    const TestAuthority stranger("a stranger");
    CHECK(HandshakeError(*context, stranger.Sign(), "localhost")
              .starts_with(not_trusted + "unable to get local issuer certificate"));
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
