#include "runtime/worker/edge_shaping.h"

#include <string>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using http::Encoding;
using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

// "gzip", "br", "identity" or "nothing", and whether the latter will do.
std::string Preferred(std::string_view header) {
  const auto accepted = ParseAcceptEncoding(header);
  if (!accepted) return "any";
  std::string text = accepted->preferred == Encoding::kGzip     ? "gzip"
                     : accepted->preferred == Encoding::kBrotli ? "br"
                                                                : "identity";
  return accepted->refuses_identity ? text + " at least" : text;
}

// As a client has it: "200 br|the body, decoded".
struct Shaping {
  std::string head = "OK";
  int status = 200;
  bool is_head = false;
  bool already_encoded = false;
  base::Body body = base::Body::Bytes(base::Chunk::Copy("text"));

  Shaping& Header(std::string_view name, std::string_view value) {
    base::AppendPackedHeader(head, name, value);
    return *this;
  }

  std::string For(std::string_view accept_encoding) {
    auto shaped = ShapeResponse(accept_encoding, is_head, status, head, body, already_encoded);
    if (!shaped) return "as it is";
    const auto label = base::FindPackedHeader(shaped->head, "content-encoding");
    std::string text = std::to_string(shaped->status) + " ";
    text += label ? *label : "none";
    if (shaped->already_encoded) text += " encoded";
    if (shaped->body.kind == base::Body::Kind::kBytes) {
      text += "|" + std::string(shaped->body.bytes.view());
    }
    return text;
  }
};

// A Worker in development, behind a port.
class Developed {
 public:
  explicit Developed(const std::string& handler, ListenOptions listen = {})
      : runtime_({TestWorker::Handler("a", handler).Service("SELF", "a")},
                 RuntimeOptions{.local_endpoints = LocalEndpoints::kTriggers}) {
    listen.ip = "127.0.0.1";
    auto port = runtime_.get().Listen(listen);
    REQUIRE(port.ok());
    port_ = *port;
  }

