// The keys that say how a Worker's modules are built.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wrangler-compat/config_section.h"

namespace isolane::wrangler {

// As written; paths are relative to the configuration, `command_cwd` to where isolane was started.
struct BuildConfig {
  std::string command;
  std::string command_cwd;
  std::vector<std::string> watch_dirs;
  bool no_bundle = false;
  std::optional<bool> find_additional_modules;
  bool preserve_file_names = false;
  bool minify = false;
  std::optional<bool> keep_names;
  std::string tsconfig;
  std::string jsx_factory;
  std::string jsx_fragment;
  std::vector<std::pair<std::string, std::string>> alias;
  std::vector<std::pair<std::string, std::string>> define;
};

// Wrong types are reported by CheckOtherKeys or here; such a key counts as absent.
BuildConfig ReadBuildConfig(ConfigSection& section);

}  // namespace isolane::wrangler
