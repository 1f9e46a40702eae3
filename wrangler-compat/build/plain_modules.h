// Whether a Worker can do without the bundler: ES modules of today's JavaScript that import each
// other by relative paths, and files that a module rule names.
//
// Thread: any. Blocking: reads the modules.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wrangler-compat/build/build_plan.h"

namespace isolane::wrangler {

// The files that make up the Worker, absolute, main first; nothing if it needs the bundler, also
// because something about it is wrong that the bundler explains better.
std::optional<std::vector<std::string>> FindPlainModules(const BuildPlan& plan);

}  // namespace isolane::wrangler
