// A graph that a table of routes stands before.
#include "runtime/worker/routed_frontend.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/base/packed_head.h"
#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;
using To = base::RouteDecision::To;

// "/w/..." goes to the Worker w, "/nobody" to a service that is none, "/out/PORT" to another
// server, and "/close" nowhere; what is left is answered with status 410.
class PathRouter final : public base::RequestRouter {
 public:
  void Start(base::ResponderHost&) override {}
  int service_count() const override { return 2; }
  std::string_view service_name(int service) const override {
    return service == 0 ? "w" : "nobody";
  }
  bool has_rules(int) const override { return false; }
  void Route(std::string_view packed_head, std::string_view client,
             base::RouteDecision& decision) override {
    std::string_view path = base::PackedUrl(packed_head);
    path.remove_prefix(path.find('/', 7));
    base::AppendPackedHeader(decision.response_headers, "x-client", client);
    base::AppendPackedHeader(decision.response_headers, "x-own", "router's");
    base::AppendPackedHeader(decision.forced_headers, "server", "router");
    if (path.starts_with("/w") || path == "/nobody") {
      decision.to = To::kService;
      decision.service = path == "/nobody" ? 1 : 0;
    } else if (path.starts_with("/out/")) {
      decision.to = To::kOutside;
      decision.head = "GET";
      decision.head += base::kValueMark;
      decision.head += "http://127.0.0.1:" + std::string(path.substr(5)) + "/";
    } else if (path == "/close") {
      decision.to = To::kClose;
    } else {
      Fail(packed_head, 410, decision);
    }
  }
  void RouteInside(int, std::string_view, base::RouteDecision& decision) override {
    decision.to = To::kService;
  }
  void Fail(std::string_view, int status, base::RouteDecision& decision) override {
    decision.to = To::kAnswer;
    decision.status = status;
    decision.head.clear();
    base::AppendPackedHeader(decision.head, "x-page", "router's");
    decision.body = base::Body::Bytes(base::Chunk::Copy("page"));
  }
};

RuntimeOptions With(base::RequestRouter& router) {
  RuntimeOptions options;
  options.router = &router;
  return options;
}

class Routed {
 public:
  Routed()
      : runtime_({TestWorker::Handler("w", R"js(
          const { pathname } = new URL(request.url);
          if (pathname === '/w/ws') {
            const [client, server] = Object.values(new WebSocketPair());
            server.accept();
            server.close(1000);
            return new Response(null, { status: 101, webSocket: client });
          }
          if (pathname === '/w/throws') throw new Error('oops');
          return new Response('one', { headers: { server: 'mine', 'x-own': 'mine' } });
        )js")},
                 With(router_)),
        port_(runtime_.get().Listen({.ip = "127.0.0.1"}).value()) {}

  std::string Get(const std::string& path, const std::string& headers = "") {
    RawSocket socket(port_);
    socket.Send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + headers +
                (headers.empty() ? "Connection: close\r\n" : "") + "\r\n");
    CHECK(PollUntil(runtime_, [&] {
      socket.Poll();
      return socket.ended() || socket.received().find("\r\n\r\n\x88") != std::string::npos;
    }));
    return socket.received();
  }
  TestRuntime& runtime() { return runtime_; }
  int port() const { return port_; }

  // "GET http://test/x 410" for the request that was over last, once there were `count`.
  std::string Told(size_t count = 1) {
    const auto& requests = runtime_.observer().requests;
    CHECK(PollUntil(runtime_, [&] { return requests.size() >= count; }));
    return requests.back().method + " " + requests.back().url + " " +
           std::to_string(requests.back().status);
  }

