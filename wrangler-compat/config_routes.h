// `route` and `routes`: where Cloudflare would run the Worker. isolane reads them to report what is
// wrong with them; locally they mean nothing yet.
//
// Thread: any.
#pragma once

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

void CheckRoutes(ConfigSection& section);

}  // namespace isolane::wrangler
