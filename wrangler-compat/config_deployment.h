// What counts at Cloudflare only, and is checked here so that it works there: `placement`, which
// says where a Worker runs, and `observability`, which says what is recorded of it.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reports what is wrong in the objects; a value that is none is reported elsewhere.
void CheckPlacement(ConfigSection& section);
void CheckObservability(ConfigSection& section);

}  // namespace isolane::wrangler