 private:
  PathRouter router_;
  TestRuntime runtime_;
  const int port_;
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_SUITE("runtime/worker/routed_frontend") {
  TEST_CASE("what the routes answer by themselves") {
    Routed routed;
    const std::string answer = routed.Get("/gone");
    CHECK(answer.starts_with("HTTP/1.1 410 Gone\r\n"));
    CHECK(Has(answer, "x-page: router's\r\n"));
    CHECK(answer.ends_with("page"));
    SUBCASE("is told to the observer") { CHECK(routed.Told() == "GET http://test/gone 410"); }
    SUBCASE("counts as a request from outside to nobody") {
      CHECK(routed.runtime().get().metrics_port() != 0);
      CHECK(Has(routed.runtime().get().Metrics(true), "\"edge_requests\": 1,"));
      CHECK(Has(routed.runtime().get().Metrics(true),
                "{\"service\": null, \"edge_requests\": 1, \"response_bytes\": 4, \"errors\": 0}"));
    }
  }

  TEST_CASE("a service that there is not") {
    Routed routed;
    CHECK(routed.Get("/nobody").starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
    CHECK(routed.Told() == "GET http://test/nobody 502");
    CHECK(Has(
        routed.runtime().get().Metrics(true),
        "{\"service\": \"nobody\", \"edge_requests\": 1, \"response_bytes\": 4, \"errors\": 1}"));
  }

  TEST_CASE("another server") {
    Routed routed;
    SUBCASE("answers through the routes") {
      TestRuntime other({TestWorker::Handler("x", "return new Response('from afar');")});
      const int port = other.get().Listen({.ip = "127.0.0.1"}).value();
      RawSocket socket(routed.port());
      socket.Send("GET /out/" + std::to_string(port) +
                  " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
      CHECK(PollUntil(routed.runtime(), [&] {
        other.Poll();
        socket.Poll();
        return socket.ended();
      }));
      CHECK(socket.received().ends_with("from afar"));
      CHECK(Has(socket.received(), "x-own: router's\r\n"));
      CHECK(routed.Told().ends_with(" 200"));
    }
    SUBCASE("that nobody reaches is an error of ours") {
      // Nobody listens where the kernel would have to be asked for the right to.
      CHECK(routed.Get("/out/1").starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
      CHECK(routed.Told() == "GET http://test/out/1 500");
    }
  }

  TEST_CASE("what a Worker answers has the headers of the routes") {
    Routed routed;
    const std::string answer = routed.Get("/w/");
    CHECK(answer.ends_with("one"));
    SUBCASE("unless it has set them itself") {
      CHECK(Has(answer, "x-own: mine\r\n"));
      CHECK(Has(answer, "x-client: 127.0.0.1\r\n"));
    }
    SUBCASE("and whatever it says where they insist") {
      CHECK(Has(answer, "server: router\r\n"));
      CHECK_FALSE(Has(answer, "server: mine\r\n"));
    }
    SUBCASE("also as a page of an error") {
      const std::string failed = routed.Get("/w/throws");
      CHECK(failed.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
      CHECK(Has(failed, "server: router\r\n"));
      CHECK(failed.ends_with("page"));
    }
    SUBCASE("also as a WebSocket") {
      const std::string upgraded =
          routed.Get("/w/ws",
                     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
      CHECK(upgraded.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
      CHECK(Has(upgraded, "x-own: router's\r\n"));
    }
  }

  TEST_CASE("another version of a Worker is where the routes lead") {
    Routed routed;
    CHECK(routed.Get("/w/").ends_with("one"));
    const Status done = routed.runtime().get().Reload(
        {.workers = testing::Specs({TestWorker::Handler("w", "return new Response('two');")})});
    REQUIRE_MESSAGE(done.ok(), done.error().message);
    CHECK(routed.Get("/w/").ends_with("two"));
    const Status removed = routed.runtime().get().Reload({.removed = {"w"}});
    REQUIRE_FALSE(removed.ok());
    CHECK(removed.error().message == "Worker \"w\" cannot be removed: the routes lead to it");
  }

  TEST_CASE("a graph without Workers has nobody to fetch from") {
    PathRouter router;
    TestRuntime runtime({}, With(router));
    const auto answer = runtime.get().Fetch({.url = "http://test/"});
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().message ==
          "there is no Worker: all services are programs of their own or folders of files");
    std::string later;
    runtime.get().FetchAsync({.url = "http://test/"},
                             [&](Result<Response> result) { later = result.error().message; });
    CHECK(later.empty());
    CHECK(PollUntil(runtime, [&] { return !later.empty(); }));
    CHECK(later == answer.error().message);
  }
}

}  // namespace
}  // namespace isolane::worker
