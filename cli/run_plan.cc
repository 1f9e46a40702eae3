#include "cli/run_plan.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "runtime/config/files.h"

namespace isolane::cli {

namespace {

constexpr char kCertificate[] = "WRANGLER_HTTPS_CERT_PATH";
constexpr char kKey[] = "WRANGLER_HTTPS_KEY_PATH";

// The path that a flag names, or else the variable.
std::string PathFrom(const std::string& flag, const char* variable) {
  if (!flag.empty()) return flag;
  const char* const value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

Result<std::string> ReadPem(const std::string& path, const char* flag, const char* variable) {
  auto content = config::ReadFile(path);
  if (!content.ok()) {
    content.error().hint = std::string("It is named by ") + flag + " or " + variable + ".";
  }
  return content;
}

}  // namespace

Result<std::optional<TlsOptions>> ReadTls(const CliOptions& options,
                                          const wrangler::DevSettings& dev) {
  const std::string protocol = options.local_protocol.value_or(dev.local_protocol.value_or("http"));
  if (protocol != "https") return std::optional<TlsOptions>();
  const std::string certificate = PathFrom(options.https_cert_path, kCertificate);
  const std::string key = PathFrom(options.https_key_path, kKey);
  TlsOptions tls;
  if (certificate.empty() && key.empty()) return std::optional(tls);
  if (certificate.empty() || key.empty()) {
    return Error{"Must specify both certificate path and key path to use a Custom Certificate.",
                 "Both of --https-cert-path and --https-key-path, or none.",
                 {},
                 {}};
  }
  ISOLANE_ASSIGN(tls.certificate, ReadPem(certificate, "--https-cert-path", kCertificate));
  ISOLANE_ASSIGN(tls.key, ReadPem(key, "--https-key-path", kKey));
  return std::optional(std::move(tls));
}

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
  ISOLANE_ASSIGN(const std::optional<TlsOptions> tls, ReadTls(options, project.dev));
  for (Address& address : plan.addresses) address.listen.tls = tls;
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
