// Building the services of a vercel.json that run in isolates, and making Workers of them.
//
// Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/result.h>
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

// Which service `error`, of loading its modules, is about: `Service "a" could not be loaded:
// services/a/index.mjs`. Empty if its place tells nothing.
std::string BlameService(const vercel::Project& project, const Error& error,
                         const std::string& cwd);

}  // namespace isolane::cli
