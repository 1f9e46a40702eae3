// The few settings of a tsconfig.json (or jsconfig.json) that decide what declarations may look
// like.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isolane::wrangler {

struct TypeScriptConfig {
  std::string path;      // absolute; empty: there is none
  bool allow_js = true;  // without a file editors do
  // Lower case; nothing: TypeScript's default, which is that of browsers.
  std::optional<std::vector<std::string>> lib;

  bool HasLib(const std::string& name) const;
};

// The nearest one in `directory` (absolute) or above, with what it extends by a relative path.
TypeScriptConfig FindTypeScriptConfig(const std::string& directory);

// Whether node_modules/NAME is there in `directory` or above.
bool IsPackageInstalled(const std::string& directory, const std::string& name);

}  // namespace isolane::wrangler
