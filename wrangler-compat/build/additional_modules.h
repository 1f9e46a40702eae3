// Modules that no import has to name: files below the root that a rule matches, attached to the
// Worker as they are (`find_additional_modules`, `no_bundle`).
//
// Thread: any. Blocking: reads files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/build/build_plan.h"

namespace isolane::wrangler {

struct AdditionalModules {
  std::map<std::string, ModuleSource> modules;  // by name, relative to the root
  std::vector<std::string> directories;         // where was looked; absolute
  // Each to be printed as a warning: why a file that a rule names is not among them.
  std::vector<std::string> warnings;
};

// Those of the plan, without its main module and configuration.
AdditionalModules FindAdditionalModules(const BuildPlan& plan);

// Whether a change of `path`, which is absolute and lies below the root, may change what there is
// to find. What is written there besides, such as a log, does not.
bool ConcernsAdditionalModules(const BuildPlan& plan, const std::string& path);

// "Attaching additional modules:" and a table of them; empty when there is none.
std::string DescribeModules(const AdditionalModules& modules);

}  // namespace isolane::wrangler
