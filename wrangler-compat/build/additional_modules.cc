#include "wrangler-compat/build/additional_modules.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "wrangler-compat/files.h"
#include "wrangler-compat/source_map_file.h"

namespace isolane::wrangler {
namespace {

namespace fs = std::filesystem;

const char* TypeText(ModuleType type) {
  switch (type) {
    case ModuleType::kEsModule:
      return "esm";
    case ModuleType::kText:
      return "text";
    case ModuleType::kData:
      return "buffer";
    case ModuleType::kJson:
      return "json";
    case ModuleType::kWasm:
      return "compiled-wasm";
    case ModuleType::kCommonJs:
      return "commonjs";
  }
  return "";
}

std::string Kibibytes(size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f KiB", static_cast<double>(bytes) / 1024);
  return text;
}

// What holds no modules of anybody's, and may be large.
bool IsSkipped(const std::string& name) {
  return name == "node_modules" || name == ".git" || name == ".wrangler" || name == ".isolane";
}

void Walk(const BuildPlan& plan, const std::string& directory, AdditionalModules& found) {
  found.directories.push_back(directory);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string path = entry.path().string();
    if (entry.is_directory(error)) {
      // A link may lead back up.
      const bool skipped = entry.is_symlink(error) || IsSkipped(entry.path().filename().string());
      if (!skipped) Walk(plan, path, found);
      continue;
    }
    const std::string name = RelativePath(plan.files.root, path);
    if (name == plan.files.main || path == plan.config_path) continue;
    const ModuleRule* rule = FindModuleRule(plan.files.rules, name);
    if (rule == nullptr || rule->shadowed) continue;
    auto type = ClassifyModule(plan.files, name);
    auto content = type.ok() ? ReadFile(path) : Result<std::string>(type.error());
    if (content.ok()) {
      ModuleSource source{*type, std::move(*content), name};
      if (*type == ModuleType::kEsModule || *type == ModuleType::kCommonJs) {
        source.source_map = FindSourceMap(plan.files, name, source.content);
      }
      found.modules[name] = std::move(source);
    } else {
      found.warnings.push_back(content.error().ToString() + "\nImports of it will fail.");
    }
  }
}

}  // namespace

AdditionalModules FindAdditionalModules(const BuildPlan& plan) {
  AdditionalModules found;
  Walk(plan, plan.files.root, found);
  return found;
}

bool ConcernsAdditionalModules(const BuildPlan& plan, const std::string& path) {
  // A directory, or one that is gone, may have held some.
  return FindModuleRule(plan.files.rules, RelativePath(plan.files.root, path)) != nullptr ||
         KindOf(path) != PathKind::kFile;
}

std::string DescribeModules(const AdditionalModules& modules) {
  if (modules.modules.empty()) return {};
  struct Row {
    std::string name, type, size;
  };
  std::vector<Row> rows = {{"Name", "Type", "Size"}};
  size_t total = 0;
  for (const auto& [name, source] : modules.modules) {
    rows.push_back({name, TypeText(source.type), Kibibytes(source.content.size())});
    total += source.content.size();
  }
  const size_t count = modules.modules.size();
  rows.push_back({"Total (" + std::to_string(count) + (count == 1 ? " module)" : " modules)"), "",
                  Kibibytes(total)});
  size_t name_width = 0;
  size_t type_width = 0;
  for (const Row& row : rows) {
    name_width = std::max(name_width, row.name.size());
    type_width = std::max(type_width, row.type.size());
  }
  std::string text = "Attaching additional modules:";
  for (const Row& row : rows) {
    text += "\n  " + row.name + std::string(name_width + 2 - row.name.size(), ' ') + row.type +
            std::string(type_width + 2 - row.type.size(), ' ') + row.size;
  }
  return text;
}

}  // namespace isolane::wrangler
