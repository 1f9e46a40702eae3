// Several configurations as one set of Workers: what `isolane serve` and `isolane dev` run.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_schema.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

// `--var NAME:VALUE`: sets it for the first Worker, whatever its file says, and for every other
// Worker whose file declares a var of this name.
struct VarOverride {
  std::string name;
  std::string value;
};

struct ProjectOptions {
  std::string cwd;                   // absolute; paths are shown relative to it
  std::vector<std::string> configs;  // at least one; the first Worker is the public one
  std::vector<VarOverride> vars;
  // kRefuse: a binding to an unknown Worker is an error; kFailOnUse: a warning.
  UnknownService unknown_service = UnknownService::kRefuse;
};

struct Project {
  std::vector<WorkerSpec> workers;  // the first is public
  DevSettings dev;                  // of the first configuration
  std::vector<ModuleRule> rules;    // likewise
  UnknownService unknown_service = UnknownService::kRefuse;
};

struct LoadedProject {
  Project project;  // complete only if ok()
  Diagnostics diagnostics;

  bool ok() const { return !diagnostics.Has(Severity::kError); }
};

LoadedProject LoadProject(const ProjectOptions& options);

}  // namespace isolane::wrangler
