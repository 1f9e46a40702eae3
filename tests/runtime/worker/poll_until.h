// Waits for a condition by polling a TestRuntime; the time limit only ends a test that failed.
#pragma once

#include <chrono>

#include "tests/support/test_runtime.h"

namespace isolane::testing {

// False: `condition` did not come true.
template <typename Condition>
bool PollUntil(TestRuntime& runtime, Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    runtime.Poll();
  }
  return true;
}

}  // namespace isolane::testing
