// The part of the program that runs Workers: from a loaded project to the end of the process.
//
// Main thread.
#pragma once

#include <cstdint>
#include <string>

#include "cli/options.h"
#include "cli/registry.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// `isolane serve`: builds the project and runs it until it is told to stop (SIGINT, SIGTERM).
// Prints the Workers, "Ready on ...", a line for each request, and every error. Gives the exit code
// of the process.
int RunServer(const CliOptions& options, wrangler::Project project);

// `isolane dev`: the same, and Workers whose files change are replaced (dev_session.h). `loaded` is
// what `project_options` gave, not built yet, and was read since `began` (config::FileTime).
int RunDev(const CliOptions& options, const wrangler::ProjectOptions& project_options,
           wrangler::LoadedProject loaded, int64_t began, Neighbours& neighbours);

// Loads the Workers as RunServer does, but serves nothing. Prints what is wrong, or which Workers
// there are. Gives the exit code.
int CheckProject(const CliOptions& options, wrangler::Project project);

// "isolane 0.1.0", then a line each for V8 and libuv; ends with a newline.
std::string VersionText();

}  // namespace isolane::cli
