// Microtasks and the clock, for builtins/web/{microtask,performance,console}.js.
#pragma once

#include <v8.h>

namespace isolane::web {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// (function)
void EnqueueMicrotask(const Arguments& arguments);
// () -> milliseconds since 1970, with fractions
void PerformanceNow(const Arguments& arguments);

}  // namespace isolane::web
