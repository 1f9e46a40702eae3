#include "vercel-compat/service.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/config/files.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/frameworks.h"
#include "vercel-compat/route_files.h"

namespace isolane::vercel {
namespace {

using config::KindOf;
using config::PathKind;

// The path without "." and ".." where it can be; ".." at its front stays.
std::string Normalized(const std::string& path) {
  std::string text = std::filesystem::path(path).lexically_normal().generic_string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text.empty() ? "." : text;
}

bool IsDockerfile(const std::string& entrypoint) {
  static constexpr std::string_view kNames[] = {"dockerfile", "containerfile", "dockerfile.vercel",
                                                "containerfile.vercel"};
  const std::string name = base::LowerCased(entrypoint.substr(entrypoint.rfind('/') + 1));
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// "module.sub:attribute" of Python: its file and attribute.
std::optional<std::pair<std::string, std::string>> ParseModuleAttribute(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  const auto is_name = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '.';
  };
  std::string file = text.substr(0, colon);
  std::string attribute = text.substr(colon + 1);
  if (!std::all_of(file.begin(), file.end(), is_name) ||
      !std::all_of(attribute.begin(), attribute.end(), is_name)) {
    return std::nullopt;
  }
  std::replace(file.begin(), file.end(), '.', '/');
  return std::pair(file + ".py", std::move(attribute));
}

class Resolver {
 public:
  Resolver(const ServiceConfig& config, const std::string& project)
      : config_(config), project_(project) {
    service_.config = config;
    service_.framework = config.framework.value_or("");
  }

  Result<Service> Resolve() {
    ISOLANE_TRY(CheckWords());
    ISOLANE_TRY(CheckRoot());
    if (config_.runtime == "container" ||
        (config_.entrypoint && IsDockerfile(*config_.entrypoint))) {
      ISOLANE_TRY(ResolveContainer());
      return std::move(service_);
    }
    ISOLANE_TRY(ResolveEntrypoint());
    ISOLANE_TRY(ResolveFramework());
    ISOLANE_TRY(ChooseHost());
    return std::move(service_);
  }

 private:
  Error Refused(std::string_view code, const std::string& text) const {
    return ConfigError(code, "Service \"" + config_.name + "\" " + text);
  }

  Status CheckWords() {
    service_.root = Normalized(config_.root);
    if (service_.root.starts_with('/')) {
      return Refused("INVALID_ROOT",
                     "has invalid \"root\" \"" + config_.root + "\". Must be a relative path.");
    }
    if (service_.root == ".." || service_.root.starts_with("../")) {
      return Refused("INVALID_ROOT", "has invalid \"root\" \"" + config_.root +
                                         "\". Must not escape the project root.");
    }
    if (config_.runtime && !IsRuntime(*config_.runtime)) {
      return Refused("INVALID_RUNTIME", "has invalid runtime \"" + *config_.runtime + "\".");
    }
    if (config_.framework && !IsFramework(*config_.framework)) {
      return Refused("INVALID_FRAMEWORK", "has invalid framework \"" + *config_.framework + "\".");
    }
    const std::string runtime = RuntimeOfFramework(service_.framework);
    if (config_.runtime && !runtime.empty() && runtime != *config_.runtime) {
      return Refused("RUNTIME_FRAMEWORK_MISMATCH",
                     "has conflicting runtime/framework: runtime \"" + *config_.runtime +
                         "\" is incompatible with framework \"" + service_.framework +
                         "\" (runtime \"" + runtime + "\").");
    }
    return Ok{};
  }

  Status CheckRoot() {
    service_.directory = service_.root == "." ? project_ : project_ + "/" + service_.root;
    const PathKind kind = KindOf(service_.directory);
    if (kind == PathKind::kMissing) {
      return Refused("ROOT_NOT_FOUND",
                     "has root \"" + service_.root + "\" but that directory does not exist.");
    }
    if (kind == PathKind::kFile) {
      return Refused("ROOT_NOT_DIRECTORY", "has root \"" + service_.root +
                                               "\" but that path is a file, not a directory.");
    }
    return Ok{};
  }

  Status ResolveContainer() {
    service_.host = ServiceHost::kContainer;
    service_.runtime = "container";
    if (config_.entrypoint) {
      if (!IsDockerfile(*config_.entrypoint)) {
        return ConfigError("INVALID_SERVICE_CONFIG",
                           "Container service \"" + config_.name +
                               "\" has invalid \"entrypoint\" \"" + *config_.entrypoint +
                               "\". It must name a Dockerfile or Containerfile.");
      }
      service_.entrypoint = Normalized(*config_.entrypoint);
      return Ok{};
    }
    for (const char* name :
         {"Dockerfile.vercel", "Containerfile.vercel", "Dockerfile", "Containerfile"}) {
      if (KindOf(service_.directory + "/" + name) != PathKind::kFile) continue;
      service_.entrypoint = name;
      return Ok{};
    }
    return ConfigError("MISSING_SERVICE_CONFIG",
                       "Container service \"" + config_.name +
                           "\" has no \"entrypoint\" and no Dockerfile.vercel, "
                           "Containerfile.vercel, Dockerfile, Containerfile was found in \"" +
                           service_.root + "\".");
  }

