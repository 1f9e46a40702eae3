// Service bindings: env.NAME is a Fetcher whose calls go to another Worker of the graph.
//
// spec/service-bindings.md section 1
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& ServiceKind();

}  // namespace isolane::bindings
