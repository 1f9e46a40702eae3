// Which database a Hyperdrive binding leads to while its Worker is developed: what the environment
// says, else its localConnectionString.
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/diagnostics.h"
#include "wrangler-compat/env_files.h"

namespace isolane::wrangler {

// Gives the Hyperdrive bindings among `bindings` their connection strings. `configuration` is what
// `file` says of the Worker. A binding without one, or with one that cannot be used, is an error in
// `loose`; the strings themselves are never shown.
void ApplyHyperdrives(const ProcessVariables& process, const ConfigFile& file,
                      const ConfigNode& configuration, std::vector<BindingSpec>& bindings,
                      DiagnosticGroup& loose, std::vector<std::string>& notes);

}  // namespace isolane::wrangler
