#include "wrangler-compat/worker_types.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "runtime/config/json_reader.h"
#include "wrangler-compat/binding_text.h"
#include "wrangler-compat/config_section.h"
#include "wrangler-compat/files.h"
#include "wrangler-compat/module_exports.h"
#include "wrangler-compat/typescript_config.h"

namespace isolane::wrangler {
namespace {

constexpr char kFileName[] = "worker-configuration.d.ts";
constexpr char kPlatformFileName[] = "worker-runtime.d.ts";
constexpr char kPlatformPackage[] = "@cloudflare/workers-types";

// The type of a binding by what it is called in the table at start.
struct ResourceType {
  std::string_view resource;
  std::string_view type;
};
constexpr ResourceType kTypes[] = {
    {"KV Namespace", "KVNamespace"},
    {"D1 Database", "D1Database"},
    {"R2 Bucket", "R2Bucket"},
    {"Queue", "Queue"},
    {"Assets", "Fetcher"},
    {"Rate Limit", "RateLimit"},
    {"Worker Version Metadata", "WorkerVersionMetadata"},
    {"Analytics Engine Dataset", "AnalyticsEngineDataset"},
    {"Hyperdrive Config", "Hyperdrive"},
    {"Secrets Store Secret", "SecretsStoreSecret"},
    {"Send Email", "SendEmail"},
    {"Worker Loader", "WorkerLoader"},
    {"Browser Run", "Fetcher"},
    {"mTLS Certificate", "Fetcher"},
    {"Wasm Module", "WebAssembly.Module"},
    {"Text Blob", "string"},
    {"Data Blob", "ArrayBuffer"},
};

std::string PropertyOf(const std::string& name) {
  return IsIdentifier(name) ? name : JsonQuote(name);
}

// Inside of a comment.
std::string CommentOf(std::string text) {
  for (size_t at = text.find("*/"); at != std::string::npos; at = text.find("*/", at)) {
    text.replace(at, 2, "* /");
  }
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

// The type of a JSON value, without what it is.
std::string WideTypeOf(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigKind::kNull:
      return "null";
    case ConfigKind::kBoolean:
      return "boolean";
    case ConfigKind::kInteger:
    case ConfigKind::kFloat:
      return "number";
    case ConfigKind::kString:
    case ConfigKind::kDate:
      return "string";
    case ConfigKind::kArray: {
      std::set<std::string> types;
      for (const ConfigNode& item : node.items) types.insert(WideTypeOf(item));
      std::string all;
      for (const std::string& type : types) all += (all.empty() ? "" : " | ") + type;
      return "(" + (all.empty() ? "unknown" : all) + ")[]";
    }
    case ConfigKind::kObject: {
      std::string members;
      for (const ConfigMember& member : node.members) {
        members += " " + PropertyOf(member.key) + ": " + WideTypeOf(member.value) + ";";
      }
      return "{" + members + " }";
    }
  }
  return "unknown";
}

// How a declaration in `directory` imports `main`.
std::string ImportOf(const std::string& directory, const std::string& main) {
  std::string path = RelativePath(directory, main);
  if (!path.starts_with('.')) path.insert(0, "./");
  constexpr std::pair<std::string_view, std::string_view> kExtensions[] = {
      {".tsx", ""}, {".ts", ""}, {".mts", ".mjs"}, {".cts", ".cjs"}};
  for (const auto& [extension, imported] : kExtensions) {
    if (!path.ends_with(extension)) continue;
    path.replace(path.size() - extension.size(), extension.size(), imported);
    break;
  }
  return JsonQuote(path);
}

bool IsTypeScript(const std::string& main) {
  return main.ends_with(".ts") || main.ends_with(".tsx") || main.ends_with(".mts") ||
         main.ends_with(".cts");
}

// What is known of a Worker, apart from its spec.
struct Typed {
  const WorkerSpec* spec = nullptr;
  std::string main;       // absolute; empty: none
  std::string directory;  // where its declarations are
  std::string file;
  std::string interface;
  ModuleExports exports;
  TypeScriptConfig config;
  bool needs_platform = false;
};

class Generator {
 public:
  Generator(const LoadedProject& loaded, const TypesRequest& request)
      : loaded_(loaded), request_(request) {}

