// What a module of JavaScript or TypeScript exports, read from its text without running it: for
// tools that show or type a Worker that need not be able to start.
//
// Thread: any. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

struct ModuleExport {
  std::string name;  // "default", "Admin"
  // The class that it extends, as it is called where it comes from ("WorkerEntrypoint"); empty: it
  // is no class, extends nothing, or comes from another module.
  std::string base;
};

struct ModuleExports {
  std::vector<ModuleExport> names;  // in the order of the text, each once
  // False: there may be more (`export * from "./other"`).
  bool complete = true;

  const ModuleExport* Find(std::string_view name) const;
};

// Types, interfaces and declarations of TypeScript are no exports. Text that is no module has none.
ModuleExports ScanExports(std::string_view source);

}  // namespace isolane::wrangler
