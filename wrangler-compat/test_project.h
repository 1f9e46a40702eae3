// What `isolane test FILE` runs: a Worker made of the file, which calls the Workers under test.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <string>

#include "wrangler-compat/project.h"

namespace isolane::wrangler {

// The Workers of options.configs, which may be none, and before them one whose main module is
// `file`. That has what the first configuration gives its Worker (bindings, compatibility, limits,
// module rules), and
// env.SELF, a binding to that Worker itself, unless something else has this name. Classes of
// Durable Objects stay where they are. Tests are told to no tail consumer.
LoadedProject LoadTestProject(const ProjectOptions& options, const std::string& file);

}  // namespace isolane::wrangler
