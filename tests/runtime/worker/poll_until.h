// Waits for a condition by polling a TestRuntime.
#pragma once

#include "tests/support/step_until.h"
#include "tests/support/test_runtime.h"

namespace isolane::testing {

// False: `condition` did not come true.
template <typename Condition>
bool PollUntil(TestRuntime& runtime, Condition condition) {
  return StepUntil([&] { runtime.Poll(); }, condition);
}

}  // namespace isolane::testing
