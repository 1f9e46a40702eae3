#include "wrangler-compat/project.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "wrangler-compat/config_file.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/module_files.h"
#include "wrangler-compat/service_check.h"

namespace isolane::wrangler {
namespace {

// A name for a Worker without one: that of its directory, in the letters a name may have.
std::string NameFromDirectory(const std::string& config_path) {
  const std::string directory = DirectoryOf(config_path);
  std::string name;
  for (char c : directory.substr(directory.rfind('/') + 1)) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (allowed) {
      name += c;
    } else if (!name.empty() && !name.ends_with('-')) {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "worker" : name;
}

// Fails in wrangler's words when `main` is no file that isolane can start from.
void CheckMain(const WorkerConfig& config, const ModuleFiles& files, DiagnosticGroup& loose) {
  const std::string shown = files.display + files.main;
  switch (KindOf(AbsolutePath(files.root, files.main))) {
    case PathKind::kMissing:
      loose.Fail(
          "The entry-point file at \"" + shown +
              "\" was not found.\n\nThis might mean that "
              "your entry-point file needs to be generated (which is the general case when a "
              "framework is being used).\nIf that's the case please run your project's build "
              "command and try again.",
          config.main_where);
      return;
    case PathKind::kDirectory:
      loose.Fail("The provided entry-point path, \"" + shown +
                     "\", points to a directory, rather than a file.",
                 config.main_where);
      return;
    case PathKind::kFile:
      break;
  }
  auto type = ClassifyModule(files, files.main);
  if (!type.ok()) {
    type.error().where = config.main_where;
    loose.Fail(std::move(type.error()));
  } else if (*type != ModuleType::kEsModule) {
    loose.Fail("The entry-point file \"" + shown + "\" is no JavaScript module", config.main_where);
  }
}

WorkerSpec MakeSpec(const ProjectOptions& options, const ConfigFile& file, WorkerConfig& config,
                    DiagnosticGroup& loose) {
  WorkerSpec spec;
  spec.name = config.name.empty() ? NameFromDirectory(file.path) : config.name;
  spec.config_path = file.path;
  spec.compatibility_date = std::move(config.compatibility_date);
  spec.compatibility_flags = std::move(config.compatibility_flags);
  spec.bindings = std::move(config.bindings);
  spec.durable_objects = std::move(config.durable_objects);
  spec.tail_consumers = std::move(config.tail_consumers);
  spec.crons = std::move(config.crons);
  spec.limits = config.limits;
  if (config.main.empty()) return spec;  // reported already

  const std::string directory = DirectoryOf(file.path);
  const std::string main_path = AbsolutePath(directory, config.main);
  ModuleFiles files;
  files.root = config.base_dir ? AbsolutePath(directory, *config.base_dir) : DirectoryOf(main_path);
  files.main = RelativePath(files.root, main_path);
  files.display = DisplayOf(options.cwd, files.root);
  files.rules = std::move(config.rules);
  CheckMain(config, files, loose);

  spec.main_module = files.main;
  spec.display_root = files.display;
  spec.modules = MakeModuleLoader(std::move(files));
  return spec;
}

enum class OverrideMode { kAdd, kReplaceOnly };

void Override(WorkerSpec& spec, const VarOverride& var, OverrideMode mode) {
  const BindingSpec replacement{var.name, VarBinding{JsonQuote(var.value)}, "--var"};
  auto after_vars = spec.bindings.begin();
  for (auto binding = spec.bindings.begin(); binding != spec.bindings.end(); ++binding) {
    const bool is_var = std::holds_alternative<VarBinding>(binding->value);
    if (is_var) after_vars = binding + 1;
    if (binding->name != var.name || (!is_var && mode == OverrideMode::kReplaceOnly)) continue;
    *binding = replacement;
    return;
  }
  if (mode == OverrideMode::kAdd) spec.bindings.insert(after_vars, replacement);
}

void ReportDoubledNames(const ProjectOptions& options, const std::vector<WorkerSpec>& workers,
                        DiagnosticGroup& loose) {
  for (size_t i = 0; i < workers.size(); i++) {
    for (size_t j = 0; j < i; j++) {
      if (workers[j].name != workers[i].name) continue;
      loose.Fail("The Worker name \"" + workers[i].name + "\" is used twice: by " +
                     RelativePath(options.cwd, workers[j].config_path) + " and by " +
                     RelativePath(options.cwd, workers[i].config_path) +
                     ". Give each Worker a name of its own.",
                 {});
      break;
    }
  }
}

void ReportUnresolved(const Project& project, DiagnosticGroup& loose) {
  for (const UnresolvedService& unresolved : CheckServices(project.workers)) {
    if (project.unknown_service == UnknownService::kRefuse) {
      loose.Fail(Error{.message = Describe(unresolved),
                       .hint =
                           "Start that Worker as well, with -c and its configuration, or correct "
                           "the name.",
                       .where = {},
                       .excerpt = {}});
    } else {
      loose.Warn(
          Describe(unresolved) + (unresolved.binding.empty()
                                      ? " It will be told nothing."
                                      : " env." + unresolved.binding +
                                            ".fetch() will answer 503, its methods will reject."),
          {});
    }
  }
}

}  // namespace

LoadedProject LoadProject(const ProjectOptions& options) {
  LoadedProject loaded;
  Project& project = loaded.project;
  project.unknown_service = options.unknown_service;

  bool complete = true;
  for (size_t i = 0; i < options.configs.size(); i++) {
    auto file = ReadConfigFile(options.cwd, options.configs[i]);
    if (!file.ok()) {
      loaded.diagnostics.AddGroup({}).Fail(std::move(file.error()));
      complete = false;
      continue;
    }
    DiagnosticGroup& tree =
        loaded.diagnostics.AddGroup("Processing " + file->display + " configuration:");
    DiagnosticGroup& loose = loaded.diagnostics.AddGroup({});
    WorkerConfig config = ReadWorkerConfig(*file, tree, loose);
    if (i == 0) {
      project.dev = config.dev;
      project.rules = config.rules;
    }
    project.workers.push_back(MakeSpec(options, *file, config, loose));
  }

  for (const VarOverride& var : options.vars) {
    for (size_t i = 0; i < project.workers.size(); i++) {
      Override(project.workers[i], var, i == 0 ? OverrideMode::kAdd : OverrideMode::kReplaceOnly);
    }
  }
  // With a file missing, every binding to its Worker would look wrong.
  if (complete) {
    DiagnosticGroup& graph = loaded.diagnostics.AddGroup({});
    ReportDoubledNames(options, project.workers, graph);
    ReportUnresolved(project, graph);
  }
  return loaded;
}

}  // namespace isolane::wrangler
