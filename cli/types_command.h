// `isolane types`: writes worker-configuration.d.ts for every Worker of a project.
//
// Main thread. Blocking: reads and writes files.
#pragma once

#include "cli/options.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// Writes what has changed and says what it wrote; with --check writes nothing and fails if anything
// would change. Gives the exit code.
int WriteTypes(const CliOptions& options, const std::string& cwd,
               const wrangler::LoadedProject& loaded);

}  // namespace isolane::cli
