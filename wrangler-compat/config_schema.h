// What the keys of one configuration mean: a tree in, a checked WorkerConfig out. Reports every
// mistake, not only the first, and every key that it does not act upon.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/binding_names.h"
#include "wrangler-compat/config_assets.h"
#include "wrangler-compat/config_build.h"
#include "wrangler-compat/config_file.h"
#include "wrangler-compat/diagnostics.h"
#include "wrangler-compat/module_rules.h"

namespace isolane::wrangler {

// The behaviour a Worker gets that names no compatibility date.
inline constexpr char kDefaultCompatibilityDate[] = "2026-11-17";

// `[dev]`. Command line options win over it.
struct DevSettings {
  std::optional<std::string> ip;
  std::optional<int> port;
  std::optional<std::string> local_protocol;     // "http" or "https": what is served
  std::optional<std::string> host;               // what Workers see as their host
  std::optional<std::string> upstream_protocol;  // and as their scheme
  // Where they are set, for messages.
  std::string ip_where;
  std::string port_where;
};

// What the command line says of a Worker; it wins over the file.
struct ConfigChoice {
  std::string environment;  // --env; empty: the top level
  std::optional<std::string> name;
  std::optional<std::string> main;    // absolute
  std::optional<std::string> assets;  // --assets: a directory, relative to the working directory
  std::optional<std::string> compatibility_date;
  std::vector<std::string> compatibility_flags;  // if there are any, instead of the file's
  std::vector<std::string> routes;               // likewise
  bool is_bound = false;                         // not the first: others are bound to it
};

struct WorkerConfig {
  std::string name;  // empty when neither has one
  std::string main;  // as written; empty when neither has one
  std::string main_where;
  std::optional<std::string> base_dir;
  std::string compatibility_date;
  std::vector<std::string> compatibility_flags;
  std::vector<BindingSpec> bindings;
  // Those that no two may share: also of bindings that are not to be had here.
  std::vector<NamedBinding> binding_names;
  std::optional<AssetsConfig> assets;
  std::vector<DurableObjectClass> durable_objects;
  std::vector<std::string> workflow_classes;  // those that main has to export
  std::vector<TailConsumer> tail_consumers;
  std::vector<Route> routes;
  std::vector<std::string> crons;
  std::optional<std::vector<std::string>> required_secrets;  // nothing: all that there are
  std::vector<ModuleRule> rules;
  BuildConfig build;
  Limits limits;
  DevSettings dev;
  // What the file says in the chosen environment, with what it inherits: each value with its place.
  ConfigNode effective;
};

// What is wrong inside the file goes to `tree` (printed under "Processing FILE configuration:"),
// what stands for itself, as in wrangler, to `loose`. The result is usable when neither has an
// error.
WorkerConfig ReadWorkerConfig(const ConfigFile& file, const ConfigChoice& choice,
                              DiagnosticGroup& tree, DiagnosticGroup& loose);

}  // namespace isolane::wrangler
