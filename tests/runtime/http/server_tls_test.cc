#include "runtime/http/server_tls.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "runtime/base/packed_head.h"
#include "runtime/http/server.h"
#include "runtime/http/tls_context.h"
#include "runtime/http/tls_session.h"
#include "runtime/loop/loop.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/support/step_until.h"
#include "tests/support/temporary_directory.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;

// A file with a certificate that clients trust.
class Trust {
 public:
  explicit Trust(const std::string& certificate) {
    directory_.Write("certificate.pem", certificate);
    CaSources sources;
    sources.file = directory_ / "certificate.pem";
    auto made = TlsContext::Create(sources);
    REQUIRE(made.ok());
    context_ = std::move(*made);
  }

  TlsContext& context() { return *context_; }

 private:
  testing::TemporaryDirectory directory_;
  std::unique_ptr<TlsContext> context_;
};

// A server that speaks TLS, and whose loop the test drives. It answers with the URL it was asked
// for or, for "/large", with many bytes.
class SecureServer : public RequestHandler, public ExchangeListener {
 public:
  explicit SecureServer(const ServerIdentity& identity) {
    auto made = ServerTls::Create(identity);
    REQUIRE(made.ok());
    tls_ = std::move(*made);
    auto listening = Server::Listen(loop.uv(), {"127.0.0.1", 0, tls_.get()}, {}, *this);
    REQUIRE(listening.ok());
    server = std::move(*listening);
  }
  ~SecureServer() override {
    server.reset();
    for (int i = 0; i < 5; i++) loop.RunOnce();
    CHECK(loop.IsEmpty());
  }

  static std::string Large() { return std::string(3'000'000, 'x') + "end"; }

  void OnRequest(Exchange& exchange) override {
    exchange.set_listener(this);
    const std::string url(base::PackedUrl(exchange.packed_head()));
    const std::string body = url.ends_with("/large")  ? Large()
                             : url.ends_with("/huge") ? std::string(20'000'000, 'x') + Large()
                                                      : url;
    exchange.Respond(200, {}, Body::Bytes(Chunk::Copy(body)), false);
  }
  void OnBatchEnd() override {
    if (server != nullptr) server->Flush();
  }
  void OnResponseSent() override { sent++; }
  void OnClientGone() override { gone++; }

  loop::Loop loop;
  int sent = 0;
  int gone = 0;
  std::unique_ptr<Server> server;

 private:
  std::unique_ptr<ServerTls> tls_;
};

// A client that speaks TLS over a plain socket.
class SecureClient {
 public:
  SecureClient(SecureServer& server, TlsContext& context, const std::string& host = "localhost")
      : server_(server), socket_(server.server->port()), session_(context, host, host) {
    session_.Start();
  }

  // Turns the loop until `done`.
  bool RunUntil(const std::function<bool()>& done) {
    return testing::StepUntil([&] { Turn(); }, done);
  }
  bool Open() {
    RunUntil([&] { return session_.state() != TlsSession::State::kHandshake; });
    return session_.state() == TlsSession::State::kOpen;
  }
  bool Receives(std::string_view text) {
    return RunUntil([&] { return plain_.view().find(text) != std::string_view::npos; });
  }
  void Send(std::string_view text) {
    REQUIRE(session_.Send(text));
    Pass();
  }
  TlsSession& session() { return session_; }
  RawSocket& socket() { return socket_; }
  std::string_view received() const { return plain_.view(); }

 private:
  void Pass() {
    session_.TakeOutput(out_);
    out_.RemovePrefix(socket_.Send(out_.view()));
  }
  void Turn() {
    Pass();
    server_.loop.RunOnce();
    socket_.Poll();
    session_.Receive(std::string_view(socket_.received()).substr(read_), plain_);
    read_ = socket_.received().size();
  }

  SecureServer& server_;
  RawSocket socket_;
  TlsSession session_;
  ByteBuffer out_;
  ByteBuffer plain_;
  size_t read_ = 0;
};

}  // namespace

TEST_SUITE_BEGIN("runtime/http/server_tls");

TEST_CASE("a server that speaks TLS") {
  const ServerIdentity identity = MakeIdentity({"shop.example"});
  SecureServer server(identity);
  Trust trust(identity.certificate);
  SUBCASE("answers, again and again, for https URLs") {
    SecureClient client(server, trust.context());
    REQUIRE(client.Open());
    client.Send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.Receives("https://a/1"));
    client.Send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.Receives("https://a/2"));
    CHECK(server.sent == 2);
  }
  SUBCASE("sends what is larger than the kernel takes at once") {
    SecureClient client(server, trust.context());
    REQUIRE(client.Open());
    client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.Receives("end"));
    CHECK(client.received().ends_with("\r\n\r\n" + SecureServer::Large()));
  }
  SUBCASE("counts as sent only what the kernel has taken") {
    SecureClient client(server, trust.context());
    REQUIRE(client.Open());
    client.Send("GET /huge HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 2000; i++) server.loop.RunOnce();
    CHECK(server.sent == 0);
    CHECK(client.Receives("end"));
    CHECK(client.RunUntil([&] { return server.sent == 1; }));
  }
  SUBCASE("tells the end of a response that ends the connection") {
    SecureClient client(server, trust.context());
    REQUIRE(client.Open());
    client.Send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    CHECK(client.Receives("https://a/"));
    CHECK(client.RunUntil([&] { return client.session().state() == TlsSession::State::kEnded; }));
    CHECK(client.RunUntil([&] { return client.socket().ended(); }));
    CHECK(client.RunUntil([&] { return server.server->connections() == 0; }));
  }
  SUBCASE("has a certificate for the names it was made for, and for no other") {
    for (const char* name : {"127.0.0.1", "::1", "shop.example"}) {
      CAPTURE(name);
      SecureClient client(server, trust.context(), name);
      CHECK(client.Open());
    }
    SecureClient client(server, trust.context(), "other.example");
    CHECK_FALSE(client.Open());
  }
  SUBCASE("closes on who does not speak TLS") {
    RawSocket client(server.server->port());
    client.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 20'000 && !client.ended(); i++) {
      server.loop.RunOnce();
      client.Poll();
    }
    CHECK(client.ended());
    CHECK(client.received().find("HTTP/1.1") == std::string::npos);
    for (int i = 0; i < 5; i++) server.loop.RunOnce();
    CHECK(server.server->connections() == 0);
  }
  SUBCASE("forgets a client that leaves in the middle of the handshake") {
    auto client = std::make_unique<SecureClient>(server, trust.context());
    client->RunUntil([&] { return server.server->connections() == 1; });
    client->socket().Close();
    for (int i = 0; i < 20'000 && server.server->connections() > 0; i++) server.loop.RunOnce();
    CHECK(server.server->connections() == 0);
    CHECK(server.gone == 0);
  }
}

TEST_CASE("an identity that is no good is refused") {
  const ServerIdentity one = MakeIdentity({});
  const ServerIdentity other = MakeIdentity({});
  CHECK(one.certificate != other.certificate);
  const auto why = [](const ServerIdentity& identity) {
    auto made = ServerTls::Create(identity);
    REQUIRE_FALSE(made.ok());
    return made.error().message;
  };
  CHECK(why({"no PEM", one.key}).starts_with("HTTPS is not possible: the certificate cannot"));
  CHECK(why({one.certificate, "no PEM"})
            .starts_with("HTTPS is not possible: the private key cannot"));
  CHECK(why({one.certificate, other.key})
            .starts_with("HTTPS is not possible: the private key is not that of the certificate"));
}

TEST_SUITE_END();

}  // namespace isolane::http
