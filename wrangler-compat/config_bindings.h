// The keys that become properties of `env`, and `secrets`, which says what must become one.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/binding_names.h"
#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reads all of them into `bindings` and `names`, which are empty, and reports what is wrong. In the
// order of env's keys: vars that are no strings, vars that are strings, services, Durable Objects,
// what isolane does not have. Of `names` no two may be the same; nothing is said of doubled ones.
void ReadBindings(ConfigSection& section, std::vector<BindingSpec>& bindings,
                  std::vector<NamedBinding>& names);

// `secrets.required`; nothing if there is no `secrets`. Reports nothing.
std::optional<std::vector<std::string>> RequiredSecrets(ConfigSection& section);

}  // namespace isolane::wrangler
