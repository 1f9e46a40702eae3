// isolane::Runtime::Load: the public entry for embedders who have wrangler files.
#include <unistd.h>

#include <climits>
#include <utility>

#include <isolane/runtime.h>

#include "wrangler-compat/project.h"

namespace isolane {

Result<std::unique_ptr<Runtime>> Runtime::Load(const std::vector<std::string>& configs,
                                               const RuntimeOptions& options) {
  wrangler::ProjectOptions project_options;
  char cwd[PATH_MAX];
  project_options.cwd = getcwd(cwd, sizeof cwd) != nullptr ? cwd : "/";
  project_options.configs = configs;
  project_options.unknown_service = options.unknown_services;
  project_options.process = wrangler::CurrentProcessVariables();
  wrangler::LoadedProject loaded = wrangler::LoadProject(project_options);
  if (!loaded.ok()) {
    return Error{wrangler::RenderDiagnostics(loaded.diagnostics, wrangler::Severity::kError, {}),
                 {},
                 {},
                 {}};
  }
  return LoadSpecs(std::move(loaded.project.workers), options);
}

}  // namespace isolane
