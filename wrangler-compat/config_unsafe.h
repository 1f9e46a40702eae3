// `unsafe`: what it has beside its bindings (resource_entry.h). Nothing of it has a meaning here.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Checks `unsafe` of the top level, of an environment or of `previews`, if it is there and an
// object: only until the first mistake, like wrangler.
void CheckUnsafe(ConfigSection& section);

}  // namespace isolane::wrangler
