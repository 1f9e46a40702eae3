// How the modules of one Worker come about: everything of its configuration that the build needs.
//
// Thread: any. Plain data; paths are absolute unless said otherwise.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wrangler-compat/module_files.h"

namespace isolane::wrangler {

// `[build]`: a command of the user's that writes the main module.
struct CustomBuild {
  std::string command;                  // for the shell; empty: there is none
  std::string cwd;                      // where it runs
  std::vector<std::string> watch_dirs;  // a change below one of them runs it again

  // Whether a change of `path` runs it again.
  bool Watches(const std::string& path) const;

  bool operator==(const CustomBuild&) const = default;
};

enum class BuildTarget { kDevelopment, kProduction };

struct BuildPlan {
  std::string worker;        // for messages, and what tells one build from another
  std::string cwd;           // messages show paths relative to it
  std::string project_root;  // the directory of the configuration
  std::string config_path;   // empty: there is none
  // Without a main module the Worker is nothing but assets; its custom build runs.
  ModuleFiles files;
  CustomBuild custom;

  // False: the modules are served as they are.
  bool bundle = true;
  bool find_additional_modules = false;
  bool preserve_file_names = false;
  bool minify = false;
  bool keep_names = true;
  std::string tsconfig;  // empty: the nearest of each file
  std::string jsx_factory;
  std::string jsx_fragment;
  std::vector<std::pair<std::string, std::string>> alias;
  std::vector<std::pair<std::string, std::string>> define;

  // Classes of Durable Objects that bindings want the main module to export: binding, class.
  std::vector<std::pair<std::string, std::string>> durable_objects;
  std::vector<std::string> workflows;  // and classes of Workflows
  bool has_migrations = false;         // which a Service Worker must not have
  std::string compatibility_date;
  std::vector<std::string> compatibility_flags;
  BuildTarget target = BuildTarget::kDevelopment;

  bool operator==(const BuildPlan&) const = default;
};

// The main module as the configuration names it, absolute; empty: none.
std::string MainPathOf(const BuildPlan& plan);
// Whether the compatibility flag is set.
bool HasFlag(const BuildPlan& plan, const std::string& flag);

}  // namespace isolane::wrangler
