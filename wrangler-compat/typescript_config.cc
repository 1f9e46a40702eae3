#include "wrangler-compat/typescript_config.h"

#include <algorithm>
#include <cctype>

#include "runtime/config/json_reader.h"
#include "wrangler-compat/config_tree.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

constexpr int kMostExtends = 16;

void Read(const std::string& path, int depth, TypeScriptConfig& config) {
  auto source = ReadFile(path);
  if (!source.ok()) return;
  const auto root = config::ReadJson(*source, path);
  if (!root.ok()) return;
  const ConfigMember* extends = root.value().Find("extends");
  if (extends != nullptr && depth < kMostExtends) {
    std::vector<ConfigNode> bases = extends->value.items;
    if (extends->value.IsString()) bases = {extends->value};
    for (const ConfigNode& base : bases) {
      // A package's says nothing about this project.
      if (!base.text.starts_with('.') && !base.text.starts_with('/')) continue;
      std::string file = AbsolutePath(DirectoryOf(path), base.text);
      if (KindOf(file) != PathKind::kFile) file += ".json";
      Read(file, depth + 1, config);
    }
  }
  const ConfigMember* options = root.value().Find("compilerOptions");
  if (options == nullptr) return;
  const ConfigMember* check = options->value.Find("checkJs");
  if (check != nullptr && check->value.IsBoolean()) config.allow_js = check->value.boolean;
  const ConfigMember* allow = options->value.Find("allowJs");
  if (allow != nullptr && allow->value.IsBoolean()) config.allow_js = allow->value.boolean;
  if (const ConfigMember* lib = options->value.Find("lib")) {
    config.lib.emplace();
    for (const ConfigNode& name : lib->value.items) {
      std::string lower = name.text;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      config.lib->push_back(std::move(lower));
    }
  }
}

// Calls test(directory) for `directory` and those above, until it is true.
template <typename Test>
bool FindUpwards(std::string directory, Test&& test) {
  while (true) {
    if (test(directory)) return true;
    const std::string above = DirectoryOf(directory);
    if (above == directory) return false;
    directory = above;
  }
}

}  // namespace

bool TypeScriptConfig::HasLib(const std::string& name) const {
  return lib.has_value() && std::any_of(lib->begin(), lib->end(), [&](const std::string& one) {
           return one == name || one.starts_with(name + ".");
         });
}

TypeScriptConfig FindTypeScriptConfig(const std::string& directory) {
  TypeScriptConfig config;
  FindUpwards(directory, [&config](const std::string& here) {
    for (const char* name : {"/tsconfig.json", "/jsconfig.json"}) {
      if (KindOf(here + name) != PathKind::kFile) continue;
      config.path = here + name;
      config.allow_js = name[1] == 'j';
      Read(here + name, 0, config);
      return true;
    }
    return false;
  });
  return config;
}

bool IsPackageInstalled(const std::string& directory, const std::string& name) {
  return FindUpwards(directory, [&name](const std::string& here) {
    return KindOf(here + "/node_modules/" + name + "/package.json") == PathKind::kFile;
  });
}

}  // namespace isolane::wrangler
