// Several ports of one Runtime, and the routes and addresses behind them.
#include "runtime/worker/front_doors.h"

#include <string>

#include <doctest/doctest.h>

#include "tests/runtime/http/raw_socket.h"
#include "tests/runtime/worker/poll_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

using http::RawSocket;
using testing::PollUntil;
using testing::TestRuntime;
using testing::TestWorker;

TestWorker Named(const std::string& name) {
  return TestWorker::Handler(name,
                             "return new Response(`" + name +
                                 " ${request.url} ${request.headers.get('host')}`, "
                                 "{ headers: { location: new URL('/next', request.url) } });");
}

class Doors {
 public:
  explicit Doors(const std::vector<TestWorker>& workers) : runtime_(workers) {}

  int Open(ListenOptions options) {
    options.ip = "127.0.0.1";
    auto port = runtime_.get().Listen(options);
    REQUIRE(port.ok());
    return *port;
  }

  std::string Answer(int port, const std::string& host, const std::string& path) {
    RawSocket socket(port);
    socket.Send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    CHECK(PollUntil(runtime_, [&] {
      socket.Poll();
      return socket.ended();
    }));
    return socket.received();
  }
  std::string Get(int port, const std::string& host = "test", const std::string& path = "/") {
    const std::string answer = Answer(port, host, path);
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }

  TestRuntime& runtime() { return runtime_; }

 private:
  TestRuntime runtime_;
};

std::vector<TestWorker> Routed() {
  return {Named("gateway").Route("*.example.com/*"),
          Named("api").Route("api.example.com/*").Route("example.com/api/*"),
          Named("shop").Domain("shop.example")};
}

TEST_SUITE("runtime/worker/front_doors") {
  TEST_CASE("a port of its own") {
    Doors doors({Named("gateway"), Named("auth")});
    const int main = doors.Open({});
    const int own = doors.Open({.worker = "auth"});
    SUBCASE("leads to one Worker beside the public one") {
      CHECK(doors.Get(main) == "gateway http://test/ test");
      CHECK(doors.Get(own) == "auth http://test/ test");
    }
    SUBCASE("needs a Worker that there is") {
      const auto wrong = doors.runtime().get().Listen({.worker = "auht"});
      REQUIRE_FALSE(wrong.ok());
      CHECK(wrong.error().ToString() ==
            "Worker \"auht\" not found (known: gateway, auth).\nDid you mean \"auth\"?");
    }
    SUBCASE("cannot be opened twice") {
      const auto taken =
          doors.runtime().get().Listen({.ip = "127.0.0.1", .port = own, .worker = "auth"});
      REQUIRE_FALSE(taken.ok());
      CHECK(taken.error().message.starts_with("Address already in use (127.0.0.1:"));
    }
  }

  TEST_CASE("localhost is both of its addresses") {
    Doors doors({Named("gateway")});
    auto port = doors.runtime().get().Listen({.ip = "localhost"});
    REQUIRE(port.ok());
    CHECK(doors.Get(*port) == "gateway http://test/ test");
  }

  TEST_CASE("routes") {
    Doors doors(Routed());
    SUBCASE("choose by Host and path when they are asked to, the most specific first") {
      const int port = doors.Open({.by_routes = true});
      CHECK(doors.Get(port, "www.example.com").starts_with("gateway "));
      CHECK(doors.Get(port, "api.example.com").starts_with("api "));
      CHECK(doors.Get(port, "API.example.com:8787", "/x").starts_with("api "));
      CHECK(doors.Get(port, "example.com", "/api/1").starts_with("api "));
      CHECK(doors.Get(port, "shop.example", "/any?x=1") ==
            "shop http://shop.example/any?x=1 shop.example");
    }
    SUBCASE("leave the rest to the public Worker") {
      const int port = doors.Open({.by_routes = true});
      CHECK(doors.Get(port, "localhost:1") == "gateway http://localhost:1/ localhost:1");
    }
    SUBCASE("mean nothing otherwise") {
      const int port = doors.Open({});
      CHECK(doors.Get(port, "api.example.com") ==
            "gateway http://api.example.com/ api.example.com");
    }
    SUBCASE("must be patterns") {
      TestRuntime wrong({Named("gateway").Route("a.*.com/")});
      const auto port = wrong.get().Listen({.by_routes = true});
      REQUIRE_FALSE(port.ok());
      CHECK(port.error().message ==
            "Route \"a.*.com/\" for \"gateway\" contains an infix wildcard. This is not allowed.");
    }
  }

  TEST_CASE("another host") {
    Doors doors({Named("gateway")});
    const int port = doors.Open({.host = "app.example.com", .scheme = "https"});
    SUBCASE("is what the Worker sees, and its client does not") {
      const std::string answer = doors.Answer(port, "localhost:8787", "/p");
      CHECK(answer.find("gateway https://app.example.com/p app.example.com") != std::string::npos);
      CHECK(answer.find("ocation: http://localhost:8787/next") != std::string::npos);
    }
    SUBCASE("does not stand in for a third one") {
      CHECK(doors.Get(port, "other.example") == "gateway http://other.example/ other.example");
    }
  }
}

}  // namespace
}  // namespace isolane::worker
