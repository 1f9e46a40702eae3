// A C++ function that the built-in JavaScript calls as native.NAME(...).
//
// The tables of these are compiled into the snapshot tool and into the runtime alike: their
// addresses are the snapshot's external references, so order and number must be the same in both.
#pragma once

#include <span>

#include <v8.h>

namespace isolane::js {

struct NativeFunction {
  const char* name;
  v8::FunctionCallback callback;
};

using NativeTable = std::span<const NativeFunction>;

}  // namespace isolane::js