  GeneratedTypes Generate() {
    Prepare();
    if (workers_.empty()) return {};
    const bool platform = std::any_of(workers_.begin(), workers_.end(),
                                      [](const Typed& one) { return one.needs_platform; });
    const std::string platform_file = workers_.front().directory + "/" + kPlatformFileName;
    for (const Typed& worker : workers_) {
      out_.files.push_back({worker.file, FileOf(worker, platform_file)});
    }
    if (platform) {
      out_.files.push_back({platform_file, std::string("/* eslint-disable */\n") + kPlatformTypes});
    }
    return std::move(out_);
  }

 private:
  void Prepare() {
    std::set<std::string> names;
    for (size_t i = 0; i < loaded_.project.workers.size(); i++) {
      Typed worker;
      worker.spec = &loaded_.project.workers[i];
      if (i < loaded_.project.builds.size()) worker.main = MainPathOf(loaded_.project.builds[i]);
      const std::string& config = worker.spec->config_path;
      worker.directory = config.empty() ? request_.cwd : DirectoryOf(config);
      worker.file = worker.directory + "/" + kFileName;
      if (i == 0 && !request_.path.empty()) {
        worker.file = AbsolutePath(request_.cwd, request_.path);
        worker.directory = DirectoryOf(worker.file);
      }
      const std::string name = EnvInterfaceOf(worker.spec->name);
      worker.interface = name;
      for (int n = 2; !names.insert(worker.interface).second; n++) {
        worker.interface = name + std::to_string(n);
      }
      worker.exports.complete = false;
      if (auto source = ReadFile(worker.main); !worker.main.empty() && source.ok()) {
        worker.exports = ScanExports(*source);
      }
      worker.config = FindTypeScriptConfig(worker.directory);
      worker.needs_platform = request_.include_runtime.value_or(
          !IsPackageInstalled(worker.directory, kPlatformPackage));
      workers_.push_back(std::move(worker));
    }
  }

  std::string FileOf(const Typed& worker, const std::string& platform_file) {
    std::string out = "/* eslint-disable */\n// Written by `isolane types`. Do not edit.\n";
    if (worker.needs_platform) {
      // Without any library of Web APIs the platform's own types have nothing to build on.
      const TypeScriptConfig& config = worker.config;
      if (config.lib && !config.HasLib("dom") && !config.HasLib("webworker")) {
        out += "/// <reference lib=\"webworker\" />\n";
      }
      std::string path = RelativePath(worker.directory, platform_file);
      if (!path.starts_with('.')) path.insert(0, "./");
      out += "/// <reference path=" + JsonQuote(path) + " />\n";
    }
    if (!request_.include_env) return out;
    for (const Typed& one : workers_) {
      out += "\n";
      if (&one != &worker) out += "// Of the Worker " + CommentOf(one.spec->name) + ".\n";
      out += "interface " + one.interface + " {\n";
      for (const BindingSpec& binding : one.spec->bindings) {
        const bool own = &one == &worker;
        out += "  " + PropertyOf(binding.name) + ": " + TypeOf(one, binding, worker, own) + ";\n";
      }
      out += "}\n";
    }
    out += "\ndeclare namespace Cloudflare {\n" + GlobalPropsOf(worker) +
           "  interface Env extends " + worker.interface + " {}\n}\n";
    if (request_.env_interface != worker.interface) {
      out += "interface " + request_.env_interface + " extends Cloudflare.Env {}\n";
    }
    return out;
  }

  std::string GlobalPropsOf(const Typed& worker) const {
    if (worker.exports.names.empty() || !CanImport(worker, worker)) return {};
    // Of one program for several Workers there is one main module.
    for (const Typed& one : workers_) {
      if (&one == &worker) break;
      if (!one.config.path.empty() && one.config.path == worker.config.path) return {};
    }
    std::string objects;
    for (const ModuleExport& one : worker.exports.names) {
      if (one.base != "DurableObject") continue;
      objects += (objects.empty() ? "" : " | ") + JsonQuote(one.name);
    }
    std::string out = "  interface GlobalProps {\n    mainModule: typeof import(" +
                      ImportOf(worker.directory, worker.main) + ");\n";
    if (!objects.empty()) out += "    durableNamespaces: " + objects + ";\n";
    return out + "  }\n";
  }

