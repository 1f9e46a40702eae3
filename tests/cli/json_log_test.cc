#include "cli/json_log.h"

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"

namespace isolane::cli {
namespace {

// The line without its time, which is "2026-..Z".
std::string WithoutTime(std::string line) {
  const size_t at = line.find("\"time\":\"");
  REQUIRE(at != std::string::npos);
  const size_t end = line.find("\",", at);
  REQUIRE(line[end - 1] == 'Z');
  line.erase(at, end + 2 - at);
  return line;
}

template <typename Tell>
std::string Told(Tell&& tell, LogLevel level = LogLevel::kLog) {
  return Captured(STDOUT_FILENO, [&] {
    JsonLog log(level, true);
    tell(log);
  });
}

TEST_SUITE("cli/json_log") {
  TEST_CASE("times are those of ISO 8601") {
    CHECK(IsoTime(0) == "1970-01-01T00:00:00.000Z");
    CHECK(IsoTime(1'763'733'601'007) == "2025-11-21T14:00:01.007Z");
  }

  TEST_CASE("a line that a process has written") {
    CHECK(WithoutTime(Told([](JsonLog& log) {
            log.OnOutput({"api", true, "GET / \"x\""});
          })) ==
          "{\"type\":\"output\",\"service\":\"api\",\"stream\":\"stderr\","
          "\"text\":\"GET / \\\"x\\\"\"}\n");
  }

  TEST_CASE("a console line") {
    SUBCASE("is an object") {
      CHECK(WithoutTime(Told([](JsonLog& log) {
              log.OnLog({isolane::LogLevel::kInfo, "auth", 3, "a \"b\"\nc", false});
            })) ==
            "{\"type\":\"log\",\"level\":\"info\",\"worker\":\"auth\",\"request\":3,"
            "\"message\":\"a \\\"b\\\"\\nc\"}\n");
    }
    SUBCASE("says that it is isolane's") {
      CHECK(WithoutTime(Told([](JsonLog& log) {
              log.OnLog({isolane::LogLevel::kError, {}, 0, "no", true});
            })) ==
            "{\"type\":\"log\",\"level\":\"error\",\"source\":\"isolane\",\"message\":\"no\"}\n");
    }
    SUBCASE("is left out if its level is") {
      CHECK(Told(
                [](JsonLog& log) {
                  log.OnLog({isolane::LogLevel::kLog, "auth", 3, "x", false});
                },
                LogLevel::kInfo)
                .empty());
    }
    SUBCASE("is UTF-8 whatever it was") {
      CHECK(Told([](JsonLog& log) {
              log.OnLog({isolane::LogLevel::kLog, {}, 0, "\xff", false});
            }).find("\"message\":\"\uFFFD\"") != std::string::npos);
    }
  }

  TEST_CASE("a request") {
    const std::vector<TraceNode> trace = {{"gateway", "gateway", -1, 200, 0, 0},
                                          {"AUTH", "auth", 0, 200, 0.1, 1.5},
                                          {"fetch x", "", 1, 0, 0.2, -1}};
    RequestSummary end;
    end.request = 7;
    end.method = "GET";
    end.url = "http://x/a?secret";
    end.status = 200;
    end.duration_ms = 9;
    end.cpu_ms = 0.25;
    SUBCASE("is an object, with its calls") {
      end.trace = &trace;
      end.traced_before = 3;
      CHECK(WithoutTime(Told([&](JsonLog& log) {
              ResponseSummary response;
              response.request = 7;
              response.status_text = "OK";
              response.duration_ms = 3;
              log.OnResponse(response);
              log.OnRequest(end);
            })) ==
            "{\"type\":\"request\",\"request\":7,\"method\":\"GET\",\"path\":\"/a\",\"status\":200,"
            "\"statusText\":\"OK\",\"ms\":3.0,\"totalMs\":9.0,\"cpuMs\":0.25,\"calls\":["
            "{\"name\":\"AUTH\",\"worker\":\"auth\",\"caller\":-1,\"status\":200,\"startMs\":0.1,"
            "\"ms\":1.5},{\"name\":\"fetch x\",\"caller\":0,\"status\":0,\"startMs\":0.2,"
            "\"ms\":null}]}\n");
    }
    SUBCASE("whose client left has no status") {
      CHECK(WithoutTime(Told([&](JsonLog& log) { log.OnRequest(end); })) ==
            "{\"type\":\"request\",\"request\":7,\"method\":\"GET\",\"path\":\"/a\","
            "\"status\":null,\"totalMs\":9.0,\"cpuMs\":0.25}\n");
    }
  }

  TEST_CASE("the program speaks likewise") {
    CHECK(WithoutTime(JsonMessage("warn", "careful")) ==
          "{\"type\":\"log\",\"level\":\"warn\",\"source\":\"isolane\",\"message\":\"careful\"}\n");
    CHECK(WithoutTime(JsonReady({"http://[::1]:1"}, {"a", "b"})) ==
          "{\"type\":\"ready\",\"url\":\"http://[::1]:1\",\"urls\":[\"http://[::1]:1\"],"
          "\"workers\":[\"a\",\"b\"]}\n");
  }
}

}  // namespace
}  // namespace isolane::cli
