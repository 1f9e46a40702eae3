#include "wrangler-compat/resource_bindings.h"

#include <sys/random.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>
#include <variant>

namespace isolane::wrangler {
namespace {

std::string TextOf(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  return member == nullptr ? std::string() : member->value.text;
}

int64_t IntegerOf(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  if (member == nullptr) return 0;
  // Wrangler takes any number. Beyond these a count makes no difference.
  const double number = NumberOf(member->value).value_or(0);
  return static_cast<int64_t>(std::clamp(number, -1e15, 1e15));
}

std::optional<std::vector<std::string>> TextsOf(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  if (member == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const ConfigNode& item : member->value.items) texts.push_back(item.text);
  return texts;
}

SendEmailBinding SendEmailOf(const ConfigNode& entry) {
  SendEmailBinding binding;
  const std::string only = TextOf(entry, "destination_address");
  binding.recipients = only.empty() ? TextsOf(entry, "allowed_destination_addresses")
                                    : std::vector<std::string>{only};
  binding.senders = TextsOf(entry, "allowed_sender_addresses");
  return binding;
}

WorkflowBinding WorkflowOf(const ConfigNode& entry) {
  WorkflowBinding binding{TextOf(entry, "name"), TextOf(entry, "class_name"),
                          TextOf(entry, "script_name")};
  if (const ConfigMember* schedules = entry.Find("schedules")) {
    const ConfigNode& value = schedules->value;
    if (value.IsString()) binding.schedules.push_back(value.text);
    for (const ConfigNode& item : value.items) binding.schedules.push_back(item.text);
  }
  const ConfigMember* limits = entry.Find("limits");
  const ConfigMember* steps = limits == nullptr ? nullptr : limits->value.Find("steps");
  if (steps != nullptr) binding.steps = WholeNumberOf(steps->value);
  return binding;
}

// RFC 9562, version 4.
std::string RandomUuid() {
  unsigned char bytes[16] = {};
  // Never short for so few bytes; where the kernel has none to give, zeros do as well.
  if (getrandom(bytes, sizeof bytes, 0) < 0) bytes[0] = 0;
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (size_t i = 0; i < sizeof bytes; i++) {
    char hex[3];
    std::snprintf(hex, sizeof hex, "%02x", bytes[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += hex;
  }
  return text;
}

// As Date.prototype.toISOString().
std::string Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const time_t seconds = static_cast<time_t>(ms / 1000);
  tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(ms % 1000));
  return text;
}

const std::string* ValueOf(const DevVars& vars, const std::string& name) {
  for (const DevVar& var : vars.vars) {
    if (var.name == name) return &var.value;
  }
  return nullptr;
}

}  // namespace

BindingSpec MakeResourceBinding(std::string_view key, const std::string& name,
                                const ConfigNode& entry) {
  if (key == "version_metadata") {
    return {name, VersionMetadataBinding{RandomUuid(), {}, Now()}, {}};
  }
  if (key == "analytics_engine_datasets") {
    const std::string dataset = TextOf(entry, "dataset");
    return {name, AnalyticsBinding{dataset.empty() ? name : dataset}, {}};
  }
  if (key == "ratelimits") {
    const ConfigNode& simple = entry.Find("simple")->value;
    return {name,
            RateLimitBinding{TextOf(entry, "namespace_id"), IntegerOf(simple, "limit"),
                             IntegerOf(simple, "period")},
            {}};
  }
  if (key == "send_email") return {name, SendEmailOf(entry), {}};
  if (key == "hyperdrive") return {name, HyperdriveBinding{TextOf(entry, "id"), {}}, {}};
  if (key == "workflows") return {name, WorkflowOf(entry), {}};
  if (key == "worker_loaders") return {name, WorkerLoaderBinding{}, {}};
  return {
      name,
      StoredSecretBinding{TextOf(entry, "store_id"), TextOf(entry, "secret_name"), std::nullopt},
      {}};
}

bool IsUnsafeRateLimit(const ConfigNode& entry) {
  const ConfigMember* type = entry.Find("type");
  const ConfigMember* name_space = entry.Find("namespace_id");
  const ConfigMember* simple = entry.Find("simple");
  if (type == nullptr || type->value.text != "ratelimit" || name_space == nullptr ||
      !name_space->value.IsString() || simple == nullptr) {
    return false;
  }
  const ConfigMember* limit = simple->value.Find("limit");
  const int64_t period = IntegerOf(simple->value, "period");
  return limit != nullptr && limit->value.IsNumber() && (period == 10 || period == 60);
}

void ApplyStoredSecrets(const DevVars& vars, std::vector<BindingSpec>& bindings) {
  for (BindingSpec& binding : bindings) {
    auto* secret = std::get_if<StoredSecretBinding>(&binding.value);
    if (secret == nullptr) continue;
    const std::string* value = ValueOf(vars, secret->secret_name);
    if (value == nullptr) value = ValueOf(vars, binding.name);
    if (value != nullptr) secret->value = *value;
  }
}

}  // namespace isolane::wrangler
