// The bindings of resource_kinds.h that isolane has, as the runtime knows them.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/dev_vars.h"

namespace isolane::wrangler {

// The binding `name` of the kind that `key` declares, from an entry that has been checked. Without
// its place.
BindingSpec MakeResourceBinding(std::string_view key, const std::string& name,
                                const ConfigNode& entry);

// Whether an entry of unsafe.bindings declares a rate limit, as was done before there was the key
// `ratelimits`: then MakeResourceBinding("ratelimits", ...) may be given it.
bool IsUnsafeRateLimit(const ConfigNode& entry);

// Gives the secrets of secrets stores their values: what `vars` has under the name of the secret,
// else under that of the binding.
void ApplyStoredSecrets(const DevVars& vars, std::vector<BindingSpec>& bindings);

}  // namespace isolane::wrangler
