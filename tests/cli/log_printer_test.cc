#include "cli/log_printer.h"

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"

namespace isolane::cli {
namespace {

using Level = isolane::LogLevel;

// What a printer of this style writes to `file_descriptor` for `tell(printer)`.
template <typename Tell>
std::string Printed(const LogStyle& style, int file_descriptor, Tell&& tell) {
  return Captured(file_descriptor, [&] {
    LogPrinter printer(style);
    tell(printer);
  });
}

std::string LineOf(const LogStyle& style, Level level, int file_descriptor = STDOUT_FILENO) {
  return Printed(style, file_descriptor, [&](LogPrinter& printer) {
    printer.OnLog({level, "auth", 3, "hello", false});
  });
}

TEST_SUITE("cli/log_printer") {
  TEST_CASE("a console line") {
    LogStyle style;
    SUBCASE("of a single Worker is as it was written") {
      CHECK(LineOf(style, Level::kLog) == "hello\n");
      CHECK(LineOf(style, Level::kInfo) == "hello\n");
      CHECK(LineOf(style, Level::kDebug) == "hello\n");
    }
    SUBCASE("says which Worker and which request it comes from") {
      style.several_workers = true;
      CHECK(LineOf(style, Level::kLog) == "[auth] hello\n");
      style.numbers = true;
      CHECK(LineOf(style, Level::kLog) == "[auth #3] hello\n");
      style.several_workers = false;
      CHECK(LineOf(style, Level::kLog) == "[#3] hello\n");
    }
    SUBCASE("is marked and goes to stderr if it is a warning or an error") {
      CHECK(LineOf(style, Level::kWarn, STDERR_FILENO) == "▲ [WARNING] hello\n");
      CHECK(LineOf(style, Level::kError, STDERR_FILENO) == "✘ [ERROR] hello\n");
      CHECK(LineOf(style, Level::kError).empty());
    }
    SUBCASE("is left out if its level is") {
      // As in wrangler, where `info` leaves out console.log() alone.
      style.level = LogLevel::kInfo;
      CHECK(LineOf(style, Level::kLog).empty());
      CHECK(LineOf(style, Level::kInfo) == "hello\n");
      CHECK(LineOf(style, Level::kDebug) == "hello\n");
      style.level = LogLevel::kWarn;
      CHECK(LineOf(style, Level::kDebug).empty());
      CHECK(LineOf(style, Level::kInfo).empty());
      CHECK(LineOf(style, Level::kLog).empty());
      CHECK(LineOf(style, Level::kWarn, STDERR_FILENO) == "▲ [WARNING] hello\n");
      style.level = LogLevel::kNone;
      CHECK(LineOf(style, Level::kError, STDERR_FILENO).empty());
    }
    SUBCASE("keeps its place among those of the other stream") {
      // Both to one file, as on a terminal.
      const std::string both = Captured(STDOUT_FILENO, [&] {
        dup2(STDOUT_FILENO, STDERR_FILENO);
        LogPrinter printer(style);
        for (const Level level : {Level::kLog, Level::kError, Level::kLog}) {
          printer.OnLog({level, "w", 1, "x", false});
        }
      });
      CHECK(both == "x\n✘ [ERROR] x\nx\n");
    }
  }

  TEST_CASE("a request") {
    LogStyle style;
    std::vector<TraceNode> trace = {{"gateway", "gateway", -1, 200, 0, 0},
                                    {"AUTH", "auth", 0, 200, 0, 1.5}};
    ResponseSummary response;
    response.request = 7;
    response.method = "GET";
    response.url = "http://x/a?b";
    response.status = 200;
    response.status_text = "OK";
    response.duration_ms = 3;
    RequestSummary end;
    end.request = 7;
    end.method = "GET";
    end.url = "http://x/a?b";
    end.status = 200;
    end.duration_ms = 9;
    end.traced_before = 2;
    const auto printed = [&](bool answered) {
      return Printed(style, STDOUT_FILENO, [&](LogPrinter& printer) {
        if (answered) printer.OnResponse(response);
        printer.OnRequest(end);
      });
    };
    SUBCASE("has one line, when its response begins") {
      CHECK(printed(true) == "GET /a 200 OK (3ms)\n");
      style.numbers = true;
      CHECK(printed(true) == "[#7] GET /a 200 OK (3ms)\n");
    }
    SUBCASE("with its calls, if there are any") {
      response.trace = end.trace = &trace;
      CHECK(printed(true) == "GET /a 200 OK (3ms)  gateway → AUTH 1.5ms\n");
      trace.pop_back();
      CHECK(printed(true) == "GET /a 200 OK (3ms)\n");
    }
    SUBCASE("and another one for the calls after that") {
      end.trace = &trace;
      trace.push_back({"LOG", "log", 1, 200, 4, 2});
      CHECK(printed(true) ==
            "GET /a 200 OK (3ms)\nGET /a after the response  gateway → AUTH → LOG 2.0ms\n");
    }
    SUBCASE("whose client left says so") {
      end.traced_before = 0;
      CHECK(printed(false) == "GET /a (client left) (9ms)\n");
    }
    SUBCASE("is not told where only warnings are") {
      style.level = LogLevel::kWarn;
      const LogPrinter printer(style);
      CHECK_FALSE(printer.wants_responses());
      CHECK_FALSE(printer.wants_trace());
      end.traced_before = 0;
      CHECK(printed(false).empty());
    }
  }

  TEST_CASE("calls are followed only where they are printed") {
    CliOptions options;
    const auto follows = [&] { return LogPrinter(StyleOf(options, 1)).wants_trace(); };
    options.command = Command::kDev;
    CHECK(follows());
    options.command = Command::kServe;
    CHECK_FALSE(follows());
    options.log_level = LogLevel::kDebug;
    CHECK(follows());
    options.command = Command::kDev;
    options.log_level = LogLevel::kWarn;
    CHECK_FALSE(follows());
  }
}

}  // namespace
}  // namespace isolane::cli
