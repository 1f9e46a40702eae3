// The shape of `triggers`: schedules (config_events.h) and events of Artifacts, which isolane has
// not.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reports what is wrong with it, but for what its schedules say.
void CheckTriggers(ConfigSection& section);

}  // namespace isolane::wrangler
