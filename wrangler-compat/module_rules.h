// Which files are which kind of module: the `rules` of a configuration, followed by wrangler's own.
//
// Thread: any. Plain data after Complete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

struct ModuleRule {
  std::string type;  // ESModule, CommonJS, CompiledWasm, Text, Data, PythonModule, ...
  std::vector<std::string> globs;
  std::string json;  // as it was written, for messages
  // An earlier rule of the same type has no `fallthrough = true`.
  bool shadowed = false;

  bool operator==(const ModuleRule&) const = default;
};

// Reads `rules`, appends the default rules and marks the shadowed ones; reports what is wrong.
std::vector<ModuleRule> ReadModuleRules(ConfigSection& section);

// Those of a Worker whose configuration has none.
std::vector<ModuleRule> DefaultModuleRules();

// The first rule that matches the path of a module, shadowed ones last; null when none does.
const ModuleRule* FindModuleRule(const std::vector<ModuleRule>& rules, const std::string& path);
// Likewise that of an import as it is written, which is what the bundler goes by.
const ModuleRule* FindImportRule(const std::vector<ModuleRule>& rules,
                                 const std::string& specifier);

}  // namespace isolane::wrangler
