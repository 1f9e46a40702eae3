// Names of classes of Durable Objects and of Workflows that may be used. They become names in the
// file system (ActorKey::directory()), and have to stay below the directory for state.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>

#include <isolane/worker_spec.h>

namespace isolane::worker {

// Whether `name` may be that of a class or, with a slash, of a Workflow: see WorkflowClassName.
bool IsActorClassName(std::string_view name);

// What is wrong with the names in `binding`, to be said after its own name; empty: nothing.
std::string ActorNameFault(const BindingSpec& binding);

}  // namespace isolane::worker
