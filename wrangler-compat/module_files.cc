#include "wrangler-compat/module_files.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "wrangler-compat/files.h"
#include "wrangler-compat/source_map_file.h"

namespace isolane::wrangler {
namespace {

Error Refused(std::string message, std::string hint) {
  return Error{.message = std::move(message), .hint = std::move(hint), .where = {}, .excerpt = {}};
}

std::string WithoutQuery(const std::string& name) { return name.substr(0, name.find('?')); }

// ".js" of "lib/a.b.js"; empty without one.
std::string Extension(const std::string& path) {
  const size_t slash = path.rfind('/');
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
  return path.substr(dot);
}

std::string BundleHint(const ModuleFiles& files) {
  return "Leave out no_bundle (--no-bundle) for " + files.display + files.main +
         ", so that isolane bundles it.";
}

Error TypeScriptRefused(const ModuleFiles& files, const std::string& path) {
  return Refused("TypeScript needs the bundler: " + files.display + path, BundleHint(files));
}

bool IsTypeScript(const std::string& extension) {
  return extension == ".ts" || extension == ".tsx" || extension == ".jsx" || extension == ".mts" ||
         extension == ".cts";
}

// `rules` with one rule more, in the language of the configuration.
std::string RuleToAdd(const ModuleFiles& files, const std::string& type, const std::string& glob) {
  const std::string globs = "[" + JsonQuote(glob) + "]";
  if (files.format == ConfigFormat::kToml) {
    return "rules = [ { type = " + JsonQuote(type) + ", globs = " + globs +
           ", fallthrough = true } ]";
  }
  return "\"rules\": [{ \"type\": " + JsonQuote(type) + ", \"globs\": " + globs +
         ", \"fallthrough\": true }]";
}

Error CommonJsRefused(const ModuleFiles& files, const std::string& path) {
  return Refused(
      "Without the bundler it takes a rule to load CommonJS: " + files.display + path,
      "Add a rule: " + RuleToAdd(files, "CommonJS", "**/*.cjs") + "\nOr: " + BundleHint(files));
}

// The name of the package a bare import asks for: "hono" of "hono/jwt", "@a/b" of "@a/b/c".
std::string PackageOf(const std::string& name) {
  size_t end = name.find('/');
  if (name.starts_with('@') && end != std::string::npos) end = name.find('/', end + 1);
  return name.substr(0, end);
}

bool IsInstalled(const ModuleFiles& files, const std::string& package) {
  for (std::string directory = files.root;; directory = DirectoryOf(directory)) {
    if (KindOf(directory + "/node_modules/" + package) != PathKind::kMissing) return true;
    if (directory == "/" || directory == ".") return false;
  }
}

Error PackageRefused(const ModuleFiles& files, const std::string& name) {
  return Refused("Bare import \"" + name + "\": npm packages need the bundler", BundleHint(files));
}

Error NotFound(const ModuleFiles& files, const std::string& name, const std::string& path) {
  const bool climbs = path.starts_with("../");
  if (!climbs && (path.starts_with('@') || IsInstalled(files, PackageOf(path)))) {
    return PackageRefused(files, name);
  }
  const std::string shown = files.display + path;
  const bool bare = Extension(path).empty();
  std::string hint;
  if (bare && !climbs) {
    hint = "If \"" + PackageOf(path) + "\" is an npm package: packages need the bundler. " +
           BundleHint(files);
  }
  return Refused(
      "Module \"" + name + "\" not found: " + shown + (bare ? ".js" : "") + " does not exist",
      std::move(hint));
}

// The path, relative to the root, of the file that `path` means; none when there is no such file.
std::optional<std::string> Resolve(const ModuleFiles& files, const std::string& path) {
  static constexpr const char* kEndings[] = {
      "", ".js", ".mjs", ".json", ".ts", ".tsx", ".jsx", "/index.js", "/index.mjs", "/index.ts"};
  for (const char* ending : kEndings) {
    std::string candidate = path + ending;
    if (KindOf(AbsolutePath(files.root, candidate)) == PathKind::kFile) return candidate;
  }
  return std::nullopt;
}

Result<ModuleType> TypeOfRule(const ModuleFiles& files, const ModuleRule& rule,
                              const std::string& path) {
  if (rule.shadowed) {
    return Refused("The file " + files.display + path +
                       " matched a module rule in your "
                       "configuration (" +
                       rule.json +
                       "), but was ignored because a previous rule with "
                       "the same type was not marked as `fallthrough = true`.",
                   {});
  }
  if (rule.type == "ESModule") return ModuleType::kEsModule;
  if (rule.type == "Text") return ModuleType::kText;
  if (rule.type == "Data") return ModuleType::kData;
  if (rule.type == "CompiledWasm") return ModuleType::kWasm;
  if (rule.type == "CommonJS") return ModuleType::kCommonJs;
  return Refused("Modules of type " + rule.type + " are not supported: " + files.display + path,
                 {});
}

Result<ModuleSource> Load(const ModuleFiles& files, const std::string& name) {
  if (name.starts_with("node:")) {
    return Refused("Import \"" + name + "\": the modules of Node.js need the bundler",
                   BundleHint(files));
  }
  if (name.starts_with("cloudflare:")) {
    return Refused("Import \"" + name + "\": there is no such module", {});
  }
  if (name.find("://") != std::string::npos || name.starts_with("data:")) {
    return Refused("Import \"" + name + "\": modules cannot be loaded from URLs",
                   "Download the module and import the file.");
  }
  const std::string path = WithoutQuery(name);
  const auto found = Resolve(files, path);
  if (!found) return NotFound(files, name, path);
  if (files.alone && *found != files.main) {
    return Refused("Module \"" + name +
                       "\" is not attached, because find_additional_modules is false: " +
                       files.display + *found,
                   "Leave out find_additional_modules. Or: " + BundleHint(files));
  }

  // A rule may speak of the query ("**/*.wasm?module"); the extension never does.
  const std::string query = name.substr(path.size());
  ISOLANE_ASSIGN(const ModuleType type, ClassifyModule(files, *found + query));
  ISOLANE_ASSIGN(std::string content, ReadFile(AbsolutePath(files.root, *found)));
  const bool text = type != ModuleType::kData && type != ModuleType::kWasm;
  if (text && content.starts_with("\xEF\xBB\xBF")) content.erase(0, 3);
  ModuleSource source{type, std::move(content), *found + query};
  if (type == ModuleType::kEsModule || type == ModuleType::kCommonJs) {
    source.source_map = FindSourceMap(files, *found, source.content);
  }
  return source;
}

}  // namespace

std::string DisplayOf(const std::string& cwd, const std::string& root) {
  const std::string display = RelativePath(cwd, root) + "/";
  if (display == "./") return {};
  return display.starts_with("../../../") ? root + "/" : display;
}

bool IsScriptName(std::string_view name) {
  static constexpr const char* kEndings[] = {".js", ".mjs", ".cjs", ".jsx",
                                             ".ts", ".mts", ".cts", ".tsx"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](const char* ending) { return name.ends_with(ending); });
}

