// A build plan in esbuild's words: wrangler's settings as flags.
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/build/node_globals.h"
#include "wrangler-compat/node_compat.h"

namespace isolane::wrangler {

enum class BundleFormat { kModule, kServiceWorker };

// Takes WRANGLER_BUILD_CONDITIONS, WRANGLER_BUILD_PLATFORM and NODE_ENV from the environment.
// `node_globals`: those of Node.js that the bundle has (node_globals.h).
Result<std::vector<std::string>> BundleFlags(const BuildPlan& plan, BundleFormat format,
                                             const NodeNames& node_globals);

// Whether an import of `name` means a module of Node.js, with "node:" or without.
bool IsNodeModule(std::string_view name);

NodeCompat NodeCompatOf(const BuildPlan& plan);

// Name of the module that the bundle becomes, relative to the root of the Worker's modules.
std::string BundleName(const BuildPlan& plan);

}  // namespace isolane::wrangler
