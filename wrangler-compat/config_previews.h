// `previews`: what previews of a Worker have instead of its own settings, and `cloudchamber`. Both
// mean nothing in a local run; what is wrong with them is told all the same, in wrangler's words.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Of an object; what is none is reported elsewhere.
void CheckPreviews(ConfigSection& section);
void CheckCloudchamber(ConfigSection& section);

}  // namespace isolane::wrangler
