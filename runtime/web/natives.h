// The C++ half of the Web APIs: what runtime/builtins/web calls as native.NAME(...).
//
// The JavaScript half has checked the arguments. A function that gets something else by a bug of
// ours returns undefined; it never crashes and never trusts a length it has not asked for.
#pragma once

#include "runtime/js/native_function.h"

namespace isolane::web {

js::NativeTable Natives();

}  // namespace isolane::web
