// env.NAME for a data set of Analytics Engine: runtime/builtins/workers/analytics.js.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& AnalyticsKind();

}  // namespace isolane::bindings
