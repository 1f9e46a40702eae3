#include "wrangler-compat/project.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "runtime/base/ascii.h"
#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/config_discovery.h"
#include "wrangler-compat/config_file.h"
#include "wrangler-compat/dotenv_process.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/hyperdrive.h"
#include "wrangler-compat/module_files.h"
#include "wrangler-compat/node_compat.h"
#include "wrangler-compat/resource_bindings.h"
#include "wrangler-compat/service_check.h"

namespace isolane::wrangler {
namespace {

// `text` in the letters that the name of a Worker may have; may be empty.
std::string NameFrom(std::string_view text) {
  std::string name;
  for (char c : text) {
    c = base::LowerCased(c);
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (allowed) {
      name += c;
    } else if (!name.empty() && !name.ends_with('-')) {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

// A name for a Worker without one: that of its directory.
std::string NameFromDirectory(const std::string& config_path) {
  const std::string directory = DirectoryOf(config_path);
  const std::string name = NameFrom(std::string_view(directory).substr(directory.rfind('/') + 1));
  return name.empty() ? "worker" : name;
}

// Names of Workers become names of files: of Durable Objects, of the registry. What is written is
// checked by config_schema; an environment's name behind it may be anything.
void CheckComposedName(const ConfigFile& file, const std::string& environment,
                       const std::string& name, DiagnosticGroup& loose) {
  if (environment.find('/') == std::string::npos || !name.ends_with("-" + environment)) return;
  const ConfigMember* all = file.root.Find("env");
  const ConfigMember* found = all == nullptr ? nullptr : all->value.Find(environment);
  loose.Fail(Error{.message = "The environment " + JsonQuote(environment) +
                              " cannot be part of the name of a Worker, " + JsonQuote(name) +
                              ", because there is a \"/\" in it.",
                   .hint = "Call the environment something else, or give the Worker a name of its "
                           "own there: " +
                           Assignment(file.format, "name", NameFrom(name)),
                   .where = found == nullptr ? std::string() : file.Where(found->position),
                   .excerpt = {}});
}

// What may be meant by a `main` that is this directory, in the language of the configuration.
std::string MainsIn(const BuildPlan& plan, const std::string& directory) {
  std::string found;
  size_t count = 0;
  for (const std::string name : {"worker", "dist/worker", "index", "dist/index"}) {
    for (const std::string extension : {".ts", ".tsx", ".js", ".jsx"}) {
      const std::string file = directory + "/" + name + extension;
      if (KindOf(file) != PathKind::kFile) continue;
      const std::string path = "./" + RelativePath(plan.project_root, file);
      found += Assignment(plan.files.format, "main", path) + "\n";
      count++;
    }
  }
  if (count == 0) {
    return "If you want to serve a directory of static assets, you can do so by using the "
           "`--assets` flag. For example: isolane dev --assets=./" +
           RelativePath(plan.cwd, directory);
  }
  return std::string("Did you mean to set the main field to") + (count > 1 ? " one of" : "") +
         ":\n```\n" + found + "```";
}

// Fails in wrangler's words when `main` is no file that isolane can start from. What a custom build
// writes is looked at after it.
void CheckMain(const WorkerConfig& config, const BuildPlan& plan, DiagnosticGroup& loose) {
  if (!plan.custom.command.empty()) return;
  const ModuleFiles& files = plan.files;
  const std::string shown = files.display + files.main;
  const std::string path = AbsolutePath(files.root, files.main);
  switch (KindOf(path)) {
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
      loose.Fail(Error{.message = "The provided entry-point path, \"" + shown +
                                  "\", points to a directory, rather than a file.",
                       .hint = MainsIn(plan, path),
                       .where = config.main_where,
                       .excerpt = {}});
      return;
    case PathKind::kFile:
      break;
  }
  if (plan.bundle && IsScriptName(files.main)) return;
  auto type = ClassifyModule(files, files.main);
  if (!type.ok()) {
    type.error().where = config.main_where;
    loose.Fail(std::move(type.error()));
  } else if (*type != ModuleType::kEsModule) {
    loose.Fail("The entry-point file \"" + shown + "\" is no JavaScript module", config.main_where);
  }
}

void CheckNodeFlags(const BuildPlan& plan, const std::string& where, DiagnosticGroup& loose) {
  std::string wrong = WhatIsWrongWithNodeFlags(plan.compatibility_flags);
  if (!wrong.empty()) {
    loose.Fail(std::move(wrong), where);
  } else if (!plan.bundle && HasFlag(plan, "nodejs_compat_v2")) {
    loose.Warn(
        "`nodejs_compat_v2` compatibility flag and `--no-bundle` can't be used together. If you "
        "want to polyfill Node.js built-ins while disabling bundling, please polyfill as part of "
        "your own bundling process.",
        where);
  }
}

// The bundler's settings that were asked for have to be there, even for modules that need none.
// What a custom build writes is looked at by the bundler.
void CheckTsconfig(const BuildPlan& plan, const std::string& where, DiagnosticGroup& loose) {
  if (plan.tsconfig.empty() || !plan.bundle || !plan.custom.command.empty()) return;
  if (plan.files.main.empty() || KindOf(plan.tsconfig) == PathKind::kFile) return;
  loose.Fail("Cannot find tsconfig file " + JsonQuote(RelativePath(plan.cwd, plan.tsconfig)),
             where);
}

// The code of a Worker that is nothing but assets, which answer all there is.
constexpr char kNoCode[] =
    "export default { fetch() { return new Response(null, { status: 404 }); } };";

void Override(std::vector<std::pair<std::string, std::string>>& pairs,
              const std::vector<std::pair<std::string, std::string>>& overrides) {
  for (const auto& entry : overrides) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == entry.first; });
    pairs.push_back(entry);
  }
}

// `overrides` is null for all but the first Worker.
BuildPlan MakePlan(const ProjectOptions& options, const ConfigFile& file, WorkerConfig& config,
                   const BuildOverrides* overrides) {
  const std::string base = file.path.empty() ? options.cwd : DirectoryOf(file.path);
  const std::string main_path = AbsolutePath(base, config.main);
  const BuildConfig& build = config.build;
  BuildPlan plan;
  plan.cwd = options.cwd;
  plan.project_root = base;
  plan.config_path = file.path;
  plan.files.root = config.base_dir ? AbsolutePath(base, *config.base_dir) : DirectoryOf(main_path);
  if (!config.main.empty()) plan.files.main = RelativePath(plan.files.root, main_path);
  plan.files.display = DisplayOf(options.cwd, plan.files.root);
  plan.files.rules = std::move(config.rules);
  plan.files.format = file.format;
  plan.custom.command = build.command;
  plan.custom.cwd = AbsolutePath(options.cwd, build.command_cwd);
  for (const std::string& directory : build.watch_dirs) {
    plan.custom.watch_dirs.push_back(AbsolutePath(base, directory));
  }
  plan.bundle = !build.no_bundle;
  plan.minify = build.minify;
  plan.keep_names = build.keep_names.value_or(true);
  plan.preserve_file_names = build.preserve_file_names;
  if (!build.tsconfig.empty()) plan.tsconfig = AbsolutePath(base, build.tsconfig);
  plan.jsx_factory = build.jsx_factory;
  plan.jsx_fragment = build.jsx_fragment;
  plan.alias = build.alias;
  plan.define = build.define;
  if (overrides != nullptr) {
    plan.bundle = overrides->bundle.value_or(plan.bundle);
    plan.minify = overrides->minify.value_or(plan.minify);
    if (overrides->tsconfig) plan.tsconfig = AbsolutePath(options.cwd, *overrides->tsconfig);
    plan.jsx_factory = overrides->jsx_factory.value_or(plan.jsx_factory);
    plan.jsx_fragment = overrides->jsx_fragment.value_or(plan.jsx_fragment);
    Override(plan.alias, overrides->alias);
    Override(plan.define, overrides->define);
  }
  plan.find_additional_modules = build.find_additional_modules.value_or(!plan.bundle);
  plan.files.alone = !plan.bundle && !plan.find_additional_modules;
  plan.compatibility_date = config.compatibility_date;
  plan.compatibility_flags = config.compatibility_flags;
  plan.target = options.target;
  return plan;
}

// The Worker of one configuration; completes its plan. `loose` is told what is wrong with its main
// module and its assets, `notes` what is to be printed of these.
WorkerSpec MakeSpec(const ProjectOptions& options, const ConfigFile& file,
                    const std::string& environment, WorkerConfig& config, BuildPlan& plan,
                    DiagnosticGroup& loose, std::vector<std::string>& notes) {
  WorkerSpec spec;
  const std::string main_path = AbsolutePath(DirectoryOf(file.path), config.main);
  spec.name = config.name;
  if (spec.name.empty()) {
    spec.name = NameFromDirectory(file.path.empty() ? main_path : file.path);
    if (!environment.empty()) spec.name += "-" + environment;
  }
  CheckComposedName(file, environment, spec.name, loose);
  plan.worker = spec.name;
  for (const BindingSpec& binding : config.bindings) {
    const auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
    if (objects != nullptr && objects->script.empty()) {
      plan.durable_objects.emplace_back(binding.name, objects->class_name);
    }
  }
  plan.workflows = std::move(config.workflow_classes);
  const ConfigMember* migrations = config.effective.Find("migrations");
  plan.has_migrations = migrations != nullptr && !migrations->value.items.empty();
  spec.config_path = file.path;
  spec.compatibility_date = config.compatibility_date;
  spec.compatibility_flags = config.compatibility_flags;
  spec.bindings = std::move(config.bindings);
  spec.durable_objects = std::move(config.durable_objects);
  spec.tail_consumers = std::move(config.tail_consumers);
  spec.routes = std::move(config.routes);
  spec.crons = std::move(config.crons);
  spec.limits = config.limits;
  if (config.assets) {
    const std::string base = file.path.empty() ? options.cwd : DirectoryOf(file.path);
    config.assets->made_by_build = !plan.custom.command.empty();
    config.assets->refuses_large = options.refuses_large_assets;
    spec.responder =
        MakeAssetResponder(std::move(*config.assets), spec.name, base, options.cwd, loose, notes);
  }
  if (config.main.empty()) {
    // Without assets that is reported already.
    if (spec.responder != nullptr) {
      spec.main_module = "(assets only)";
      spec.modules = [](const std::string&) -> Result<ModuleSource> {
        return ModuleSource{ModuleType::kEsModule, kNoCode};
      };
    }
    return spec;
  }

  CheckMain(config, plan, loose);

  spec.main_module = plan.files.main;
  spec.display_root = plan.files.display;
  spec.modules = MakeModuleLoader(plan.files);
  return spec;
}

// `wasm_modules` and its like name files, from `base`.
void ReadFileBindings(const std::string& base, WorkerSpec& worker, DiagnosticGroup& loose) {
  for (BindingSpec& binding : worker.bindings) {
    auto* file = std::get_if<FileBinding>(&binding.value);
    if (file == nullptr) continue;
    auto content = ReadFile(AbsolutePath(base, file->path));
    if (content.ok()) {
      file->content = std::make_shared<const std::string>(std::move(*content));
      continue;
    }
    Error error = std::move(content.error());
    error.message = worker.name + ": binding " + binding.name + " is the " +
                    DescribeBinding(binding).resource + " of \"" + file->path + "\". " +
                    error.message;
    error.hint = "Create the file or correct its path, which is relative to " + base + ".";
    error.where = binding.where;
    loose.Fail(std::move(error));
  }
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

void ReportUnresolved(const Project& project, const std::vector<std::string>& elsewhere,
                      DiagnosticGroup& loose) {
  for (const UnresolvedService& unresolved : CheckServices(project.workers, elsewhere)) {
    if (project.unknown_service == UnknownService::kRefuse) {
      loose.Fail(Error{.message = Describe(unresolved),
                       .hint =
                           "Start that Worker as well, with -c and its configuration, or correct "
                           "the name.",
                       .where = {},
                       .excerpt = {}});
    } else {
      std::string fate = " It will be told nothing.";
      if (const auto& binding = unresolved.binding) {
        fate = (binding->empty() ? " env[\"\"]" : " env." + *binding) +
               ".fetch() will answer 503, its methods will reject.";
      }
      loose.Warn(Describe(unresolved) + fate, {});
    }
  }
}

// One configuration to be loaded.
struct Source {
  std::string path;       // empty: none, only the script
  std::string directory;  // absolute: where .dev.vars and .env are
  bool redirected = false;
};

class Loader {
 public:
  explicit Loader(const ProjectOptions& options) : options_(options) {
    loaded_.project.unknown_service = options.unknown_service;
  }

  LoadedProject Load() {
    bool complete = true;
    std::vector<Source> sources;
    {
      const config::FileRecorder recorder;
      TakeEnvironment();
      sources = Sources();
      loaded_.explored = recorder.uses();
    }
    for (const Source& source : sources) {
      const config::FileRecorder recorder;
      complete = LoadOne(source) && complete;
      loaded_.inputs.push_back(recorder.uses());
    }
    Project& project = loaded_.project;
    for (const VarOverride& var : options_.vars) {
      if (project.workers.empty()) break;
      OverrideVar(project.workers.front().bindings, {var.name, var.value, "--var"});
    }
    for (size_t i = 0; i < project.workers.size(); i++) {
      ExplainBindings(project.workers[i], loaded_.explanations[i]);
    }
    // With a file missing, every binding to its Worker would look wrong.
    if (complete) {
      DiagnosticGroup& graph = loaded_.diagnostics.AddGroup({});
      ReportDoubledNames(options_, project.workers, graph);
      ReportUnresolved(project, options_.elsewhere, graph);
    }
    return std::move(loaded_);
  }

 private:
  void TakeEnvironment() {
    if (options_.reads_beside) {
      const DotenvSource source{options_.cwd, options_.env_files,
                                options_.environment.value_or("")};
      beside_ = VariablesBeside(source, options_.process);
    }
    variables_ = options_.process;
    for (const DevVar& var : beside_) variables_[var.name] = var.value;
    environment_ = options_.environment.value_or(variables_["CLOUDFLARE_ENV"]);
  }

  std::vector<Source> Sources() {
    std::vector<Source> sources;
    for (const std::string& named : options_.configs) {
      const std::string config = ConfigPathOf(options_.cwd, named);
      sources.push_back({config, DirectoryOf(AbsolutePath(options_.cwd, config)), false});
    }
    if (!sources.empty()) return sources;
    const std::string from =
        options_.script ? DirectoryOf(AbsolutePath(options_.cwd, *options_.script)) : options_.cwd;
    auto found = DiscoverConfig(from);
    if (!found.ok()) {
      loaded_.diagnostics.AddGroup({}).Fail(std::move(found.error()));
      return {};
    }
    loaded_.notes = found->notes;
    if (found->path.empty() && !options_.script && !options_.assets) {
      loaded_.diagnostics.AddGroup({}).Fail(FindConfigFile(options_.cwd).error());
      return {};
    }
    return {
        {found->path, found->path.empty() ? options_.cwd : found->directory, found->redirected}};
  }

  ConfigChoice ChoiceFor(const Source& source) const {
    ConfigChoice choice;
    if (!source.redirected) choice.environment = environment_;
    choice.is_bound = !loaded_.project.workers.empty();
    if (choice.is_bound) return choice;
    choice.name = options_.name;
    choice.compatibility_date = options_.compatibility_date;
    choice.compatibility_flags = options_.compatibility_flags;
    choice.routes = options_.routes;
    choice.assets = options_.assets;
    if (options_.script) choice.main = AbsolutePath(options_.cwd, *options_.script);
    return choice;
  }

  bool LoadOne(const Source& source) {
    ConfigFile file;
    file.root.kind = ConfigKind::kObject;
    if (!source.path.empty()) {
      auto read = ReadConfigFile(options_.cwd, source.path);
      if (!read.ok()) {
        loaded_.diagnostics.AddGroup({}).Fail(std::move(read.error()));
        return false;
      }
      file = std::move(*read);
    }
    DiagnosticGroup& tree =
        loaded_.diagnostics.AddGroup("Processing " + file.display + " configuration:");
    DiagnosticGroup& loose = loaded_.diagnostics.AddGroup({});
    if (source.redirected) CheckRedirected(file, tree, loose);
    const ConfigChoice choice = ChoiceFor(source);
    WorkerConfig config = ReadWorkerConfig(file, choice, tree, loose);
    TakeDevVars(source, file, config, loose);
    if (options_.to_run) {
      ApplyHyperdrives(variables_, file, config.effective, config.bindings, loose, loaded_.notes);
    }
    Project& project = loaded_.project;
    const bool first = project.workers.empty();
    if (first) {
      project.dev = config.dev;
      project.rules = config.rules;
    }
    BuildPlan plan = MakePlan(options_, file, config, first ? &options_.build : nullptr);
    project.workers.push_back(
        MakeSpec(options_, file, choice.environment, config, plan, loose, loaded_.notes));
    const auto where = [&](bool is_from_flag, const char* key, const char* flag) {
      const ConfigMember* member = config.effective.Find(key);
      return is_from_flag || member == nullptr ? flag : file.Where(member->position);
    };
    CheckTsconfig(
        plan, where(first && options_.build.tsconfig.has_value(), "tsconfig", "--tsconfig"), loose);
    CheckNodeFlags(
        plan,
        where(!choice.compatibility_flags.empty(), "compatibility_flags", "--compatibility-flags"),
        loose);
    ReadFileBindings(file.path.empty() ? options_.cwd : DirectoryOf(file.path),
                     project.workers.back(), loose);
    project.builds.push_back(std::move(plan));
    loaded_.explanations.push_back(Explain(file, choice, config, project.workers.back()));
    loaded_.sound.push_back(!tree.Has(Severity::kError) && !loose.Has(Severity::kError));
    return true;
  }

  void TakeDevVars(const Source& source, const ConfigFile& file, WorkerConfig& config,
                   DiagnosticGroup& loose) {
    DevVarsRequest request;
    request.cwd = options_.cwd;
    request.directory = source.directory;
    request.environment = environment_;
    if (loaded_.project.workers.empty()) request.env_files = options_.env_files;
    request.required_secrets = config.required_secrets;
    request.process = &options_.process;
    request.beside = &beside_;
    DevVars vars = ReadDevVars(request, loose);
    ApplyDevVars(vars, request, config.bindings);
    ApplyStoredSecrets(vars, config.bindings);
    for (std::string& note : vars.notes) loaded_.notes.push_back(std::move(note));

    std::string missing;
    for (const std::string& name : MissingSecrets(request, vars)) {
      if (IsFlagVar(name)) continue;
      missing += (missing.empty() ? "" : ", ") + name;
    }
    if (missing.empty()) return;
    const std::string text = "Missing required secrets: " + missing +
                             ". Add them to .dev.vars, .env, or set as environment variables.";
    const std::string where = file.Where(config.effective.Find("secrets")->position);
    if (options_.unknown_service == UnknownService::kRefuse) {
      loose.Fail(text, where);
    } else {
      loose.Warn(text, where);
    }
  }

  // Of the Worker that is being loaded.
  bool IsFlagVar(const std::string& name) const {
    return loaded_.project.workers.empty() &&
           std::any_of(options_.vars.begin(), options_.vars.end(),
                       [&name](const VarOverride& var) { return var.name == name; });
  }

  // What a build tool has written was written for one environment.
  void CheckRedirected(const ConfigFile& file, DiagnosticGroup& tree,
                       DiagnosticGroup& loose) const {
    const ConfigMember* env = file.root.Find("env");
    if (env != nullptr && !env->value.members.empty()) {
      std::string names;
      for (const ConfigMember& member : env->value.members) names += "\n- " + member.key;
      tree.Fail(
          "Redirected configurations cannot include environments but the following have been "
          "found:" +
              names +
              "\n\nSuch configurations are generated by tools, meaning that one of the tools\nyour "
              "application is using is generating the incorrect configuration.\nReport this issue "
              "to the tool's author so that this can be fixed there.",
          file.Where(env->position));
    }
    const ConfigMember* target = file.root.Find("targetEnvironment");
    if (environment_.empty() || target == nullptr || !target->value.IsString() ||
        target->value.text == environment_) {
      return;
    }
    const char* source = options_.environment ? "the `--env/-e` CLI argument"
                                              : "the CLOUDFLARE_ENV environment variable";
    loose.Fail("You have specified the environment \"" + environment_ + "\" via " + source +
                   ".\nThis does not match the target environment \"" + target->value.text +
                   "\" that was used when building the application.\nPerhaps you need to re-run "
                   "the custom build of the project with \"" +
                   environment_ + "\" as the selected environment?",
               file.Where(target->position));
  }

  const ProjectOptions& options_;
  std::string environment_;
  std::vector<DevVar> beside_;  // what files add to options_.process
  ProcessVariables variables_;  // both
  LoadedProject loaded_;
};

}  // namespace

LoadedProject LoadProject(const ProjectOptions& options) { return Loader(options).Load(); }

}  // namespace isolane::wrangler
