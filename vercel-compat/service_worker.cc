#include "vercel-compat/service_worker.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
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

// Our two modules before those of the service.
class ServiceModules {
 public:
  ServiceModules(const Service& service, const WorkerSpec& built) : inner_(built.modules) {
    const std::string environment = std::string("./") + kEnvironmentModule;
    const std::string entry = "./" + built.main_module;
    if (service.entrypoint.empty()) {
      main_ = RouteFilesModule(environment, entry);
      return;
    }
    const std::string file =
        service.root == "." ? service.entrypoint : service.root + "/" + service.entrypoint;
    main_ = EntryModule(environment, entry, service.config.name, file);
  }

  Result<ModuleSource> operator()(const std::string& name) const {
    ModuleSource source;
    if (name == kMainModule) {
      source.content = main_;
    } else if (name == kEnvironmentModule) {
      source.content = EnvironmentModule();
    } else {
      return inner_(name);
    }
    return source;
  }

 private:
  ModuleLoader inner_;
  std::string main_;
};

Error CannotWrite(const std::string& path, const std::string& reason) {
  return Error{"Cannot write " + path + ": " + reason, {}, {}, {}};
}

}  // namespace

Result<ServiceEntry> EntryOf(const Service& service, const std::string& project) {
  if (!service.entrypoint.empty()) return ServiceEntry{service.directory, service.entrypoint};
  ServiceEntry entry;
  entry.root = project + "/.vercel/isolane";
  entry.file = service.config.name + "-routes.js";
  std::error_code error;
  std::filesystem::create_directories(entry.root, error);
  if (error) return CannotWrite(entry.root, error.message());
  const std::string path = entry.root + "/" + entry.file;
  const std::string text = RouteFilesEntry(service.directory, service.route_files);
  // Whoever watches it would build again.
  if (auto known = config::ReadFile(path); known.ok() && *known == text) return entry;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return CannotWrite(path, std::strerror(errno));
  return entry;
}

void CompleteServiceWorker(const Service& service, WorkerSpec& worker) {
  worker.modules = ServiceModules(service, worker);
  worker.main_module = kMainModule;
}

WorkerSpec MakeServiceWorker(const Service& service,
                             const std::map<std::string, std::string>& variables,
                             const std::string& config_path) {
  WorkerSpec spec;
  spec.name = service.config.name;
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
  for (const UrlBinding& bound : service.config.bindings) {
    BindingSpec binding;
    binding.name = bound.env;
    binding.value = OriginBinding{bound.service};
    binding.where = config_path;
    spec.bindings.push_back(std::move(binding));
  }
  return spec;
}

}  // namespace isolane::vercel
