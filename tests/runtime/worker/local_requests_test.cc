// /cdn-cgi/local/scheduled and its guard, through a port.
#include "runtime/worker/local_requests.h"

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

constexpr char kWorker[] = R"js(
  let last = [];
  export default {
    fetch: (request) => new Response(`${new URL(request.url).pathname} ${JSON.stringify(last)}`),
    async scheduled(controller, env, ctx) {
      last = [controller.cron, controller.scheduledTime];
      if (controller.cron === 'throw') throw new Error('no');
      if (controller.cron === 'once') controller.noRetry();
      await scheduler.wait(1);
    },
  };)js";

class Served {
 public:
  explicit Served(LocalEndpoints endpoints = LocalEndpoints::kTriggers)
      : runtime_({TestWorker("public", kWorker), TestWorker("other", kWorker)},
                 RuntimeOptions{.local_endpoints = endpoints}) {
    auto port = runtime_.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    port_ = *port;
  }

  // "200 ok", or what else the answer is.
  std::string Get(const std::string& path, const std::string& headers = {},
                  const std::string& host = "localhost:8787") {
    RawSocket socket(port_);
    socket.Send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers +
                "Connection: close\r\n\r\n");
    CHECK(PollUntil(runtime_, [&] {
      socket.Poll();
      return socket.ended();
    }));
    const std::string& answer = socket.received();
    const size_t body = answer.find("\r\n\r\n");
    return answer.substr(9, 3) + " " + answer.substr(body + 4);
  }

  testing::RecordingObserver& observer() { return runtime_.observer(); }

 private:
  TestRuntime runtime_;
  int port_ = 0;
};

constexpr char kScheduled[] = "/cdn-cgi/local/scheduled";

TEST_SUITE("runtime/worker/local_requests") {
  TEST_CASE("a cron trigger") {
    Served served;
    SUBCASE("is fired with a cron and a time") {
      CHECK(served.Get("/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*&time=1700000000000") == "200 ok");
      CHECK(served.Get("/") == "200 / [\"*/5 * * * *\",1700000000000]");
    }
    SUBCASE("has former names") {
      CHECK(served.Get("/cdn-cgi/handler/scheduled?cron=a") == "200 ok");
      CHECK(served.Get("/cdn-cgi/mf/scheduled?cron=b&time=1") == "200 ok");
      CHECK(served.Get("/") == "200 / [\"b\",1]");
    }
    SUBCASE("answers with JSON") {
      CHECK(served.Get("/cdn-cgi/local/scheduled?format=json") ==
            R"(200 {"outcome":"ok","noRetry":false})");
      CHECK(served.Get("/cdn-cgi/local/scheduled?cron=once&format=json") ==
            R"(200 {"outcome":"ok","noRetry":true})");
      CHECK(served.Get("/cdn-cgi/local/scheduled?cron=throw&format=json") ==
            R"(500 {"outcome":"exception","noRetry":false})");
    }
    SUBCASE("answers 500 with the outcome of a failure") {
      CHECK(served.Get("/cdn-cgi/local/scheduled?cron=throw") == "500 exception");
    }
    SUBCASE("goes to another Worker by its name") {
      CHECK(served.Get("/cdn-cgi/local/scheduled?cron=x&worker=other") == "200 ok");
      CHECK(served.Get("/") == "200 / []");
      CHECK(served.Get("/cdn-cgi/local/scheduled?worker=othr")
                .starts_with("404 Worker \"othr\" not found (known: public, other)."));
    }
    SUBCASE("wants a time that is a number") {
      CHECK(served.Get("/cdn-cgi/local/scheduled?time=soon") ==
            "400 \"time\" must be a number of milliseconds since 1970 but is \"soon\".");
    }
    SUBCASE("is not logged as a request") {
      served.Get(kScheduled);
      CHECK(served.observer().requests.empty());
    }
  }

  TEST_CASE("the guard") {
    Served served;
    SUBCASE("lets this machine through, by all its names") {
      for (const char* host : {"localhost", "127.0.0.1:1", "[::1]:1"}) {
        CHECK(served.Get(kScheduled, {}, host) == "200 ok");
      }
      CHECK(served.Get(kScheduled, "Origin: http://localhost:3000\r\n") == "200 ok");
    }
    SUBCASE("refuses another host") {
      CHECK(served.Get(kScheduled, {}, "evil.example") == "403 Invalid Host header");
      CHECK(served.Get("/cdn-cgi/anything", {}, "evil.example") == "403 Invalid Host header");
    }
    SUBCASE("refuses another origin") {
      CHECK(served.Get(kScheduled, "Origin: http://evil.example\r\n") ==
            "403 Invalid Origin header");
      CHECK(served.Get(kScheduled, "Origin: null\r\n") == "403 Invalid Origin header");
    }
    SUBCASE("has nothing to do with other paths") {
      CHECK(served.Get("/", {}, "evil.example") == "200 / []");
      CHECK(served.observer().requests.size() == 1);
    }
  }

  TEST_CASE("the host of a route is a name of this machine") {
    TestRuntime runtime({TestWorker("public", kWorker).Route("app.example.com/api/*")},
                        RuntimeOptions{.local_endpoints = LocalEndpoints::kTriggers});
    auto port = runtime.get().Serve("127.0.0.1", 0);
    REQUIRE(port.ok());
    const auto status = [&](const std::string& host) {
      RawSocket socket(*port);
      socket.Send(std::string("GET ") + kScheduled + " HTTP/1.1\r\nHost: " + host +
                  "\r\nConnection: close\r\n\r\n");
      CHECK(PollUntil(runtime, [&] {
        socket.Poll();
        return socket.ended();
      }));
      return socket.received().substr(9, 3);
    };
    CHECK(status("app.example.com") == "200");
    CHECK(status("evil.example.com") == "403");
  }

  TEST_CASE("other paths below /cdn-cgi/") {
    Served served;
    SUBCASE("go to the Worker, unlogged") {
      CHECK(served.Get("/cdn-cgi/trace") == "200 /cdn-cgi/trace []");
      CHECK(served.observer().requests.empty());
    }
    SUBCASE("are named when they look like a mistake") {
      CHECK(served.Get("/cdn-cgi/local/schedule") ==
            "404 \"/cdn-cgi/local/schedule\" is not a valid handler. Did you mean to use "
            "\"/cdn-cgi/local/scheduled\", \"/cdn-cgi/local/email\", "
            "\"/cdn-cgi/local/queue\"?");
    }
  }

  TEST_CASE("/__scheduled") {
    SUBCASE("is the Worker's without --test-scheduled") {
      Served served;
      CHECK(served.Get("/__scheduled?cron=x") == "200 /__scheduled []");
    }
    SUBCASE("fires with it") {
      Served served(LocalEndpoints::kTestScheduled);
      CHECK(served.Get("/__scheduled?cron=1+2+3+4+5") == "200 Ran scheduled event");
      CHECK(served.Get("/__scheduled?cron=throw") == "500 exception");
      CHECK(served.Get(kScheduled) == "200 ok");
    }
  }

  TEST_CASE("without local endpoints every path is the Worker's") {
    Served served(LocalEndpoints::kNone);
    CHECK(served.Get(kScheduled, {}, "evil.example") == "200 /cdn-cgi/local/scheduled []");
    CHECK(served.observer().requests.size() == 1);
  }
}

}  // namespace
}  // namespace isolane::worker
