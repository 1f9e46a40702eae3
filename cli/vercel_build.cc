#include "cli/vercel_build.h"

#include <utility>

#include "vercel-compat/route_files.h"
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

Result<ServiceBuilds> ServiceBuilds::Plan(const vercel::Project& project, const std::string& cwd) {
  ServiceBuilds builds;
  builds.project_ = project.directory;
  for (const vercel::Service& service : project.services) {
    if (service.host != vercel::ServiceHost::kIsolate) continue;
    ISOLANE_ASSIGN(const vercel::ServiceEntry entry, vercel::EntryOf(service, project.directory));
    Build& build = builds.builds_.emplace_back();
    build.service = service;
    build.worker = vercel::MakeServiceWorker(service, project.variables, project.config_path);
    build.plan = PlanOf(project, service, entry, cwd);
  }
  return builds;
}

void ServiceBuilds::AppendTo(wrangler::Project& workers) const {
  for (const Build& build : builds_) {
    workers.workers.push_back(build.worker);
    workers.builds.push_back(build.plan);
  }
}

void ServiceBuilds::Complete(WorkerSpec& worker) const {
  for (const Build& build : builds_) {
    if (build.worker.name == worker.name) vercel::CompleteServiceWorker(build.service, worker);
  }
}

std::set<std::string> ServiceBuilds::RouteTrees() const {
  std::set<std::string> trees;
  for (const Build& build : builds_) {
    if (build.service.route_files.empty()) continue;
    trees.insert(vercel::RouteTreeOf(build.service.directory));
  }
  return trees;
}

Status ServiceBuilds::FindRoutes() {
  Status status = Ok{};
  for (Build& build : builds_) {
    vercel::Service& service = build.service;
    if (service.route_files.empty()) continue;
    std::vector<std::string> found = vercel::FindRouteFiles(service.directory);
    // What kind of service it is was decided at the start.
    if (found.empty() || found == service.route_files) continue;
    std::swap(service.route_files, found);
    const auto entry = vercel::EntryOf(service, project_);
    if (entry.ok()) continue;
    // The next change tries again.
    std::swap(service.route_files, found);
    Error error = entry.error();
    error.message = "Service \"" + service.config.name + "\": " + error.message;
    if (status.ok()) status = error;
  }
  return status;
}

std::string ServiceBuilds::Blame(const std::string& worker) const {
  for (const Build& build : builds_) {
    if (build.worker.name != worker) continue;
    return "Service \"" + worker + "\" cannot start: " + build.plan.files.display +
           build.plan.files.main + " could not be built";
  }
  return {};
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
