// What a configuration comes to: each setting of a Worker with the place that set it. For
// `isolane explain`.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/config_schema.h"

namespace isolane::wrangler {

struct Setting {
  std::string path;   // "compatibility_date", "limits.cpu_ms", "env.AUTH"
  std::string value;  // as JSON; a secret is "(hidden)"
  std::string where;  // "gateway/wrangler.toml:3", "--var", "default"
  std::string note;   // "Worker", "ignored"; may be empty
};

struct WorkerExplanation {
  std::string worker;
  std::string config;       // as shown to the user; empty: none
  std::string environment;  // empty: the top level
  std::vector<Setting> settings;
};

// All but the bindings, which are not complete before the command line has had its say.
WorkerExplanation Explain(const ConfigFile& file, const ConfigChoice& choice,
                          const WorkerConfig& config, const WorkerSpec& spec);
void ExplainBindings(const WorkerSpec& spec, WorkerExplanation& explanation);

}  // namespace isolane::wrangler
