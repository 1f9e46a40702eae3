#include "runtime/worker/builtin_flags.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/test_runtime.h"

namespace isolane::worker {
namespace {

TEST_SUITE("runtime/worker/builtin_flags") {
  TEST_CASE("flags.js has the same bits under the same names") {
    std::ifstream file(ISOLANE_SOURCE_DIR "/runtime/builtins/internal/flags.js");
    REQUIRE(file);
    std::string written;
    uint32_t bit = 1;
    for (const BuiltinFlag& flag : BuiltinFlags()) {
      written += "  " + std::string(flag.name) + ": " + std::to_string(bit) + ",\n";
      bit <<= 1;
    }
    std::string there;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("  ") && line.ends_with(',')) there += line + "\n";
    }
    CHECK(there == written);
  }

  TEST_CASE("bits follow the flags of the Worker") {
    CompatibilityFlags flags;
    flags.fetcher_no_get_put_delete = true;
    CHECK(BuiltinFlagsOf(flags, false) == 0);
    CHECK(BuiltinFlagsOf(flags, true) == 16384);
    flags.fetcher_no_get_put_delete = false;
    CHECK(BuiltinFlagsOf(flags, false) == 16);
    flags.set_tostring_tag = true;
    flags.strict_crypto_checks = true;
    CHECK(BuiltinFlagsOf(flags, false) == (1 | 16 | 262144));
  }

  TEST_CASE("a Worker of before 2022-03-21 has no navigator, unless it asks for it") {
    const auto has = [](const std::string& date, const std::string& flag) {
      auto worker = testing::TestWorker::Handler("w", "return new Response(typeof navigator);");
      worker.Date(date);
      if (!flag.empty()) worker.Flag(flag);
      return testing::TestRuntime({worker}).Text();
    };
    CHECK(has("2022-03-20", "") == "undefined");
    CHECK(has("2022-03-20", "global_navigator") == "object");
    CHECK(has("2022-03-21", "") == "object");
    CHECK(has("2022-03-21", "no_global_navigator") == "undefined");
  }

  TEST_CASE("AsyncLocalStorage comes with any flag of Node.js") {
    for (bool CompatibilityFlags::*flag :
         {&CompatibilityFlags::nodejs_als, &CompatibilityFlags::nodejs_compat,
          &CompatibilityFlags::nodejs_compat_v2}) {
      CompatibilityFlags flags;
      flags.*flag = true;
      CHECK((BuiltinFlagsOf(flags, false) & 512) != 0);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
