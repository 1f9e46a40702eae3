#include "runtime/worker/rate_limits.h"

#include <doctest/doctest.h>

namespace isolane::worker {
namespace {

TEST_SUITE("runtime/worker/rate_limits") {
  TEST_CASE("a limit of two in ten seconds") {
    RateLimits limits;
    const auto take = [&](const std::string& key, double now_ms, double weight = 1) {
      return limits.Take("n", key, 2, 10, weight, now_ms);
    };
    SUBCASE("lets two through and no third") {
      CHECK(take("a", 0));
      CHECK(take("a", 9'999));
      CHECK_FALSE(take("a", 9'999));
    }
    SUBCASE("counts each key for itself") {
      CHECK(take("a", 0, 2));
      CHECK_FALSE(take("a", 0));
      CHECK(take("b", 0));
    }
    SUBCASE("begins anew with each window of the wall clock") {
      CHECK(take("a", 9'999, 5));
      CHECK_FALSE(take("a", 9'999));
      CHECK(take("a", 10'000));
    }
    SUBCASE("knows namespaces and periods apart") {
      CHECK(take("a", 0, 2));
      CHECK(limits.Take("m", "a", 2, 10, 1, 0));
      CHECK(limits.Take("n", "a", 2, 60, 1, 0));
      CHECK_FALSE(take("a", 0));
    }
    SUBCASE("of nothing lets nothing through") { CHECK_FALSE(limits.Take("n", "a", 0, 10, 1, 0)); }
    SUBCASE("keeps a bounded number of keys") {
      for (size_t i = 0; i < RateLimits::kMostKeys; i++) take(std::to_string(i), 0, 2);
      CHECK_FALSE(take("7", 0));
      CHECK(take("one more", 0));
      CHECK(take("one more", 0));
      CHECK(take("one more", 0));
    }
  }
}

}  // namespace
}  // namespace isolane::worker
