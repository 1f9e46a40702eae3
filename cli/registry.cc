#include "cli/registry.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "runtime/worker/peers/registry.h"

namespace isolane::cli {

namespace {

// Registers nothing, so its name is nobody's business.
constexpr char kReader[] = "reader";

}  // namespace

std::string RegistryDirectory(const CliOptions& options,
                              const wrangler::ProcessVariables& variables) {
  if (options.command != Command::kDev) return {};
  const auto value = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  if (variables.contains("ISOLANE_REGISTRY_PATH")) return value("ISOLANE_REGISTRY_PATH");
  // Wrangler's own files are beside it: it speaks another protocol.
  for (const char* name : {"WRANGLER_REGISTRY_PATH", "MINIFLARE_REGISTRY_PATH"}) {
    if (const std::string path = value(name); !path.empty()) return path + "/isolane";
  }
  if (const std::string path = value("XDG_RUNTIME_DIR"); !path.empty()) return path + "/isolane";
  if (const std::string path = value("HOME"); !path.empty()) return path + "/.isolane/registry";
  return {};
}

Neighbours::Neighbours(std::string directory) : directory_(std::move(directory)) {}

Neighbours::~Neighbours() = default;

std::string Neighbours::Usable(std::string* warning) {
  if (directory_.empty() || registry_ != nullptr) return directory_;
  auto registry = worker::Registry::Open(directory_, kReader);
  if (registry.ok()) {
    registry_ = std::move(*registry);
    return directory_;
  }
  *warning = registry.error().ToString() +
             "\nWorkers of other isolane processes cannot be called, and cannot call these.";
  return {};
}

std::vector<std::string> Neighbours::Names() {
  if (directory_.empty() || !std::filesystem::is_directory(directory_)) return {};
  std::string ignored;
  if (Usable(&ignored).empty()) return {};
  std::vector<std::string> names = registry_->NamesElsewhere();
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace isolane::cli
