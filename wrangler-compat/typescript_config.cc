#include "wrangler-compat/typescript_config.h"

#include <algorithm>
#include <cctype>

#include "runtime/base/ascii.h"
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
      config.lib->push_back(base::LowerCased(name.text));
    }
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
  const std::string ts = FindUpwards(directory, "tsconfig.json");
  const std::string js = FindUpwards(directory, "jsconfig.json");
  // The nearer one, which has the longer path.
  const bool is_js = DirectoryOf(js).size() > DirectoryOf(ts).size() && !js.empty();
  config.path = is_js || ts.empty() ? js : ts;
  if (config.path.empty()) return config;
  config.allow_js = config.path == js;
  Read(config.path, 0, config);
  return config;
}

bool IsPackageInstalled(const std::string& directory, const std::string& name) {
  return !FindUpwards(directory, "node_modules/" + name + "/package.json").empty();
}

}  // namespace isolane::wrangler
