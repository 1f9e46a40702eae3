// Several configurations as one set of Workers: what `isolane serve` and `isolane dev` run.
//
// Thread: any. Blocking: reads files.
#pragma once

#include <string>
#include <vector>

#include <isolane/worker_spec.h>

#include "runtime/config/file_recorder.h"
#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/config_schema.h"
#include "wrangler-compat/dev_vars.h"
#include "wrangler-compat/diagnostics.h"
#include "wrangler-compat/explain.h"

namespace isolane::wrangler {

// `--var NAME:VALUE`: sets it for the first Worker, whatever its file says.
struct VarOverride {
  std::string name;
  std::string value;
};

// What the command line says of the first Worker's build; it wins over the file.
struct BuildOverrides {
  std::vector<std::pair<std::string, std::string>> define;
  std::vector<std::pair<std::string, std::string>> alias;
  std::optional<std::string> tsconfig;  // relative to cwd
  std::optional<std::string> jsx_factory;
  std::optional<std::string> jsx_fragment;
  std::optional<bool> bundle;
  std::optional<bool> minify;
};

struct ProjectOptions {
  std::string cwd;  // absolute; paths are shown relative to it
  // The first Worker is the public one. None: the nearest configuration, or without any the script.
  std::vector<std::string> configs;
  // Of every configuration; empty: the top level. Nothing: CLOUDFLARE_ENV, else the top level.
  std::optional<std::string> environment;
  std::vector<VarOverride> vars;
  // What the first Worker has besides.
  std::vector<std::string> env_files;
  std::optional<std::string> script;  // its main module, relative to cwd, instead of the file's
  std::optional<std::string> assets;  // its assets directory, likewise
  std::optional<std::string> name;
  std::optional<std::string> compatibility_date;
  std::vector<std::string> compatibility_flags;
  std::vector<std::string> routes;  // if there are any, instead of the file's
  BuildOverrides build;
  BuildTarget target = BuildTarget::kDevelopment;  // of every Worker
  // The variables of this process. Secrets come from them only if wrangler would take them.
  ProcessVariables process;
  // Whether the files beside cwd (dotenv_process.h) add to them, as they are when a project is
  // loaded.
  bool reads_beside = false;
  // An asset that is too large to be deployed is an error, for which all of them are looked at.
  // Else only a warning, when it is asked for.
  bool refuses_large_assets = false;
  // The Workers are to run, or somebody asks whether they could: what they need on this machine (a
  // database) must be known.
  bool to_run = true;
  // kRefuse: a binding to an unknown Worker is an error; kFailOnUse: a warning.
  UnknownService unknown_service = UnknownService::kRefuse;
  // Workers that other processes have: known, too.
  std::vector<std::string> elsewhere = {};
};

struct Project {
  // The first is public. Each has its modules once it was built (build/builder.h); until then they
  // are the files as they are.
  std::vector<WorkerSpec> workers;
  std::vector<BuildPlan> builds;  // as workers
  DevSettings dev;                // of the first configuration
  std::vector<ModuleRule> rules;  // likewise
  UnknownService unknown_service = UnknownService::kRefuse;
};

struct LoadedProject {
  Project project;  // complete only if ok()
  Diagnostics diagnostics;
  std::vector<std::string> notes;               // what was read besides: to be printed
  std::vector<WorkerExplanation> explanations;  // as project.workers
  std::vector<bool> sound;                      // likewise: whose own configuration has no error
  // What was looked at, there or not: when one of these paths changes, the project may be another.
  // For each configuration, as they were given; `explored` belongs to all of them.
  std::vector<config::FileUses> inputs;
  config::FileUses explored;

  bool ok() const { return !diagnostics.Has(Severity::kError); }
};

LoadedProject LoadProject(const ProjectOptions& options);

}  // namespace isolane::wrangler
