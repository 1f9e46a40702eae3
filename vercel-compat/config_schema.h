// What vercel.json may hold: the schema of the whole file.
//
// Thread: any.
#pragma once

#include "runtime/config/config_tree.h"

namespace isolane::vercel {

struct ConfigSchema {
  config::ConfigNode root;
  config::ConfigNode definitions;
};

// Read once; valid as long as the process.
const ConfigSchema& VercelSchema();

}  // namespace isolane::vercel
