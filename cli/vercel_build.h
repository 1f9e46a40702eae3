// Building the services of a vercel.json that run in isolates, and making Workers of them.
//
// Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "cli/options.h"
#include "vercel-compat/project.h"
#include "wrangler-compat/build/builder.h"

namespace isolane::cli {

// The Workers of `project`, in the order of its services; nothing if one could not be built, which
// was told. `cwd`: messages show paths relative to it.
std::optional<std::vector<WorkerSpec>> BuildServices(const vercel::Project& project,
                                                     wrangler::Builder& builder,
                                                     const std::string& cwd, LogLevel level);

}  // namespace isolane::cli
