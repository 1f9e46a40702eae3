// What a JavaScript module imports and exports, found without parsing it: enough to tell a module
// that can be served as it is from one that needs the bundler.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

struct ModuleOutline {
  // Specifiers, static and dynamic, in order.
  std::vector<std::string> imports;
  bool has_exports = false;
  // Names that are plainly exported; `export *` and patterns may add others.
  std::vector<std::string> exports;
  bool names_listener = false;  // mentions addEventListener
  bool names_global_object = false;
};

bool Exports(const ModuleOutline& outline, std::string_view name);

// Nothing for a module that is not obviously plain ES of today's V8: JSX, decorators, CommonJS,
// names that only Node.js has, an import() whose argument is no string, or text that cannot be told
// apart without a parser. It may well be wrong JavaScript all the same.
std::optional<ModuleOutline> ScanModule(std::string_view source);

}  // namespace isolane::wrangler
