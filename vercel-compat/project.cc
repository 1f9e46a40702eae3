#include "vercel-compat/project.h"

#include <utility>

#include "runtime/config/dotenv.h"
#include "runtime/config/files.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/config_reader.h"
#include "vercel-compat/service_process.h"

namespace isolane::vercel {
namespace {

// Of two in one folder the first counts.
constexpr const char* kConfigNames[] = {"vercel.json", "vercel.toml"};

// That of the folder; the usual one if there is none.
std::string ConfigPathOf(const std::string& directory) {
  for (const char* name : kConfigNames) {
    std::string path = directory + "/" + name;
    if (config::KindOf(path) == config::PathKind::kFile) return path;
  }
  return directory + "/" + kConfigNames[0];
}

std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// What every service finds, unless .env or the process says something else.
Variables DefaultVariables(bool colours) {
  return {{"VERCEL", "1"},        {"VERCEL_ENV", "development"},
          {"NOW_REGION", "dev1"}, {"NODE_ENV", "development"},
          {"BROWSER", "none"},    {"FORCE_COLOR", colours ? "1" : "0"}};
}

Result<Variables> ReadVariables(const ProjectOptions& options) {
  Variables variables = DefaultVariables(options.colours);
  const std::string path = options.directory + "/.env";
  if (config::KindOf(path) == config::PathKind::kFile) {
    ISOLANE_ASSIGN(const std::string text, config::ReadFile(path));
    std::vector<config::DotenvVariable> known;
    for (config::DotenvVariable& variable : config::ParseDotenv(text)) {
      variable.value = config::ExpandDotenv(variable.value, known);
      variables[variable.name] = variable.value;
      known.push_back(std::move(variable));
    }
  } else if (!options.address.empty()) {
    variables["VERCEL_URL"] = options.address;
  }
  for (const auto& [name, value] : options.process) variables[name] = value;
  return variables;
}

// The bindings of all services are generated: who has set such a variable by hand is told.
void WarnOfShadowed(Project& project, const Variables& process) {
  for (const Service& service : project.services) {
    for (const UrlBinding& binding : service.config.bindings) {
      if (project.variables.find(binding.env) == project.variables.end()) continue;
      const char* where = process.find(binding.env) != process.end() ? "the environment" : ".env";
      project.warnings.push_back("The variable " + binding.env + " of " + where +
                                 " is not used by service \"" + service.config.name +
                                 "\": its binding to \"" + binding.service + "\" sets it.");
    }
  }
}

Result<VercelConfig> ReadConfig(const std::string& path, base::RegexEngine& regexes,
                                const std::vector<std::string>& elsewhere) {
  ISOLANE_ASSIGN(const std::string text, config::ReadFile(path));
  return ReadVercelConfig(text, NameOf(path), regexes, elsewhere);
}

}  // namespace

bool HasVercelConfig(const std::string& directory) {
  return config::KindOf(ConfigPathOf(directory)) == config::PathKind::kFile;
}

Result<Project> LoadProject(const ProjectOptions& options, base::RegexEngine& regexes) {
  Project project;
  project.elsewhere = options.elsewhere;
  project.directory = options.directory;
  project.config_path = ConfigPathOf(options.directory);
  ISOLANE_ASSIGN(VercelConfig config, ReadConfig(project.config_path, regexes, options.elsewhere));
  ISOLANE_ASSIGN(project.services, ResolveServices(config, options.directory));
  project.routing = std::move(config.routing);
  ISOLANE_ASSIGN(project.variables, ReadVariables(options));
  WarnOfShadowed(project, options.process);
  for (const Service& service : project.services) {
    if (service.host != ServiceHost::kChild && service.host != ServiceHost::kContainer) continue;
    ISOLANE_ASSIGN(ProcessSpec spec,
                   MakeServiceProcess(service, project.variables, project.config_path));
    project.processes.push_back(std::move(spec));
  }
  return project;
}

std::vector<std::string> ServiceNames(const std::string& directory) {
  const std::string path = ConfigPathOf(directory);
  auto text = config::ReadFile(path);
  return text.ok() ? ServiceNamesIn(*text, NameOf(path)) : std::vector<std::string>();
}

Result<RoutingConfig> ReloadRouting(const std::string& config_path, base::RegexEngine& regexes,
                                    const std::vector<std::string>& elsewhere) {
  ISOLANE_ASSIGN(VercelConfig config, ReadConfig(config_path, regexes, elsewhere));
  return std::move(config.routing);
}

}  // namespace isolane::vercel
