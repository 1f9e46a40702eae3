// `[env.NAME]`: what a configuration says in one of its environments. Some keys are inherited from
// the top level, some are not and have to be repeated, some stand at the top level only
// (config_keys.h knows which).
//
// spec/wrangler.md section 1.3; https://developers.cloudflare.com/workers/wrangler/environments/
//
// Thread: any. Pure functions.
#pragma once

#include <string>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/config_section.h"
#include "wrangler-compat/diagnostics.h"

namespace isolane::wrangler {

// `env.NAME` of the file, or null. One that is missing is an error, if there are others, and a
// warning if there are none: the Worker then has the top level's settings under the other name.
const ConfigNode* FindEnvironment(const ConfigFile& file, const std::string& name,
                                  DiagnosticGroup& tree);

// The object `environment` with what it inherits from `top`. What it repeats of the keys that stand
// at the top level only is gone.
ConfigNode InheritInto(const ConfigNode& environment, const ConfigNode& top);

// Warns of what `top` has, `section` (an environment) has not, and does not inherit.
void WarnNotInherited(const ConfigNode& top, ConfigSection& section);

}  // namespace isolane::wrangler
