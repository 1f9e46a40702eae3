// Which configuration is meant by somebody who names none: the nearest one, or the one that a build
// tool has left a pointer to, .wrangler/deploy/config.json.
//
// spec/wrangler.md section 1.1;
// https://developers.cloudflare.com/workers/wrangler/configuration/#generated-wrangler-configuration
//
// Thread: any. Blocking: reads files.
#pragma once

#include <string>
#include <vector>

#include <isolane/result.h>

namespace isolane::wrangler {

struct FoundConfig {
  std::string path;  // absolute; empty: there is none
  // Where the user's own files are, .dev.vars among them. Absolute; empty with `path`.
  std::string directory;
  bool redirected = false;
  std::vector<std::string> notes;  // to be printed
};

// Looks from `cwd` (absolute) upwards. That there is none is no error; a pointer that leads nowhere
// is one.
Result<FoundConfig> DiscoverConfig(const std::string& cwd);

}  // namespace isolane::wrangler
