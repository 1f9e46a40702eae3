// Where the isolane processes of this user find each other (runtime/worker/peers/registry.h).
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "wrangler-compat/dev_vars.h"

namespace isolane::cli {

// ISOLANE_REGISTRY_PATH; else a directory of our own below WRANGLER_REGISTRY_PATH or
// MINIFLARE_REGISTRY_PATH; else below XDG_RUNTIME_DIR; else ~/.isolane/registry. Empty, which does
// without: the first is set to nothing, none has a value, or the command is not dev.
std::string RegistryDirectory(const CliOptions& options,
                              const wrangler::ProcessVariables& variables);

// `directory` if it can be used, else nothing and in `warning` why not.
std::string UsableRegistry(const std::string& directory, std::string* warning);

// The Workers that other processes have there now; none if there is no such directory. Blocking:
// reads files.
std::vector<std::string> WorkersElsewhere(const std::string& directory);

}  // namespace isolane::cli
