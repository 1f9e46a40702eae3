// The keys that become properties of `env`: `vars` and `services`.
//
// Thread: any.
#pragma once

#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reads `vars` and `services`, reports what is wrong, also a name that is used twice. In the order
// of env's keys: vars that are no strings, vars that are strings, services.
std::vector<BindingSpec> ReadBindings(ConfigSection& section);

}  // namespace isolane::wrangler
