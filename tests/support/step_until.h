// Takes steps until a condition holds; the time limit only ends a test that failed.
#pragma once

#include <chrono>

namespace isolane::testing {

// False: `done` did not come true.
template <typename Step, typename Done>
bool StepUntil(Step step, Done done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    step();
  }
  return true;
}

}  // namespace isolane::testing