  Status ResolveEntrypoint() {
    if (!config_.entrypoint) return Ok{};
    std::string file = *config_.entrypoint;
    if (auto parsed = ParseModuleAttribute(file)) {
      file = parsed->first;
      service_.attribute = parsed->second;
    }
    file = Normalized(file);
    const bool outside = file.starts_with('/') || file == ".." || file.starts_with("../");
    const PathKind kind = outside ? PathKind::kMissing : KindOf(service_.directory + "/" + file);
    if (kind == PathKind::kMissing) {
      return Refused("ENTRYPOINT_NOT_FOUND", "has entrypoint \"" + *config_.entrypoint +
                                                 "\" but that path does not exist.");
    }
    if (kind == PathKind::kDirectory) {
      entry_directory_ = file;
    } else {
      service_.entrypoint = file;
    }
    return Ok{};
  }

  void InferRuntime() {
    service_.runtime = config_.runtime.value_or(RuntimeOfFramework(service_.framework));
    if (service_.runtime.empty()) service_.runtime = RuntimeOfFile(service_.entrypoint);
  }

  Status ResolveFramework() {
    InferRuntime();
    if (!config_.framework) {
      const std::string folder = entry_directory_.empty() || entry_directory_ == "."
                                     ? service_.directory
                                     : service_.directory + "/" + entry_directory_;
      const std::vector<std::string> found = DetectFrameworks(folder, service_.runtime);
      if (found.size() > 1) {
        std::string list;
        for (const std::string& slug : found) list += (list.empty() ? "" : ", ") + slug;
        return ConfigError("MULTIPLE_FRAMEWORKS_SERVICE",
                           "Multiple frameworks detected in " + service_.root + "/: " + list +
                               ". Specify \"framework\" explicitly in services.");
      }
      if (!found.empty()) service_.framework = found.front();
      InferRuntime();
    }
    if (!entry_directory_.empty() && service_.framework.empty()) {
      return Refused("MISSING_SERVICE_FRAMEWORK",
                     "uses directory entrypoint \"" + *config_.entrypoint +
                         "\" but no framework could be detected. Specify \"framework\" explicitly "
                         "or use a file entrypoint.");
    }
    const bool detected = !config_.framework && !service_.framework.empty();
    const std::string runtime = RuntimeOfFramework(service_.framework);
    // A command of its own says how to start it.
    if (detected && !runtime.empty() && service_.entrypoint.empty() && !config_.dev_command) {
      return Refused("MISSING_SERVICE_CONFIG",
                     "detected framework \"" + service_.framework + "\" in \"" + service_.root +
                         "\" and must specify an \"entrypoint\" for runtime \"" + runtime + "\".");
    }
    if (service_.framework.empty() && !service_.runtime.empty() && service_.entrypoint.empty() &&
        !config_.dev_command) {
      return Refused("MISSING_SERVICE_CONFIG",
                     "must specify an \"entrypoint\" for runtime \"" + service_.runtime + "\".");
    }
    return Ok{};
  }

  // Frameworks whose applications are an object with fetch().
  bool IsFetchFramework() const {
    return service_.framework.empty() || service_.framework == "hono" ||
           service_.framework == "h3" || service_.framework == "node";
  }

  Status ChooseHost() {
    if (service_.runtime == "node" && service_.entrypoint.empty() && !config_.dev_command) {
      service_.entrypoint = FindNodeEntry(service_.directory, service_.framework);
    }
    // A module of CommonJS is node's affair.
    const bool module = !service_.entrypoint.empty() && service_.runtime == "node" &&
                        !service_.entrypoint.ends_with(".cjs") &&
                        !service_.entrypoint.ends_with(".cts");
    if (module && IsFetchFramework()) {
      service_.host = ServiceHost::kIsolate;
      return Ok{};
    }
    const bool next = service_.framework == "nextjs";
    if (service_.entrypoint.empty() && service_.runtime.empty() && !config_.dev_command &&
        (service_.framework.empty() || next) &&
        !(next && IsInstalled(service_.directory, project_, "next"))) {
      service_.route_files = FindRouteFiles(service_.directory);
      if (!service_.route_files.empty()) {
        service_.host = ServiceHost::kIsolate;
        return Ok{};
      }
    }
    const bool plain =
        service_.framework.empty() && service_.runtime.empty() && !config_.dev_command;
    service_.host = plain ? ServiceHost::kFiles : ServiceHost::kChild;
    return Ok{};
  }

  const ServiceConfig& config_;
  const std::string& project_;
  std::string entry_directory_;  // the entrypoint, when it is a directory
  Service service_;
};

}  // namespace

Result<std::vector<Service>> ResolveServices(const VercelConfig& config,
                                             const std::string& project) {
  std::vector<Service> services;
  for (const ServiceConfig& one : config.services) {
    ISOLANE_ASSIGN(Service service, Resolver(one, project).Resolve());
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace isolane::vercel
