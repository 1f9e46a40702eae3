// What counts at Cloudflare only, and is checked here so that it works there: `placement`, which
// says where a Worker runs, `observability`, which says what is recorded of it, `cache` and
// `access`.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Of the top level, of an environment as it is written, or of `previews`.
void CheckPlacement(ConfigSection& section);
void CheckObservability(ConfigSection& section);
void CheckCache(ConfigSection& section);
void CheckAccess(ConfigSection& section);

}  // namespace isolane::wrangler
