// The bindings of resource_kinds.h as they are declared: what wrangler has to say about them, and a
// value for each, which fails when it is used unless isolane has it.
//
// Thread: any.
#pragma once

#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/binding_names.h"
#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Appends the bindings of all keys of the table and of `assets` to `bindings`, and their names to
// `names`.
void ReadResources(ConfigSection& section, std::vector<BindingSpec>& bindings,
                   std::vector<NamedBinding>& names);

// Warns of each kind among `bindings` that not even wrangler has on this machine.
void WarnOfRemoteKinds(const std::vector<BindingSpec>& bindings, DiagnosticGroup& loose);

}  // namespace isolane::wrangler
