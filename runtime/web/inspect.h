// What a value really is, whatever its prototype says: for the console
// (builtins/internal/inspect.js).
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (value) -> a number of the enum in inspect.cc
void KindOf(const Arguments& arguments);
// (promise) -> [0 pending | 1 fulfilled | 2 rejected, value]
void PromiseDetails(const Arguments& arguments);

}  // namespace isolane::web
