#include "wrangler-compat/test_project.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "wrangler-compat/files.h"
#include "wrangler-compat/module_files.h"

namespace isolane::wrangler {
namespace {

constexpr char kSelf[] = "SELF";

// "math" of "tests/math.test.js".
std::string StemOf(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string stem = name.substr(0, name.find('.'));
  return stem.empty() ? "test" : stem;
}

// A name that no other Worker has.
std::string NameOf(const std::string& path, const std::vector<WorkerSpec>& others) {
  std::string name = StemOf(path);
  while (std::any_of(others.begin(), others.end(),
                     [&name](const WorkerSpec& other) { return other.name == name; })) {
    name += "-test";
  }
  return name;
}

// What the configuration of `tested` says, as seen by another Worker.
WorkerSpec BesideOf(const WorkerSpec& tested) {
  WorkerSpec spec;
  spec.compatibility_date = tested.compatibility_date;
  spec.compatibility_flags = tested.compatibility_flags;
  spec.limits = tested.limits;
  spec.bindings = tested.bindings;
  spec.responder = tested.responder;
  bool has_self = false;
  for (BindingSpec& binding : spec.bindings) {
    has_self |= binding.name == kSelf;
    auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
    if (objects != nullptr && objects->script.empty()) objects->script = tested.name;
    auto* workflow = std::get_if<WorkflowBinding>(&binding.value);
    if (workflow != nullptr && workflow->script.empty()) workflow->script = tested.name;
  }
  if (!has_self) spec.bindings.push_back({kSelf, ServiceBinding{tested.name, {}, {}}, {}});
  return spec;
}

// A test file is built as the main module of the first configuration would be.
BuildPlan PlanBeside(const ProjectOptions& options, const Project& project, const WorkerSpec& spec,
                     ModuleFiles files) {
  BuildPlan plan;
  if (project.builds.empty()) {
    plan.cwd = options.cwd;
    plan.project_root = files.root;
  } else {
    plan = project.builds.front();
    plan.custom = {};
    plan.find_additional_modules = false;
    // Those of the tested Worker: a test exports none.
    plan.durable_objects.clear();
    plan.workflows.clear();
  }
  plan.worker = spec.name;
  plan.files = std::move(files);
  plan.bundle = true;
  plan.compatibility_date = spec.compatibility_date;
  plan.compatibility_flags = spec.compatibility_flags;
  return plan;
}

}  // namespace

LoadedProject LoadTestProject(const ProjectOptions& options, const std::string& file) {
  LoadedProject loaded;
  if (options.configs.empty()) {
    loaded.project.unknown_service = options.unknown_service;
  } else {
    loaded = LoadProject(options);
    if (!loaded.ok()) return loaded;
  }
  std::vector<WorkerSpec>& workers = loaded.project.workers;
  DiagnosticGroup& loose = loaded.diagnostics.AddGroup({});

  const std::string path = AbsolutePath(options.cwd, file);
  ModuleFiles files;
  files.root = DirectoryOf(path);
  files.main = RelativePath(files.root, path);
  files.display = DisplayOf(options.cwd, files.root);
  files.rules = workers.empty() ? DefaultModuleRules() : loaded.project.rules;
  if (!loaded.project.builds.empty()) files.format = loaded.project.builds.front().files.format;
  if (KindOf(path) != PathKind::kFile) {
    loose.Fail("The test file \"" + files.display + files.main + "\" was not found.", {});
    return loaded;
  }
  if (!IsScriptName(files.main)) {
    loose.Fail("The test file \"" + files.display + files.main + "\" is no JavaScript module.", {});
    return loaded;
  }

  WorkerSpec spec;
  if (workers.empty()) {
    spec.compatibility_date = kDefaultCompatibilityDate;
    for (const VarOverride& var : options.vars) {
      spec.bindings.push_back(
          {var.name, VarBinding{.json = JsonQuote(var.value), .hidden = true}, "--var"});
    }
  } else {
    spec = BesideOf(workers.front());
  }
  spec.name = NameOf(path, workers);
  spec.config_path = path;
  spec.main_module = files.main;
  spec.display_root = files.display;
  spec.modules = MakeModuleLoader(files);
  loaded.project.builds.insert(loaded.project.builds.begin(),
                               PlanBeside(options, loaded.project, spec, std::move(files)));
  workers.insert(workers.begin(), std::move(spec));
  return loaded;
}

}  // namespace isolane::wrangler
