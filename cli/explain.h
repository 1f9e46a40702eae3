// What `isolane explain` prints: the settings of each Worker, and where each comes from.
//
// Thread: any. Pure functions.
#pragma once

#include <string>

#include "cli/options.h"
#include "cli/terminal.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

//   gateway (public)
//     name                 "gateway"              gateway/wrangler.toml:1
//     compatibility_date   "2026-11-17"           default
//     env.KEY              "(hidden)"             gateway/.dev.vars:1    Environment Variable
//
std::string ExplainAsText(const CliOptions& options, const wrangler::LoadedProject& loaded,
                          Colours colours);

// {"workers":[{"name":..,"config":..,"environment":..,"settings":[{"path":..,"value":..,"from":..,
// "note":..}]}]} and a newline; `note` is left out when there is none.
std::string ExplainAsJson(const CliOptions& options, const wrangler::LoadedProject& loaded);

}  // namespace isolane::cli
