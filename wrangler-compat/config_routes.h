// `route` and `routes`: where Cloudflare would run the Worker.
//
// Thread: any.
#pragma once

#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Reports what is wrong with their shape.
void CheckRoutes(ConfigSection& section);

// Those of the right shape, in their order.
std::vector<Route> ReadRoutes(const ConfigSection& section);

// Custom domains are whole hosts: fails with all that are not.
void CheckCustomDomains(const std::vector<Route>& routes, DiagnosticGroup& loose);

}  // namespace isolane::wrangler
