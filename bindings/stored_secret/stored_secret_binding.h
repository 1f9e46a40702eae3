// env.NAME for a secret of a secrets store: runtime/builtins/workers/stored_secret.js.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& StoredSecretKind();

}  // namespace isolane::bindings
