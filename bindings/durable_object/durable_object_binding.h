// env.NAME for a namespace of Durable Objects.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& DurableObjectKind();

}  // namespace isolane::bindings
