// CHECK: what must hold unless isolane itself has a bug. Never for user input.
#pragma once

namespace isolane::base {

// Prints what failed and where, and aborts. Thread: any.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace isolane::base

#define ISOLANE_CHECK(condition)                                    \
  do {                                                              \
    if (!(condition)) [[unlikely]]                                  \
      ::isolane::base::CheckFailed(#condition, __FILE__, __LINE__); \
  } while (false)
