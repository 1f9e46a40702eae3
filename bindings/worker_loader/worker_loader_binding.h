// env.NAME for a Worker Loader: runtime/builtins/workers/worker_loader.js.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& WorkerLoaderKind();

}  // namespace isolane::bindings