Result<ModuleType> ClassifyModule(const ModuleFiles& files, const std::string& name) {
  const std::string path = WithoutQuery(name);
  const ModuleRule* rule = FindModuleRule(files.rules, path);
  if (rule == nullptr && path.size() < name.size()) rule = FindModuleRule(files.rules, name);
  if (rule != nullptr) return TypeOfRule(files, *rule, path);

  const std::string extension = Extension(path);
  if (extension == ".js" || extension == ".mjs") return ModuleType::kEsModule;
  if (extension == ".json") return ModuleType::kJson;
  if (extension == ".cjs") return CommonJsRefused(files, path);
  if (IsTypeScript(extension)) return TypeScriptRefused(files, path);
  if (extension == ".py") {
    return Refused("Python Workers are not supported: " + files.display + path, {});
  }
  const std::string kind =
      extension.empty() ? "files without extension" : "\"" + extension + "\" files";
  const std::string glob = extension.empty() ? path : "**/*" + extension;
  return Refused("No module type is known for " + kind + ": " + files.display + path,
                 "Add a rule: " + RuleToAdd(files, "Text", glob));
}

ModuleLoader MakeModuleLoader(ModuleFiles files) {
  return [files = std::move(files)](const std::string& name) { return Load(files, name); };
}

}  // namespace isolane::wrangler
