#include "vercel-compat/service_worker.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "runtime/config/config_tree.h"
#include "runtime/config/files.h"
#include "vercel-compat/service_modules.h"

namespace isolane::vercel {
namespace {

// Names of our own modules, beside those of the service.
constexpr char kMainModule[] = "__isolane_service__.js";
constexpr char kEnvironmentModule[] = "__isolane_env__.js";
// What Web APIs are like is decided by isolane's version, not by a date in the project.
constexpr char kCompatibilityDate[] = "2026-11-01";

// Modules of the project by their path from its folder, so that a service may import what lies
// beside it.
class ServiceModules {
 public:
  ServiceModules(const Service& service, std::string prefix)
      : name_(service.config.name), prefix_(std::move(prefix)) {
    project_ = service.directory;
    if (service.root != ".") project_.resize(project_.size() - service.root.size() - 1);
    if (service.entrypoint.empty()) {
      main_ = RouteFilesModule(std::string("./") + kEnvironmentModule, "./", service.route_files);
    } else {
      main_ = EntryModule(std::string("./") + kEnvironmentModule, "./" + service.entrypoint, name_,
                          prefix_ + service.entrypoint);
    }
  }

  Result<ModuleSource> operator()(const std::string& name) const {
    ModuleSource source;
    if (name == prefix_ + kMainModule) {
      source.content = main_;
      return source;
    }
    if (name == prefix_ + kEnvironmentModule) {
      source.content = EnvironmentModule();
      return source;
    }
    std::string found = name;
    if (!IsFile(found)) found = Completed(name);
    if (found.empty()) {
      return Error{"Service \"" + name_ + "\": there is no module \"" + name + "\"", {}, {}, {}};
    }
    if (EndsWithAny(found, {".ts", ".mts", ".tsx", ".jsx", ".cjs", ".cts"})) {
      return Error{"Service \"" + name_ + "\": " + found +
                       " is no plain ES module, and isolane does not compile services yet",
                   {},
                   {},
                   {}};
    }
    if (found.ends_with(".json")) source.type = ModuleType::kJson;
    if (found.ends_with(".wasm")) source.type = ModuleType::kWasm;
    if (found.ends_with(".txt")) source.type = ModuleType::kText;
    if (found != name) source.name = found;
    ISOLANE_ASSIGN(source.content, config::ReadFile(project_ + "/" + found));
    return source;
  }

 private:
  static bool EndsWithAny(std::string_view name, std::initializer_list<const char*> ends) {
    for (const char* end : ends) {
      if (name.ends_with(end)) return true;
    }
    return false;
  }

  bool IsFile(const std::string& name) const {
    return config::KindOf(project_ + "/" + name) == config::PathKind::kFile;
  }

  // The file that the abbreviation `name` stands for; empty: none.
  std::string Completed(const std::string& name) const {
    for (const char* end :
         {".js", ".mjs", ".ts", ".json", "/index.js", "/index.mjs", "/index.ts"}) {
      if (IsFile(name + end)) return name + end;
    }
    return {};
  }

  std::string name_;
  std::string project_;
  std::string prefix_;  // "services/api/", or empty
  std::string main_;
};

}  // namespace

WorkerSpec MakeServiceWorker(const Service& service,
                             const std::map<std::string, std::string>& variables,
                             const std::string& config_path) {
  WorkerSpec spec;
  spec.name = service.config.name;
  const std::string prefix = service.root == "." ? "" : service.root + "/";
  spec.main_module = prefix + kMainModule;
  spec.modules = ServiceModules(service, prefix);
  spec.compatibility_date = kCompatibilityDate;
  spec.compatibility_flags = {"nodejs_als"};
  spec.config_path = config_path;
  for (const auto& [name, value] : variables) {
    const auto is_bound = [&name = name](const UrlBinding& binding) { return binding.env == name; };
    const auto& bindings = service.config.bindings;
    if (std::any_of(bindings.begin(), bindings.end(), is_bound)) continue;
    BindingSpec binding;
    binding.name = name;
    binding.value = VarBinding{config::JsonQuote(value), true};
    spec.bindings.push_back(std::move(binding));
  }
  return spec;
}

}  // namespace isolane::vercel
