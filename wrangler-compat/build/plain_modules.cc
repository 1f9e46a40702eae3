#include "wrangler-compat/build/plain_modules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "wrangler-compat/build/bundle_flags.h"
#include "wrangler-compat/build/import_scanner.h"
#include "wrangler-compat/build/node_globals.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

enum class Answer { kScript, kFile, kPlatform, kUnclear };

bool IsScript(const std::string& path) { return path.ends_with(".js") || path.ends_with(".mjs"); }

bool IsFile(const std::string& path) { return KindOf(path) == PathKind::kFile; }

// The bundler would try these before ".js", so their presence changes what "./name" means.
bool IsClearlyScript(const std::string& bare) {
  if (KindOf(bare) != PathKind::kMissing || !IsFile(bare + ".js")) return false;
  return !IsFile(bare + ".tsx") && !IsFile(bare + ".ts") && !IsFile(bare + ".jsx");
}

// What an import of `specifier` in a module of `directory` means; sets its path.
Answer Look(const BuildPlan& plan, const std::string& directory, const std::string& specifier,
            std::string& path) {
  if (specifier.starts_with("cloudflare:")) return Answer::kPlatform;
  if (specifier == "node:async_hooks") {
    return NodeCompatOf(plan) == NodeCompat::kNone ? Answer::kUnclear : Answer::kPlatform;
  }
  if (!specifier.starts_with("./") && !specifier.starts_with("../")) return Answer::kUnclear;
  path = AbsolutePath(directory, specifier.substr(0, specifier.find('?')));
  if (specifier.find('?') == std::string::npos && IsClearlyScript(path)) {
    path += ".js";
    return Answer::kScript;
  }
  if (!IsFile(path)) return Answer::kUnclear;
  const std::string name = RelativePath(plan.files.root, path);
  const ModuleRule* rule = FindModuleRule(plan.files.rules, name);
  if (rule == nullptr && specifier.find('?') != std::string::npos) {
    rule = FindModuleRule(plan.files.rules, name + specifier.substr(specifier.find('?')));
  }
  if (plan.bundle && rule != FindImportRule(plan.files.rules, specifier)) return Answer::kUnclear;
  if (rule != nullptr && rule->type != "ESModule") {
    const bool served =
        rule->type == "Text" || rule->type == "Data" || rule->type == "CompiledWasm";
    return served && !rule->shadowed ? Answer::kFile : Answer::kUnclear;
  }
  return IsScript(path) && specifier.find('?') == std::string::npos ? Answer::kScript
                                                                    : Answer::kUnclear;
}

// Whether the main module may lack a class that bindings want of it.
bool MissesClasses(const BuildPlan& plan, const ModuleOutline& outline) {
  const auto is_missing = [&](const std::string& name) { return !Exports(outline, name); };
  return std::any_of(plan.durable_objects.begin(), plan.durable_objects.end(),
                     [&](const auto& object) { return is_missing(object.second); }) ||
         std::any_of(plan.workflows.begin(), plan.workflows.end(), is_missing);
}

}  // namespace

std::optional<std::vector<std::string>> FindPlainModules(const BuildPlan& plan) {
  if (!plan.alias.empty() || !plan.define.empty() || plan.minify || plan.find_additional_modules) {
    return std::nullopt;
  }
  std::vector<std::string> scripts = {AbsolutePath(plan.files.root, plan.files.main)};
  std::vector<std::string> others;
  if (!IsScript(scripts.front())) return std::nullopt;
  std::set<std::string> known = {scripts.front()};
  const auto add = [&known](std::vector<std::string>& paths, std::string path) {
    if (known.insert(path).second) paths.push_back(std::move(path));
  };
  for (size_t i = 0; i < scripts.size(); i++) {
    auto source = ReadFile(scripts[i]);
    if (!source.ok()) return std::nullopt;
    const auto outline = ScanModule(*source);
    if (!outline) return std::nullopt;
    // Variables of theirs are not plain; properties of the global object may be any.
    if (outline->names_global_object && NodeCompatOf(plan) == NodeCompat::kFull &&
        !NodeGlobalsIn(*source).empty()) {
      return std::nullopt;
    }
    // The bundler says what is missing.
    if (i == 0 && MissesClasses(plan, *outline)) return std::nullopt;
    if (i == 0 && !Exports(*outline, "default")) {
      if (plan.has_migrations) return std::nullopt;
      // A Service Worker script is one file; with exports it is the bundler's to decide.
      if (outline->has_exports ? outline->names_listener : !outline->imports.empty()) {
        return std::nullopt;
      }
    }
    const std::string directory = DirectoryOf(scripts[i]);
    for (const std::string& specifier : outline->imports) {
      std::string path;
      switch (Look(plan, directory, specifier, path)) {
        case Answer::kScript:
          add(scripts, std::move(path));
          break;
        case Answer::kFile:
          add(others, std::move(path));
          break;
        case Answer::kPlatform:
          break;
        case Answer::kUnclear:
          return std::nullopt;
      }
    }
  }
  scripts.insert(scripts.end(), others.begin(), others.end());
  return scripts;
}

}  // namespace isolane::wrangler
