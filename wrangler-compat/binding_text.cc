#include "wrangler-compat/binding_text.h"

#include <string>
#include <variant>
#include <vector>

namespace isolane::wrangler {

namespace {

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

}  // namespace

BindingText DescribeBinding(const BindingSpec& binding) {
  if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
    std::string target = service->service;
    if (!service->entrypoint.empty()) target += "#" + service->entrypoint;
    return {std::move(target), "Worker", service->service};
  }
  if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
    const bool other = !objects->script.empty();
    return {objects->class_name + (other ? ", defined in " + objects->script : std::string()),
            "Durable Object", objects->script};
  }
  if (const auto* workflow = std::get_if<WorkflowBinding>(&binding.value)) {
    const bool other = !workflow->script.empty();
    return {
        workflow->class_name + (other ? " (defined in " + workflow->script + ")" : std::string()),
        "Workflow",
        {}};
  }
  if (const auto* unsupported = std::get_if<UnsupportedBinding>(&binding.value)) {
    return {unsupported->target, unsupported->kind, {}, false};
  }
  if (std::holds_alternative<AssetsBinding>(binding.value)) return {{}, "Assets", {}};
  if (std::holds_alternative<VersionMetadataBinding>(binding.value)) {
    return {{}, "Worker Version Metadata", {}};
  }
  if (const auto* analytics = std::get_if<AnalyticsBinding>(&binding.value)) {
    return {analytics->dataset, "Analytics Engine Dataset", {}};
  }
  if (const auto* limit = std::get_if<RateLimitBinding>(&binding.value)) {
    return {
        std::to_string(limit->limit) + " requests/" + std::to_string(limit->period_seconds) + "s",
        "Rate Limit",
        {}};
  }
  if (const auto* secret = std::get_if<StoredSecretBinding>(&binding.value)) {
    return {secret->store_id + "/" + secret->secret_name, "Secrets Store Secret", {}};
  }
  if (const auto* mail = std::get_if<SendEmailBinding>(&binding.value)) {
    std::string target = mail->recipients ? Joined(*mail->recipients) : std::string();
    if (target.empty()) target = "unrestricted";
    if (mail->senders) target += " - senders: " + Joined(*mail->senders);
    return {std::move(target), "Send Email", {}};
  }
  if (const auto* hyperdrive = std::get_if<HyperdriveBinding>(&binding.value)) {
    return {hyperdrive->id, "Hyperdrive Config", {}};
  }
  if (std::get_if<WorkerLoaderBinding>(&binding.value) != nullptr) return {{}, "Worker Loader", {}};
  if (const auto* file = std::get_if<FileBinding>(&binding.value)) {
    switch (file->type) {
      case ModuleType::kWasm:
        return {file->path, "Wasm Module", {}};
      case ModuleType::kData:
        return {file->path, "Data Blob", {}};
      default:
        return {file->path, "Text Blob", {}};
    }
  }
  const auto* var = std::get_if<VarBinding>(&binding.value);
  return {var->hidden ? "\"(hidden)\"" : var->json, "Environment Variable", {}};
}

}  // namespace isolane::wrangler
