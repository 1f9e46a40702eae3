// env.NAME for a Workflow.
#pragma once

#include "runtime/worker/binding.h"

namespace isolane::bindings {

worker::BindingKind& WorkflowKind();

}  // namespace isolane::bindings
