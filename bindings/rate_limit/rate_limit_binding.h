// env.NAME for a rate limit: runtime/builtins/workers/rate_limit.js.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& RateLimitKind();

}  // namespace isolane::bindings
