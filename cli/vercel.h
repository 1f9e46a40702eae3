// `isolane dev DIR` for a folder with a vercel.json: its services and the routes to them.
//
// Main thread.
#pragma once

#include <optional>
#include <string>

#include "cli/options.h"

namespace isolane::cli {

// The absolute path of the folder that the command line means, when it is such a project: DIR, or
// the current directory `cwd`, with a vercel.json and no configuration of wrangler's.
std::optional<std::string> FindVercelProject(const CliOptions& options, const std::string& cwd);

// Runs the project until it is told to stop, or checks it and runs nothing, as options.command
// says. Gives the exit code of the process.
int RunVercel(const CliOptions& options, const std::string& directory);

}  // namespace isolane::cli
