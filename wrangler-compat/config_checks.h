// Keys that mean nothing in a local run, or nothing yet: their mistakes are reported all the same,
// because deploying would fail with them.
//
// Thread: any.
#pragma once

#include <string>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// Checks every key of `section` (the top level, or an environment as it is written) that nobody
// else interprets: types, errors about removed keys, warnings about keys that isolane will support
// one day, unexpected fields.
void CheckOtherKeys(ConfigSection& section);

// Those of `define`, which is called `name`: texts.
void CheckDefines(ConfigSection& section, const ConfigNode& define, const std::string& name);

}  // namespace isolane::wrangler
