// How the program speaks of errors and warnings before any Worker runs.
//
// Main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::cli {

// From now on everything here is a line of JSON (json_log.h) to stdout. Before any other.
void SpeakJson();

// `rendered` to stderr; as JSON `text`, of a level: "error", "warn".
void Say(const char* level, const std::string& text, const std::string& rendered);

// To stderr, at every level.
void PrintError(const std::string& text);

// To stderr, from the level `warn` on; nothing for an empty text.
void PrintWarning(const std::string& text, LogLevel level);

// Warnings first, then errors, as wrangler prints them. What stops the start is told at every
// level.
void PrintDiagnostics(const wrangler::Diagnostics& diagnostics, LogLevel level);

// Warnings that somebody else has put into form.
void PrintRenderedWarnings(const std::string& text);

// What was read besides, to stdout: so what a script reads from stderr are complaints only.
void PrintNotes(const std::vector<std::string>& notes, LogLevel level);

}  // namespace isolane::cli
