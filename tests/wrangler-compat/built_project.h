// What tests of builds share: a project that is loaded and built.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tests/wrangler-compat/temp_project.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/project.h"

namespace isolane::wrangler {

// A project in files, loaded and built as `isolane dev` does it.
struct Built {
  TempProject project;
  std::string config = "name = \"w\"\ncompatibility_date = \"2026-01-01\"\n";
  std::string cwd;  // empty: where the configuration is
  std::vector<std::string> printed;
  Builder builder{{.colours = Colours::kNever,
                   .print = [this](const std::string& line) { printed.push_back(line); }}};

  explicit Built(const std::string& settings) { config += settings; }

  BuildPlan Plan() {
    project.Write("wrangler.toml", config);
    ProjectOptions options;
    options.cwd = cwd.empty() ? project.root() : cwd;
    options.configs = {project.root() + "/wrangler.toml"};
    options.unknown_service = UnknownService::kFailOnUse;
    LoadedProject loaded = LoadProject(options);
    const std::string errors =
        RenderDiagnostics(loaded.diagnostics, Severity::kError, Colours::kNever);
    REQUIRE_MESSAGE(loaded.ok(), errors);
    return loaded.project.builds.front();
  }
  BuildResult Build(const BuildRequest& request = {}) {
    return std::move(builder.BuildAll({Plan()}, request).front());
  }
  // Of a build that must work: the text of its main module.
  std::string Main() {
    BuildResult result = Build();
    REQUIRE_MESSAGE(result.ok(), result.error);
    auto main = result.modules(result.main_module);
    REQUIRE(main.ok());
    return main->content;
  }
  bool Watches(const BuildResult& result, const std::string& path) const {
    const std::string absolute = AbsolutePath(project.root(), path);
    return std::count(result.files.begin(), result.files.end(), absolute) == 1;
  }
};

inline bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace isolane::wrangler
