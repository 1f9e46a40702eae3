// `site`: Workers Sites, which isolane has not, and which assets have replaced.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reports what is wrong with it at the top level. `effective`: what the chosen environment says,
// with what it inherits.
void CheckSite(ConfigSection& section, const ConfigNode& effective);

}  // namespace isolane::wrangler