  // The whole response.
  std::string Answer(const std::string& headers = {}, const std::string& method = "GET") {
    RawSocket socket(port_);
    socket.Send(method + " / HTTP/1.1\r\nHost: localhost:8787\r\n" + headers +
                "Connection: close\r\n\r\n");
    CHECK(PollUntil(runtime_, [&] {
      socket.Poll();
      return socket.ended();
    }));
    return socket.received();
  }
  std::string Body(const std::string& headers = {}) {
    const std::string answer = Answer(headers);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  TestRuntime& runtime() { return runtime_; }
  int port() const { return port_; }

 private:
  TestRuntime runtime_;
  int port_ = 0;
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("runtime/worker/edge_shaping") {
  TEST_CASE("Accept-Encoding") {
    SUBCASE("names what is preferred, in its order or by weight") {
      CHECK(Preferred("gzip") == "gzip");
      CHECK(Preferred("br, gzip") == "br");
      CHECK(Preferred("gzip, deflate, br, zstd") == "gzip");
      CHECK(Preferred("gzip;q=0.5, br;q=0.8") == "br");
      CHECK(Preferred(" br ; q=1 ") == "br");
      CHECK(Preferred("GZIP") == "gzip");
    }
    SUBCASE("is for the body as it is if nothing that is offered comes before that") {
      CHECK(Preferred("identity") == "identity");
      CHECK(Preferred("identity, gzip") == "identity");
      CHECK(Preferred("identity;q=1, *;q=0") == "identity");
      CHECK(Preferred("deflate, identity, *;q=0") == "identity");
      CHECK(Preferred("deflate, zstd") == "identity");
      CHECK(Preferred("gzip;q=0") == "identity");
      CHECK(Preferred("*") == "identity");
    }
    SUBCASE("may refuse that") {
      CHECK(Preferred("identity;q=0") == "identity at least");
      CHECK(Preferred("*;q=0") == "identity at least");
      CHECK(Preferred("br, *;q=0") == "br");
    }
    SUBCASE("says nothing if there is nothing in it") {
      CHECK(Preferred("") == "any");
      CHECK(Preferred(" , ;q=1") == "any");
      CHECK(Preferred("gzip;q=x") == "any");
      for (const char* weight : {"nan", "inf", "-1", "1.5", "1e0"}) {
        CHECK_MESSAGE(Preferred("gzip;q=" + std::string(weight)) == "any", weight);
      }
    }
  }

  TEST_CASE("a response") {
    SUBCASE("gets the encoding that the client prefers") {
      CHECK(Shaping().For("gzip") == "200 gzip|text");
      CHECK(Shaping().Header("content-type", "text/html; charset=utf-8").For("br") ==
            "200 br|text");
    }
    SUBCASE("loses one that the client does not accept") {
      CHECK(Shaping().Header("content-encoding", "gzip").For("br") == "200 br|text");
      CHECK(Shaping().Header("content-encoding", "br").For("identity") == "200 none|text");
      CHECK(Shaping().Header("content-encoding", "gzip").For("gzip") == "as it is");
    }
    SUBCASE("keeps one that isolane does not offer") {
      CHECK(Shaping().Header("content-encoding", "deflate").For("gzip") == "as it is");
      CHECK(Shaping().Header("content-encoding", "identity").For("gzip") == "as it is");
    }
    SUBCASE("of a type that does not shrink stays as it is") {
      CHECK(Shaping().Header("content-type", "image/png").For("gzip") == "as it is");
      CHECK(Shaping().Header("content-type", "text/event-stream").For("gzip") == "as it is");
    }
    SUBCASE("stays as it is where nobody asks, nothing is in it, or nobody may change it") {
      CHECK(Shaping().For("") == "as it is");
      CHECK(Shaping().For("identity") == "as it is");
      CHECK(Shaping{.body = {}}.For("gzip") == "as it is");
      CHECK(Shaping{.status = 204, .body = {}}.For("gzip") == "as it is");
      CHECK(Shaping{.status = 304, .body = {}}.For("gzip") == "as it is");
      CHECK(Shaping{.status = 206}.For("gzip") == "as it is");
      CHECK(Shaping().Header("cache-control", "max-age=1, no-transform").For("gzip") == "as it is");
    }
    SUBCASE("to HEAD is labelled like the one to GET, without a length") {
      Shaping head{.is_head = true, .body = {}};
      CHECK(head.Header("content-length", "4").For("gzip") == "200 gzip");
      const auto shaped = ShapeResponse("gzip", true, 200, head.head, head.body, false);
      CHECK_FALSE(base::FindPackedHeader(shaped->head, "content-length"));
    }
    SUBCASE("that its Worker has encoded is decoded for who does not accept that") {
      Shaping shaping{.already_encoded = true};
      shaping.Header("content-encoding", "gzip");
      const std::string gzip(
          "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x49\xad\x28\x01\x00\xc7\xa7\x8b\x3b\x04\x00"
          "\x00\x00",
          24);
      shaping.body = base::Body::Bytes(base::Chunk::Copy(gzip));
      CHECK(shaping.For("gzip") == "as it is");
      CHECK(shaping.For("identity") == "200 none|text");
    }
    SUBCASE("that its Worker has encoded is left as it is if it is a part, or may not be changed") {
      Shaping part{.status = 206, .already_encoded = true};
      CHECK(part.Header("content-encoding", "gzip").For("identity") == "as it is");
      Shaping fixed{.already_encoded = true};
      fixed.Header("cache-control", "no-transform").Header("content-encoding", "gzip");
      CHECK(fixed.For("br") == "as it is");
    }
    SUBCASE("that nobody could send is an error") {
      CHECK(Shaping().For("*;q=0") == "415 none encoded|Unsupported Media Type");
    }
  }

  TEST_CASE("a request in development") {
    Developed developed(R"js(
      const { headers, cf } = request;
      return Response.json([headers.get('accept-encoding'), headers.get('cf-connecting-ip'),
        headers.get('mf-original-hostname'), cf.clientAcceptEncoding]);
    )js");
    SUBCASE("asks for the same encodings whatever the client says, which is in its cf") {
      CHECK(developed.Body() == R"(["br, gzip","127.0.0.1",null,""])");
      CHECK(developed.Body("Accept-Encoding: identity\r\n") ==
            R"(["br, gzip","127.0.0.1",null,"identity"])");
    }
    SUBCASE("keeps what it says of who sent it") {
      CHECK(developed.Body("CF-Connecting-IP: 9.9.9.9\r\n") == R"(["br, gzip","9.9.9.9",null,""])");
    }
    SUBCASE("whose host is another one says so") {
      ListenOptions listen;
      listen.host = "shop.example.com";
      Developed mapped("return new Response(request.headers.get('mf-original-hostname'));", listen);
      CHECK(mapped.Body() == "shop.example.com");
      CHECK(mapped.Body("MF-Original-Hostname: mine\r\n") == "shop.example.com");
    }
  }

  TEST_CASE("a cf that was made up for a request goes on with it") {
    Developed developed(R"js(
      if (request.url.endsWith('/there')) return new Response(request.cf.clientAcceptEncoding);
      return env.SELF.fetch(new Request('http://a/there', request));
    )js");
    CHECK(developed.Body("Accept-Encoding: identity;q=0.5\r\n") == "identity;q=0.5");
  }

  TEST_CASE("a response in development") {
    SUBCASE("is encoded as its client asks, in one piece or in many") {
      Developed whole("return new Response('a'.repeat(1000));");
      const std::string plain = whole.Answer();
      CHECK(Has(plain, "content-length: 1000\r\n"));
      CHECK_FALSE(Has(plain, "content-encoding"));
      const std::string gzip = whole.Answer("Accept-Encoding: gzip\r\n");
      CHECK(Has(gzip, "content-encoding: gzip\r\n"));
      CHECK(Has(gzip, "\r\n\r\n\x1f\x8b"));
      CHECK(gzip.size() < plain.size());
      CHECK(Has(whole.Answer("Accept-Encoding: gzip\r\n", "HEAD"), "content-encoding: gzip\r\n"));
    }
    SUBCASE("that is a stream is not held back") {
      Developed stream(R"js(
        const { readable, writable } = new IdentityTransformStream();
        const writer = writable.getWriter();
        ctx.waitUntil(writer.write(new TextEncoder().encode('first')));
        ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 100_000)));
        return new Response(readable);
      )js");
      RawSocket socket(stream.port());
      socket.Send("GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n");
      // The head, then a chunk that ends where a decoder can go on: 00 00 ff ff.
      CHECK(PollUntil(stream.runtime(), [&] {
        socket.Poll();
        return Has(socket.received(), std::string_view("\0\0\xff\xff\r\n", 6));
      }));
      stream.runtime().Abandon();
    }
    SUBCASE("is what the Worker made of it for clients that accept anything") {
      Developed labelled("return new Response('a', { headers: { 'content-encoding': 'br' } });");
      CHECK(Has(labelled.Answer(), "content-encoding: br\r\n"));
      CHECK_FALSE(Has(labelled.Answer("Accept-Encoding: identity\r\n"), "content-encoding"));
    }
  }

  TEST_CASE("what is served for others is left alone") {
    TestRuntime runtime({TestWorker::Handler(
        "a",
        "return Response.json([request.headers.get('accept-encoding'), request.cf ?? null]);")});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    RawSocket socket(*port);
    socket.Send("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n");
    CHECK(PollUntil(runtime, [&] {
      socket.Poll();
      return socket.ended();
    }));
    CHECK(Has(socket.received(), "\r\n\r\n[\"gzip\",null]"));
    CHECK_FALSE(Has(socket.received(), "content-encoding"));
  }

  TEST_CASE("a fetch to the network in development") {
    std::string head("GET\0http://a/", 13);
    base::AppendPackedHeader(head, "cf-connecting-ip", "9.9.9.9");
    base::AppendPackedHeader(head, "cf-worker", "mine");
    base::AppendPackedHeader(head, "x", "1");
    WorkerSpec worker;
    worker.name = "api";
    const auto zone = [&] {
      ShapeOutboundRequest(head, worker);
      CHECK_FALSE(base::FindPackedHeader(head, "cf-connecting-ip"));
      CHECK(base::FindPackedHeader(head, "x") == "1");
      return std::string(base::FindPackedHeader(head, "cf-worker").value_or("none"));
    };
    SUBCASE("says whose it is, and not from where it came") { CHECK(zone() == "api.example.com"); }
    SUBCASE("names the zone of the first route, or its host") {
      worker.routes = {Route{.pattern = "*.shop.example.net/*"}};
      CHECK(zone() == "shop.example.net");
      worker.routes = {Route{.pattern = "shop.example.net/*", .zone = "example.net"}};
      CHECK(zone() == "example.net");
      worker.routes = {Route{.pattern = "*/*"}};
      CHECK(zone() == "api.example.com");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