  // Whether a program that `from` belongs to reads the main module of `target`.
  static bool CanImport(const Typed& target, const Typed& from) {
    return !target.main.empty() && (IsTypeScript(target.main) || from.config.allow_js);
  }

  // `binding` of `owner`, as the file of `file` says it. `own`: warn of what is wrong.
  std::string TypeOf(const Typed& owner, const BindingSpec& binding, const Typed& file, bool own) {
    if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
      const std::string entrypoint = service->entrypoint.empty() ? "default" : service->entrypoint;
      const std::string type =
          ImportedType(owner, binding, file, service->service, entrypoint, own);
      if (type.starts_with("/*")) return "Fetcher " + type;
      return "Service<typeof " + type + ">";
    }
    if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
      const std::string script = objects->script.empty() ? owner.spec->name : objects->script;
      const std::string type = ImportedType(owner, binding, file, script, objects->class_name, own);
      if (type.starts_with("/*")) return "DurableObjectNamespace " + type;
      return "DurableObjectNamespace<" + type + ">";
    }
    if (const auto* workflow = std::get_if<WorkflowBinding>(&binding.value)) {
      const std::string script = workflow->script.empty() ? owner.spec->name : workflow->script;
      const std::string type =
          ImportedType(owner, binding, file, script, workflow->class_name, own);
      if (type.starts_with("/*")) return "Workflow " + type;
      return "Workflow<Parameters<" + type + "['run']>[0]['payload']>";
    }
    if (const auto* var = std::get_if<VarBinding>(&binding.value)) {
      if (var->hidden) return "string";
      // JSON is a literal type as it stands.
      if (request_.strict_vars) return var->json;
      const auto node = config::ReadJson(var->json, {});
      return node.ok() ? WideTypeOf(node.value()) : "unknown";
    }
    const std::string resource = DescribeBinding(binding).resource;
    for (const ResourceType& known : kTypes) {
      if (known.resource == resource) return std::string(known.type);
    }
    return "any /* " + CommentOf(resource) + " */";
  }

  // import("../auth/src/index").Admin, or a comment that says why there is none.
  std::string ImportedType(const Typed& owner, const BindingSpec& binding, const Typed& file,
                           const std::string& worker, const std::string& name, bool own) {
    const auto target = std::find_if(workers_.begin(), workers_.end(),
                                     [&](const Typed& one) { return one.spec->name == worker; });
    std::string problem;
    if (target == workers_.end()) {
      problem = "no such Worker among these configurations";
    } else if (!CanImport(*target, file)) {
      problem = "JavaScript: allowJs in tsconfig.json lets it be typed";
    } else if (target->exports.names.empty()) {
      problem = "no module with exports";
    } else if (target->exports.complete && target->exports.Find(name) == nullptr) {
      problem = "its main module has no export of this name";
    }
    if (problem.empty()) {
      // `default` is a name here like any other.
      return "import(" + ImportOf(file.directory, target->main) + ")." + name;
    }
    const std::string reference = worker + (name == "default" ? "" : "#" + name);
    if (own) {
      out_.warnings.push_back(owner.spec->name + ": env." + binding.name + " (" + reference +
                              ") has no type of its own: " + problem + ". " + binding.where + ".");
    }
    return "/* " + CommentOf(reference + ": " + problem) + " */";
  }

  const LoadedProject& loaded_;
  const TypesRequest& request_;
  std::vector<Typed> workers_;
  GeneratedTypes out_;
};

}  // namespace

std::string EnvInterfaceOf(const std::string& worker) {
  std::string name;
  bool upper = true;
  for (const char c : worker) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name.insert(0, "Worker");
  return name + "Env";
}

GeneratedTypes GenerateTypes(const LoadedProject& loaded, const TypesRequest& request) {
  return Generator(loaded, request).Generate();
}

}  // namespace isolane::wrangler
