// [vars]: JSON values in env.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& VarsKind();

}  // namespace isolane::bindings
