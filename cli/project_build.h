// Building a project's Workers before they are loaded: what runs, what is printed.
//
// Main thread.
#pragma once

#include <memory>
#include <vector>

#include <isolane/runtime.h>

#include "cli/options.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// What a Builder of this program has: custom builds print to stdout, below the level `info`
// nothing.
wrangler::BuilderOptions BuilderOptionsOf(const CliOptions& options);

// Prints what a build has to say: warnings, what was attached, and the error if it failed.
void PrintBuild(const wrangler::BuildResult& result, LogLevel level);

// Builds all of them, waits for that, and prints what they have to say; results in their order.
// A signal meanwhile (SIGINT, SIGTERM, SIGHUP) ends the builds, with the programs that they have
// started, and then the process.
std::vector<wrangler::BuildResult> BuildAndPrint(wrangler::Builder& builder,
                                                 const std::vector<wrangler::BuildPlan>& plans,
                                                 const wrangler::BuildRequest& request,
                                                 LogLevel level);

// Builds and loads the project (wrangler::BuildAndLoad). Null: why was told.
std::unique_ptr<Runtime> LoadProjectRuntime(wrangler::Builder& builder, wrangler::Project project,
                                            const RuntimeOptions& options, LogLevel level);

}  // namespace isolane::cli
