// How the program speaks of a project of vercel.json: in Vercel's words.
//
// spec/vercel-services.md. Main thread.
#pragma once

#include <string>

#include <isolane/result.h>

#include "cli/options.h"

namespace isolane::cli {

// "Error: [CODE] message", then where and the way out, at every level.
void PrintVercelError(const Error& error);

// "WARNING! ...", from the level `warn` on.
void PrintVercelWarning(const std::string& text, LogLevel level);

// What is done otherwise than it was asked, from the level `warn` on.
void PrintVercelNote(const std::string& text, LogLevel level);

}  // namespace isolane::cli
