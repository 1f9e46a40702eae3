// Building the services of a vercel.json that run in isolates, and making Workers of them.
//
// Main thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

#include "vercel-compat/project.h"
#include "wrangler-compat/build/build_plan.h"
#include "wrangler-compat/project.h"

namespace isolane::cli {

// The services of a project that run in isolates, as Workers whose modules are still to be built.
class ServiceBuilds {
 public:
  // `cwd`: messages show paths relative to it.
  static Result<ServiceBuilds> Plan(const vercel::Project& project, const std::string& cwd);

  // Puts them behind the Workers that `workers` has.
  void AppendTo(wrangler::Project& workers) const;
  // Completes what was built of a Worker, if it is one of these.
  void Complete(WorkerSpec& worker) const;
  // The directories that files of routes lie in.
  std::set<std::string> RouteTrees() const;
  // Finds the files of routes again; if there are others now, what is built says so.
  Status FindRoutes();
  // Of one that could not be built: `Service "a" cannot start: services/a/index.mjs could not be
  // built`. Empty: none of these is called so.
  std::string Blame(const std::string& worker) const;

 private:
  struct Build {
    vercel::Service service;
    WorkerSpec worker;
    wrangler::BuildPlan plan;
  };

  std::string project_;  // its directory
  std::vector<Build> builds_;
};

// Which service `error`, of loading its modules, is about: `Service "a" could not be loaded:
// services/a/index.mjs`. Empty if its place tells nothing.
std::string BlameService(const vercel::Project& project, const Error& error,
                         const std::string& cwd);

}  // namespace isolane::cli
