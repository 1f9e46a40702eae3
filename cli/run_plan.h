// What is decided about a run before its Workers are built: how the Runtime is to be, and where it
// listens.
//
// Main thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/runtime.h>

#include "cli/addresses.h"
#include "cli/options.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

struct RunPlan {
  RuntimeOptions runtime;
  std::vector<Address> addresses;  // the public Worker's first
  // There are cron triggers, and none fires by itself: it is said how to fire one.
  bool explains_crons = false;
};

// `registry`: a directory that can be used, or nothing. The observer, and what is to be told, are
// the caller's to add. An error is one of the command line.
Result<RunPlan> PlanRun(const CliOptions& options, const wrangler::Project& project,
                        const std::string& registry);

// How the public port speaks TLS; nothing: plain HTTP. An error is one of the command line.
Result<std::optional<TlsOptions>> ReadTls(const CliOptions& options,
                                          const wrangler::DevSettings& dev);

// Where Durable Objects are kept; empty: nowhere. `config_path`: of the first configuration.
std::string PersistDirectory(const CliOptions& options, const std::string& config_path);

// What the command line says of every Worker.
void Complete(const CliOptions& options, WorkerSpec& spec);

}  // namespace isolane::cli
