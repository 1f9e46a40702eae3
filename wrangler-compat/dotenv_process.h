// Files of variables as part of this process's environment: CLOUDFLARE_ENV, NODE_ENV and their like
// may stand in .env, as with wrangler, and custom builds see what is there.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <string>
#include <vector>

#include "wrangler-compat/env_files.h"

namespace isolane::wrangler {

struct DotenvSource {
  std::string directory;           // absolute: where the program stands
  std::vector<std::string> files;  // --env-file, relative to it; none: .env, .env.local and so on
  std::string environment;         // --env; may be empty
};

// What the files add to `process`, which wins over them unless a variable is empty. A file that is
// missing adds nothing.
std::vector<DevVar> VariablesBeside(const DotenvSource& source, const ProcessVariables& process);

}  // namespace isolane::wrangler
