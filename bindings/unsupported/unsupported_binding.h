#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

// Bindings to what isolane does not have: a Proxy whose properties throw an Error that names the
// binding, its kind and the way out. Symbols, `then` and `toJSON` are undefined, so that env can be
// printed, serialized, and returned from an async function.
worker::BindingKind& UnsupportedKind();

}  // namespace isolane::bindings
