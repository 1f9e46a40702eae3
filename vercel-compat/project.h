// A folder with a vercel.json, loaded: its services, resolved, and what its public rules are.
//
// spec/vercel-services.md. Thread: that of the engine. Blocking.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <isolane/process_spec.h>
#include <isolane/result.h>

#include "runtime/base/regex.h"
#include "vercel-compat/config.h"
#include "vercel-compat/service.h"

namespace isolane::vercel {

using Variables = std::map<std::string, std::string>;

struct Project {
  std::string directory;    // absolute
  std::string config_path;  // of its vercel.json or vercel.toml, absolute
  RoutingConfig routing;    // public
  std::vector<Service> services;
  // The environment of every service, without bindings: .env, and over it that of the process.
  Variables variables;
  // Those that are programs of their own, as they are started.
  std::vector<ProcessSpec> processes;
  // Names of Workers beside it that bindings may lead to.
  std::vector<std::string> elsewhere;
  // What whoever starts it should know.
  std::vector<std::string> warnings;
};

// Whether `directory` has a vercel.json, or a vercel.toml.
bool HasVercelConfig(const std::string& directory);

// How a project is to be loaded.
struct ProjectOptions {
  std::string directory = {};               // absolute
  Variables process = {};                   // the variables of this process
  std::vector<std::string> elsewhere = {};  // as in Project
  // Where it will be served, for VERCEL_URL: "localhost:3000". Empty: not known.
  std::string address = {};
  bool colours = false;  // what services print is shown in colours
};

// The Error reads "[CODE] message".
Result<Project> LoadProject(const ProjectOptions& options, base::RegexEngine& regexes);

// The names of its services, whether or not it can be loaded.
std::vector<std::string> ServiceNames(const std::string& directory);

// The public rules alone, read again.
Result<RoutingConfig> ReloadRouting(const std::string& config_path, base::RegexEngine& regexes,
                                    const std::vector<std::string>& elsewhere);

}  // namespace isolane::vercel
