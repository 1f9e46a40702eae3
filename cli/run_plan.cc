#include "cli/run_plan.h"

#include <algorithm>

#include "runtime/config/files.h"

namespace isolane::cli {

Result<RunPlan> PlanRun(const CliOptions& options, const wrangler::Project& project,
                        const std::string& registry) {
  const bool dev = options.command == Command::kDev;
  RunPlan plan;
  RuntimeOptions& runtime = plan.runtime;
  runtime.unknown_services = project.unknown_service;
  runtime.public_only = options.public_only;
  runtime.registry = registry;
  runtime.persist_to = PersistDirectory(options, project.workers.front().config_path);
  if (dev) runtime.error_pages = ErrorPages::kForDevelopers;
  runtime.fire_crons = options.cron;
  if (options.test_scheduled) {
    runtime.local_endpoints = LocalEndpoints::kTestScheduled;
  } else if (dev) {
    runtime.local_endpoints = LocalEndpoints::kTriggers;
  }
  runtime.live_reload = dev && options.live_reload;
  plan.explains_crons = !options.cron && runtime.local_endpoints == LocalEndpoints::kTriggers &&
                        std::any_of(project.workers.begin(), project.workers.end(),
                                    [](const WorkerSpec& spec) { return !spec.crons.empty(); });
  ISOLANE_ASSIGN(plan.addresses, PlanAddresses(options, project));
  return plan;
}

std::string PersistDirectory(const CliOptions& options, const std::string& config_path) {
  if (options.no_persist) return {};
  return options.persist_to.value_or(config::DirectoryOf(config_path) + "/.isolane/state");
}

void Complete(const CliOptions& options, WorkerSpec& spec) {
  spec.frozen_clock |= options.frozen_clock;
}

}  // namespace isolane::cli
