// env.NAME for a database behind Hyperdrive: runtime/builtins/workers/hyperdrive.js.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& HyperdriveKind();

}  // namespace isolane::bindings
