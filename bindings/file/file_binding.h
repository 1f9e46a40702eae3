// env.NAME for a file that the configuration names: a string, an ArrayBuffer, a WebAssembly.Module.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& FileKind();

}  // namespace isolane::bindings
