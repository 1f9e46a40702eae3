// `isolane dev DIR` for a folder with a vercel.json: its services and the routes to them.
//
// Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/parent_channel.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// What the command line says of such a project.
struct VercelRun {
  std::string directory;  // absolute
  // Configurations of wrangler's whose Workers are in the same graph.
  std::vector<std::string> workers;
  // The first of these Workers is what the public sees, and not the rules of the project.
  bool workers_first = false;
};

// Set when the command line means a project with a vercel.json: DIR, or the current directory
// `cwd`, with one and no configuration of wrangler's; or one of the files of --config is a
// vercel.json.
std::optional<VercelRun> FindVercelProject(const CliOptions& options, const std::string& cwd);

// Runs the project until it is told to stop, or checks it and runs nothing, as options.command
// says. `workers` are how its Workers are to be loaded, if it has any; `parent` is told when `dev`
// is ready. Gives the exit code of the process.
int RunVercel(const CliOptions& options, const VercelRun& run, wrangler::ProjectOptions workers,
              const ParentChannel& parent);

}  // namespace isolane::cli
