#include "cli/vercel_build.h"

#include <utility>

#include "cli/messages.h"
#include "cli/project_build.h"
#include "vercel-compat/service_worker.h"

namespace isolane::cli {
namespace {

wrangler::BuildPlan PlanOf(const vercel::Project& project, const vercel::Service& service,
                           const vercel::ServiceEntry& entry, const std::string& cwd) {
  wrangler::BuildPlan plan;
  plan.worker = service.config.name;
  plan.cwd = cwd;
  plan.project_root = service.directory;
  plan.config_path = project.config_path;
  plan.files.root = entry.root;
  plan.files.main = entry.file;
  plan.files.display = wrangler::DisplayOf(cwd, entry.root);
  return plan;
}

}  // namespace

std::optional<std::vector<WorkerSpec>> BuildServices(const vercel::Project& project,
                                                     wrangler::Builder& builder,
                                                     const std::string& cwd, LogLevel level) {
  std::vector<const vercel::Service*> services;
  std::vector<wrangler::BuildPlan> plans;
  for (const vercel::Service& service : project.services) {
    if (service.host != vercel::ServiceHost::kIsolate) continue;
    const auto entry = vercel::EntryOf(service, project.directory);
    if (!entry.ok()) {
      PrintError(entry.error().ToString());
      return std::nullopt;
    }
    services.push_back(&service);
    plans.push_back(PlanOf(project, service, entry.value(), cwd));
  }
  std::vector<WorkerSpec> workers;
  const auto results = BuildAndPrint(builder, plans, {}, level);
  for (size_t i = 0; i < results.size(); i++) {
    if (!results[i].ok()) {
      PrintError("Service \"" + services[i]->config.name + "\" cannot start: " +
                 plans[i].files.display + plans[i].files.main + " could not be built");
      return std::nullopt;
    }
    vercel::BuiltEntry built{results[i].main_module, results[i].display_root, results[i].modules};
    workers.push_back(vercel::MakeServiceWorker(*services[i], std::move(built), project.variables,
                                                project.config_path));
  }
  return workers;
}

std::string BlameService(const vercel::Project& project, const Error& error,
                         const std::string& cwd) {
  const vercel::Service* blamed = nullptr;
  size_t longest = 0;
  for (const vercel::Service& service : project.services) {
    const std::string folder = wrangler::DisplayOf(cwd, service.directory);
    if (service.host != vercel::ServiceHost::kIsolate || !error.where.starts_with(folder)) continue;
    if (blamed != nullptr && folder.size() <= longest) continue;
    blamed = &service;
    longest = folder.size();
  }
  if (blamed == nullptr) return {};
  const std::string root = blamed->root == "." ? "" : blamed->root + "/";
  return "Service \"" + blamed->config.name + "\" could not be loaded: " + root +
         (blamed->entrypoint.empty() ? blamed->route_files.front() : blamed->entrypoint);
}

}  // namespace isolane::cli
