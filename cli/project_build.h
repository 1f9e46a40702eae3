// Building a project's Workers before they are loaded: what runs, what is printed.
//
// Main thread.
#pragma once

#include <memory>

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

// Builds all Workers and gives each its modules. False if one failed, which was told.
bool BuildProject(wrangler::Builder& builder, const wrangler::BuildRequest& request,
                  wrangler::Project& project, LogLevel level);

// Builds and loads the project. Modules that were to be served as they are, and that V8 cannot
// compile, are built once more, by esbuild, which understands more (JSX in .js files) or says
// better what is wrong. Null: why was told.
std::unique_ptr<Runtime> LoadProjectRuntime(wrangler::Builder& builder, wrangler::Project project,
                                            const RuntimeOptions& options, LogLevel level);

}  // namespace isolane::cli
