// A directory with the modules of a Worker, in a folder of their own.
#pragma once

#include <string>

#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/module_files.h"

namespace isolane::wrangler {

struct ModuleProject : TempProject {
  ModuleFiles files;

  ModuleProject(const std::string& folder, const std::string& main) {
    files.root = root() + "/" + folder;
    files.display = folder + "/";
    files.main = main;
  }
};

}  // namespace isolane::wrangler
