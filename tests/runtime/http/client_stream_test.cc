// https, proxies and refused addresses, as a user of the client sees them.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tests/runtime/http/client_fixture.h"
#include "tests/runtime/http/tls_server.h"

namespace isolane::http {
namespace {

using base::Body;
using base::Chunk;
using base::Pipe;

constexpr char kEmpty[] = "HTTP/1.1 204 No Content\r\n\r\n";

}  // namespace

TEST_SUITE_BEGIN("runtime/http/client_stream");

TEST_CASE("https") {
  ClientFixture fixture(Trusting());
  TlsServer server(Authority().Sign());
  Result result;
  SUBCASE("asks and answers") {
    fixture.StartAt("GET", server.url(), {}, result);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    CHECK(server.peer().received().starts_with("GET /path HTTP/1.1\r\nhost: localhost:"));
    CHECK(server.peer().server_name() == "localhost");
    server.Say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.status == 200);
    CHECK(ReadAll(result.body) == "hello");
    CHECK(result.finished == 1);
  }
  SUBCASE("keeps the connection") {
    fixture.StartAt("GET", server.url(), {}, result);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    server.Say(kEmpty);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    Result second;
    fixture.StartAt("POST", server.url(), Body::Bytes(Chunk::Copy("again")), second);
    REQUIRE(fixture.RunUntil([&] { return server.Has("again"); }));
    server.Say(kEmpty);
    REQUIRE(fixture.RunUntil([&] { return second.done(); }));
    CHECK(second.status == 204);
  }
  SUBCASE("resumes the session on a new connection") {
    fixture.StartAt("GET", server.url(), {}, result);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    server.Say("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK_FALSE(server.peer().resumed());
    server.raw.Hang();
    server.Restart();
    Result second;
    fixture.StartAt("GET", server.url(), {}, second);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    CHECK(server.peer().resumed());
    server.Say(kEmpty);
    CHECK(fixture.RunUntil([&] { return second.done(); }));
  }
  SUBCASE("carries large bodies both ways in small pieces") {
    const std::string large(3'000'000, 'x');
    fixture.StartAt("POST", server.url("127.0.0.1"), Body::Bytes(Chunk::Copy(large)), result);
    REQUIRE(fixture.RunUntil([&] {
      server.Turn(777);
      return server.peer().received().size() > large.size() &&
             server.peer().received().ends_with("xxxx");
    }));
    CHECK(server.peer().received().find("content-length: 3000000\r\n\r\n") != std::string::npos);
    server.peer().Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 30; i++)
      server.peer().Send("186a0\r\n" + std::string(100'000, 'y') + "\r\n");
    server.peer().Send("0\r\n\r\n");
    std::string got;
    REQUIRE(fixture.RunUntil([&] {
      server.Turn(5'000);
      got += ReadAll(result.body);
      return result.finished == 1 && got.size() == 3'000'000;
    }));
    CHECK(result.body.pipe->at_end());
  }
  SUBCASE("streams a request") {
    auto pipe = std::make_shared<Pipe>();
    fixture.StartAt("POST", server.url(), Body::Stream(pipe), result);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    for (const char* part : {"first", "second"}) {
      pipe->Write(Chunk::Copy(part));
      REQUIRE(fixture.RunUntil([&] { return server.Has(part); }));
    }
    pipe->Close();
    REQUIRE(fixture.RunUntil([&] { return server.Has("0\r\n\r\n"); }));
    server.Say(kEmpty);
    CHECK(fixture.RunUntil([&] { return result.done(); }));
  }
  SUBCASE("does not read what nobody takes") {
    fixture.StartAt("GET", server.url(), {}, result);
    REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
    server.peer().Send("HTTP/1.1 200 OK\r\nContent-Length: 90000000\r\n\r\n");
    size_t sent = 0;
    for (int i = 0; i < 3000; i++) {
      if (server.silent() && sent < 80'000'000) {
        server.peer().Send(std::string(60'000, 'x'));
        sent += 60'000;
      }
      server.Turn();
      fixture.loop.RunOnce();
    }
    CHECK(sent < 60'000'000);
    CHECK(result.body.pipe->queued() < 300'000);
    result.body.pipe->Cancel();
    CHECK(fixture.RunUntil([&] { return result.finished == 1; }));
  }
}

TEST_CASE("the end of a response by https") {
  ClientFixture fixture(Trusting());
  TlsServer server(Authority().Sign());
  Result result;
  fixture.StartAt("GET", server.url(), {}, result);
  REQUIRE(fixture.RunUntil([&] { return server.Has("\r\n\r\n"); }));
  SUBCASE("may be the end of the connection, said by TLS") {
    server.Say("HTTP/1.1 200 OK\r\n\r\nall of it");
    server.peer().End();
    server.Turn();
    REQUIRE(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(ReadAll(result.body) == "all of it");
    CHECK((result.body.pipe == nullptr || result.body.pipe->at_end()));
  }
  SUBCASE("is no end when only the socket ends: it may have been cut") {
    server.Say("HTTP/1.1 200 OK\r\n\r\nsome of it");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    server.raw.Hang();
    REQUIRE(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(ReadAll(result.body) == "some of it");
    CHECK(result.body.pipe->state() == Pipe::State::kErrored);
  }
  SUBCASE("needs no end of TLS when its length is known") {
    server.Say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
    server.raw.Hang();
    REQUIRE(fixture.RunUntil([&] { return result.finished == 1; }));
    CHECK(ReadAll(result.body) == "all");
  }
}

TEST_CASE("https fails in words") {
  const auto error = [](ClientOptions options, TlsServer& server, const std::string& host) {
    ClientFixture fixture(std::move(options));
    Result result;
    fixture.StartAt("GET", server.url(host), {}, result);
    REQUIRE(fixture.RunUntil([&] {
      server.Turn();
      return result.done();
    }));
    return result.error;
  };
  SUBCASE("for another host") {
    TlsServer server(Authority().Sign({.names = "DNS:other.example"}));
    CHECK(error(Trusting(), server, "localhost") ==
          "the certificate of localhost:" + std::to_string(server.raw.port) +
              " is not trusted: hostname mismatch. To trust an authority of your own, set "
              "SSL_CERT_FILE to a file with its certificate (PEM).");
  }
  SUBCASE("for a certificate that signed itself") {
    TlsServer server(TestAuthority::SelfSigned());
    CHECK(error(Trusting(), server, "localhost").find("self-signed certificate") !=
          std::string::npos);
  }
  SUBCASE("without authorities") {
    TlsServer server(Authority().Sign());
    ClientOptions options;
    options.authorities.system_files = {"/nowhere/ca.crt"};
    options.authorities.system_directories = {};
    CHECK(error(std::move(options), server, "localhost") ==
          "https is not possible: no certificates of authorities were found (looked at "
          "/nowhere/ca.crt). Install the system's (apt-get install ca-certificates), or set "
          "SSL_CERT_FILE to a file with the certificates to trust (PEM).");
  }
  SUBCASE("when the peer speaks plain http, or hangs up") {
    ClientFixture fixture(Trusting());
    RawServer raw;
    Result result;
    fixture.StartAt("GET", "https://" + raw.where() + "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return raw.Asked(); }));
    SUBCASE("") { raw.Say("HTTP/1.1 400 Bad Request\r\n\r\n"); }
    SUBCASE("") {}
    raw.Hang();
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("the TLS handshake with " + raw.where() + " failed: "));
  }
  SUBCASE("when the peer is silent") {
    ClientOptions options = Trusting();
    options.limits.tls_handshake_ms = 5;
    ClientFixture fixture(std::move(options));
    RawServer raw;
    Result result;
    fixture.StartAt("GET", "https://" + raw.where() + "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error ==
          "the TLS handshake with " + raw.where() + " was not complete within 5 ms");
  }
}

namespace {

std::string proxy_url;
std::string no_proxy;

ClientOptions Proxied(const RawServer& proxy, const std::string& credentials = "") {
  proxy_url = "http://" + credentials + proxy.where();
  ClientOptions options = Trusting();
  options.proxies = ProxySettings([](const char* name) -> const char* {
    if (std::string_view(name) == "all_proxy") return proxy_url.c_str();
    return std::string_view(name) == "no_proxy" ? no_proxy.c_str() : nullptr;
  });
  return options;
}

}  // namespace

TEST_CASE("a proxy") {
  RawServer proxy;
  Result result;
  SUBCASE("gets the whole URL of an http request, and its own credentials") {
    ClientFixture fixture(Proxied(proxy, "user:pass@"));
    fixture.StartAt("GET", "http://origin.example:81/path?x", {}, result);
    REQUIRE(fixture.RunUntil([&] { return proxy.Asked(); }));
    CHECK(proxy.heard ==
          "GET http://origin.example:81/path?x HTTP/1.1\r\nhost: origin.example:81\r\n"
          "proxy-authorization: Basic dXNlcjpwYXNz\r\nx-a: b\r\n\r\n");
    proxy.Say("HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    // One connection serves every host.
    Result second;
    fixture.StartAt("GET", "http://second.example/", {}, second);
    REQUIRE(fixture.RunUntil([&] { return proxy.Asked(); }));
    proxy.Say("HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(fixture.RunUntil([&] { return second.done(); }));
  }
  SUBCASE("is asked for a tunnel by https") {
    ClientFixture fixture(Proxied(proxy, "user:pass@"));
    fixture.StartAt("GET", "https://localhost/x", {}, result);
    REQUIRE(fixture.RunUntil([&] { return proxy.Asked(); }));
    CHECK(proxy.heard ==
          "CONNECT localhost:443 HTTP/1.1\r\nhost: localhost:443\r\n"
          "proxy-authorization: Basic dXNlcjpwYXNz\r\n\r\n");
    proxy.Say("HTTP/1.1 200 Connection established\r\n\r\n");
    const TlsServerContext context(Authority().Sign());
    TlsPeer origin(context);
    const auto turn = [&] {
      origin.Receive(proxy.Hear());
      const std::string out = origin.TakeOutput();
      if (!out.empty()) proxy.Say(out);
      return origin.received().ends_with("\r\n\r\n");
    };
    REQUIRE(fixture.RunUntil(turn));
    CHECK(origin.received() == "GET /x HTTP/1.1\r\nhost: localhost\r\nx-a: b\r\n\r\n");
    origin.Send(kEmpty);
    turn();
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.status == 204);
  }
  SUBCASE("may refuse") {
    ClientFixture fixture(Proxied(proxy));
    fixture.StartAt("GET", "https://localhost/x", {}, result);
    REQUIRE(fixture.RunUntil([&] { return proxy.Asked(); }));
    std::string reason;
    SUBCASE("for want of credentials") {
      proxy.Say("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nno.\n");
      reason =
          " refused a connection to localhost:443: status 407 (put the credentials it wants into "
          "the proxy's URL, http://USER:PASSWORD@HOST:PORT)";
    }
    SUBCASE("for reasons of its own") {
      proxy.Say("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      reason = " refused a connection to localhost:443: status 502";
    }
    SUBCASE("by hanging up") {
      proxy.Hang();
      reason = " closed the connection before it had answered";
    }
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error == "the proxy " + proxy.where() + reason);
  }
  SUBCASE("may be silent") {
    ClientOptions options = Proxied(proxy);
    options.limits.connect_ms = 5;
    ClientFixture fixture(std::move(options));
    fixture.StartAt("GET", "https://localhost/x", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error ==
          "the proxy " + proxy.where() + " did not answer CONNECT localhost:443 within 5 ms");
  }
  SUBCASE("is passed by for what no_proxy names") {
    no_proxy = "127.0.0.0/8";
    ClientFixture fixture(Proxied(proxy));
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.status == 200);
    no_proxy = "";
  }
  SUBCASE("of a kind that is not known is told at the first request") {
    ClientFixture fixture(Proxied(proxy));
    proxy_url = "socks5://x";
    ClientOptions options;
    options.proxies = ProxySettings([](const char* name) -> const char* {
      return std::string_view(name) == "http_proxy" ? "socks5://x" : nullptr;
    });
    fixture.client = Client::Create(
        fixture.loop.uv(), std::move(options), [](void*) {}, nullptr);
    fixture.Start("GET", "/", {}, result);
    REQUIRE(fixture.RunUntil([&] { return result.done(); }));
    CHECK(result.error.starts_with("http_proxy names a proxy of the kind socks5:"));
  }
}

TEST_CASE("public addresses only") {
  ClientOptions options;
  options.public_only = true;
  Result result;
  RawServer proxy;
  std::string expected;
  std::string url;
  SUBCASE("an address is refused") {
    url = "http://127.0.0.1:8080/";
    expected = "fetch() of 127.0.0.1:8080 is refused: 127.0.0.1 is not a public address";
  }
  SUBCASE("an address in another coat too") {
    url = "http://[::ffff:7f00:1]/";
    expected =
        "fetch() of [::ffff:7f00:1]:80 is refused: it leads to ::ffff:127.0.0.1, which is "
        "not a public address";
  }
  SUBCASE("a name is refused for where it leads to") {
    url = "https://localhost:8443/";
    options.authorities.file = Authority().file();
    expected = "fetch() of localhost:8443 is refused: it leads to ";
  }
  SUBCASE("an address is refused, whoever would connect to it") {
    options = Proxied(proxy);
    options.public_only = true;
    url = "https://10.0.0.1/";
    expected = "fetch() of 10.0.0.1:443 is refused: 10.0.0.1 is not a public address";
  }
  ClientFixture fixture(std::move(options));
  fixture.StartAt("GET", url, {}, result);
  REQUIRE(fixture.RunUntil([&] { return result.done(); }));
  CHECK(result.error.starts_with(expected));
  CHECK(result.error.ends_with(" is not a public address (--public-only)"));
}

TEST_CASE("a proxy's own address is the operator's choice") {
  RawServer proxy;
  ClientOptions options = Proxied(proxy);
  options.public_only = true;
  ClientFixture fixture(std::move(options));
  Result result;
  fixture.StartAt("GET", "http://origin.example/", {}, result);
  REQUIRE(fixture.RunUntil([&] { return proxy.Asked(); }));
  proxy.Say("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(fixture.RunUntil([&] { return result.done(); }));
}

TEST_SUITE_END();

}  // namespace isolane::http
