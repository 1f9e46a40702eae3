#include "cli/console.h"

#include <doctest/doctest.h>

#include "tests/cli/captured_output.h"

namespace isolane::cli {
namespace {

// What is printed when the Worker `auth` of another process comes.
std::string Connected(const CliOptions& options) {
  WorkerSpec gateway;
  gateway.name = "gateway";
  gateway.bindings = {{"AUTH", ServiceBinding{"auth", {}, {}}, {}}};
  Console console(options, {gateway}, {});
  return Captured(STDOUT_FILENO, [&] { console.ShowConnections({"auth"}); });
}

TEST_SUITE("cli/console") {
  TEST_CASE("a Worker of another process that comes is told of, with the table") {
    const std::string text = Connected({});
    CHECK(text.starts_with("⎔ Connection status updated\n"));
    CHECK(text.find("local [connected]") != std::string::npos);
    CliOptions json;
    json.log_format = LogFormat::kJson;
    CHECK(Connected(json).starts_with("{"));
    CliOptions silent;
    silent.log_level = LogLevel::kWarn;
    CHECK(Connected(silent).empty());
  }
}

}  // namespace
}  // namespace isolane::cli
