// The part of the program that runs Workers: from a loaded project to the end of the process.
//
// Main thread.
#pragma once

#include <cstdint>
#include <string>

#include "cli/options.h"
#include "cli/parent_channel.h"
#include "cli/registry.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// `isolane serve`: builds the project and runs it until it is told to stop (SIGINT, SIGTERM).
// Prints the Workers, "Ready on ...", a line for each request, and every error. Gives the exit code
// of the process.
int RunServer(const CliOptions& options, wrangler::Project project);

// What `isolane dev` begins with.
struct DevStart {
  const wrangler::ProjectOptions& project_options;
  wrangler::LoadedProject loaded;  // what they gave, not built yet
  int64_t began = 0;               // since when it was read (config::FileTime)
  Neighbours& neighbours;
  const ParentChannel& parent;
};

// `isolane dev`: the same, and Workers whose files change are replaced (dev_session.h). The parent
// of the process is told when it is ready.
int RunDev(const CliOptions& options, DevStart start);

// Builds and loads the Workers as RunServer does, but serves nothing. Prints all that is wrong with
// them, beside what their configurations say, which was told; or which Workers there are. Gives the
// exit code.
int CheckProject(const CliOptions& options, wrangler::LoadedProject loaded);

// "isolane 0.1.0", then a line each for V8 and libuv; ends with a newline.
std::string VersionText();

}  // namespace isolane::cli
