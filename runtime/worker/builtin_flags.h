// What the built-in half is told of a Worker when its isolate starts: state.flags, whose bits are
// those of runtime/builtins/internal/flags.js.
//
// Thread: any. Plain data, no V8.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/worker/compatibility.h"

namespace isolane::worker {

struct BuiltinFlag {
  std::string_view name;  // as in flags.js
  bool CompatibilityFlags::*when;
  bool wanted = true;  // the bit is set where `when` has this value
};

// Bit i of state.flags is the i-th of these.
std::span<const BuiltinFlag> BuiltinFlags();

// `tailed`: the Worker has tail consumers.
uint32_t BuiltinFlagsOf(const CompatibilityFlags& flags, bool tailed);

}  // namespace isolane::worker
