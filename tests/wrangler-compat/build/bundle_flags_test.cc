#include "wrangler-compat/build/bundle_flags.h"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

bool Has(const std::vector<std::string>& flags, const std::string& flag) {
  return std::count(flags.begin(), flags.end(), flag) == 1;
}

// For the time of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST_SUITE("wrangler-compat/build/bundle_flags") {
  TEST_CASE("the platform of a bundle") {
    const BuildPlan plan;
    SUBCASE("is a browser") {
      auto flags = BundleFlags(plan, BundleFormat::kModule, {});
      REQUIRE(flags.ok());
      CHECK(Has(*flags, "--platform=browser"));
    }
    SUBCASE("is chosen by a variable") {
      const Variable variable("WRANGLER_BUILD_PLATFORM", "neutral");
      CHECK(Has(BundleFlags(plan, BundleFormat::kModule, {}).value(), "--platform=neutral"));
    }
    SUBCASE("is one that esbuild knows") {
      for (const char* platform : {"deno", ""}) {
        const Variable variable("WRANGLER_BUILD_PLATFORM", platform);
        auto flags = BundleFlags(plan, BundleFormat::kModule, {});
        REQUIRE_FALSE(flags.ok());
        CHECK(flags.error().message ==
              "Invalid esbuild platform configuration defined in the WRANGLER_BUILD_PLATFORM "
              "environment variable.\nValid platform values are: 'browser', 'node' and 'neutral'.");
      }
    }
  }

  TEST_CASE("the conditions of a bundle") {
    const auto has = [](const std::string& flag) {
      return Has(BundleFlags({}, BundleFormat::kModule, {}).value(), flag);
    };
    SUBCASE("are those of Workers") { CHECK(has("--conditions=workerd,worker,browser")); }
    SUBCASE("are chosen by a variable, which may say that there are none") {
      const Variable variable("WRANGLER_BUILD_CONDITIONS", "");
      CHECK(has("--conditions="));
    }
  }

  TEST_CASE("an empty NODE_ENV is none") {
    const Variable variable("NODE_ENV", "");
    CHECK(Has(BundleFlags({}, BundleFormat::kModule, {}).value(),
              "--define:process.env.NODE_ENV=\"development\""));
  }

  TEST_CASE("a define of the configuration wins over one of wrangler's") {
    BuildPlan plan;
    plan.define = {{"process.env.NODE_ENV", "\"test\""}};
    auto flags = BundleFlags(plan, BundleFormat::kModule, {});
    REQUIRE(flags.ok());
    CHECK(Has(*flags, "--define:process.env.NODE_ENV=\"test\""));
    CHECK_FALSE(Has(*flags, "--define:process.env.NODE_ENV=\"development\""));
  }
}

}  // namespace
}  // namespace isolane::wrangler
