// The modules of one Worker as files: which kind each is and what it contains. isolane reads them
// as they are; what would need a bundler is refused with the way out.
//
// Thread: any. A loader reads the file system each time it is called, so it can serve a reload.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <isolane/worker_spec.h>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/module_rules.h"

namespace isolane::wrangler {

struct ModuleFiles {
  std::string root;     // absolute directory that names are relative to
  std::string display;  // how messages show `root`: empty, or ends with '/'
  std::string main;     // name of the first module
  std::vector<ModuleRule> rules;
  // Nothing but the main module is one.
  bool alone = false;
  // Of the configuration: how advice is written that speaks of it.
  ConfigFormat format = ConfigFormat::kToml;

  bool operator==(const ModuleFiles&) const = default;
};

// ModuleFiles::display of `root` for somebody who stands in `cwd`. Both absolute.
std::string DisplayOf(const std::string& cwd, const std::string& root);

// Whether a file of this name is a program for the bundler: JavaScript or TypeScript.
bool IsScriptName(std::string_view name);

// The kind of the module called `name`, by rules first, then by extension. Fails for what isolane
// cannot load: TypeScript, CommonJS without a rule, unknown extensions, shadowed rules.
Result<ModuleType> ClassifyModule(const ModuleFiles& files, const std::string& name);

// Names may climb above the root ("../shared/util.js"), as bundlers allow. "?query" is no part of
// the file's name. A name without extension also finds NAME.js, NAME.mjs, NAME.json and
// NAME/index.js.
ModuleLoader MakeModuleLoader(ModuleFiles files);

}  // namespace isolane::wrangler
