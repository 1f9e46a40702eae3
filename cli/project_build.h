// Building a project's Workers before they are loaded: what runs, what is printed.
//
// Main thread.
#pragma once

#include "cli/options.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// What a Builder of this program has: custom builds print to stdout, below the level `info`
// nothing.
wrangler::BuilderOptions BuilderOptionsOf(const CliOptions& options);

// Prints what a build has to say: warnings, what was attached, and the error if it failed.
void PrintBuild(const wrangler::BuildResult& result, LogLevel level);

// Builds all Workers and gives each its modules. False if one failed, which was told.
bool BuildProject(wrangler::Builder& builder, const wrangler::BuildRequest& request,
                  wrangler::Project& project, LogLevel level);

}  // namespace isolane::cli
