// What `containers` and `exports` say of each other: which container a Durable Object has.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// `effective`: the top level, or an environment with what it inherits. Reports what does not fit
// together, in wrangler's words.
void CheckContainerLinks(ConfigSection& effective);

}  // namespace isolane::wrangler
