// isolane::Runtime::Load: the public entry for embedders who have wrangler files.
#include <utility>

#include <isolane/runtime.h>

#include "runtime/config/files.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/build/project_loader.h"
#include "wrangler-compat/project.h"

namespace isolane {

Result<std::unique_ptr<Runtime>> Runtime::Load(const std::vector<std::string>& configs,
                                               const RuntimeOptions& options) {
  wrangler::ProjectOptions project_options;
  project_options.cwd = config::CurrentDirectory();
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
  wrangler::Builder builder({.colours = wrangler::Colours::kNever, .print = {}});
  return wrangler::BuildAndLoad(
      [&builder](const auto& plans, const auto& request) {
        return builder.BuildAll(plans, request);
      },
      std::move(loaded.project), options);
}

}  // namespace isolane
