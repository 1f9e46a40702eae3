// The source maps of generated modules (https://tc39.es/ecma426/), from what builds leave beside
// them.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <isolane/worker_spec.h>

#include "wrangler-compat/module_files.h"

namespace isolane::wrangler {

// How messages name the file at an absolute path.
using ShowPath = std::function<std::string(const std::string& path)>;

// The map in `json`, whose sources are relative to the absolute `directory`. Null if it is none
// that isolane can read: a broken one, or one of several parts.
std::shared_ptr<const SourceMap> ParseSourceMap(std::string_view json, const std::string& directory,
                                                const ShowPath& show);

// What "//# sourceMappingURL=" in the last lines of a module says: a path, or a data: URL. Empty if
// it says nothing.
std::string_view SourceMappingUrl(std::string_view module);

// The map of the module `name` with this text; null if it has none that can be read.
std::shared_ptr<const SourceMap> FindSourceMap(const ModuleFiles& files, const std::string& name,
                                               std::string_view content);

}  // namespace isolane::wrangler
