// How the program speaks of errors and warnings before any Worker runs.
//
// Main thread.
#pragma once

#include <string>

#include "cli/options.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::cli {

// To stderr, at every level.
void PrintError(const std::string& text);

// Warnings first, then errors, as wrangler prints them. What stops the start is told at every
// level.
void PrintDiagnostics(const wrangler::Diagnostics& diagnostics, LogLevel level);

}  // namespace isolane::cli
