#include "wrangler-compat/config_previews.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "wrangler-compat/config_bindings.h"
#include "wrangler-compat/config_checks.h"
#include "wrangler-compat/config_containers.h"
#include "wrangler-compat/config_deployment.h"
#include "wrangler-compat/config_events.h"
#include "wrangler-compat/config_order.h"
#include "wrangler-compat/config_unsafe.h"
#include "wrangler-compat/container_fields.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kFields[] = {"vars",
                                        "define",
                                        "durable_objects",
                                        "workflows",
                                        "kv_namespaces",
                                        "send_email",
                                        "queues",
                                        "d1_databases",
                                        "r2_buckets",
                                        "vectorize",
                                        "ai_search_namespaces",
                                        "ai_search",
                                        "hyperdrive",
                                        "services",
                                        "analytics_engine_datasets",
                                        "dispatch_namespaces",
                                        "mtls_certificates",
                                        "tail_consumers",
                                        "streaming_tail_consumers",
                                        "unsafe",
                                        "browser",
                                        "analytics",
                                        "ai",
                                        "images",
                                        "stream",
                                        "media",
                                        "pipelines",
                                        "k2",
                                        "secrets_store_secrets",
                                        "artifacts",
                                        "unsafe_hello_world",
                                        "flagship",
                                        "worker_loaders",
                                        "ratelimits",
                                        "vpc_services",
                                        "version_metadata",
                                        "containers",
                                        "logpush",
                                        "observability",
                                        "limits",
                                        "placement",
                                        "cache"};

void CheckLimits(ConfigSection& previews) {
  const ConfigMember* limits = previews.Find("limits");
  if (limits == nullptr || !limits->value.IsObject()) return;
  ConfigSection part = previews.Part(limits->value, previews.Name("limits"));
  part.Number("cpu_ms");
  part.Number("subrequests");
}

void CheckDefine(ConfigSection& previews) {
  const ConfigMember* define = previews.Find("define");
  if (define == nullptr) return;
  const std::string path = previews.Name("define");
  if (!IsObjectOrList(define->value)) {
    previews.Fail("The field " + JsonQuote(path) + " should be an object but got " +
                      ToJson(define->value) + ".",
                  define->position);
  }
  CheckDefines(previews, define->value, path);
}

}  // namespace

void CheckPreviews(ConfigSection& section) {
  const ConfigMember* member = section.Find("previews");
  if (member == nullptr || !member->value.IsObject()) return;
  // Without what bindings say of isolane: nobody asks for these here.
  DiagnosticGroup found;
  ConfigSection previews(section.file(), member->value, "previews", found);
  previews.WarnUnexpected(kFields);
  CheckDefine(previews);
  CheckPlacement(previews);
  std::vector<BindingSpec> bindings;
  std::vector<NamedBinding> names;
  ReadBindings(previews, bindings, names);
  CheckUnsafe(previews);
  ReadTailConsumers(previews);
  CheckContainers(previews);
  previews.Boolean("logpush");
  CheckObservability(previews);
  CheckLimits(previews);
  CheckCache(previews);
  OrderAsWrangler(found, member->value);
  DiagnosticGroup& all = section.diagnostics();
  for (Diagnostic& entry : found.entries) {
    if (!entry.own) all.entries.push_back(std::move(entry));
  }
  for (DiagnosticGroup& child : found.children) all.children.push_back(std::move(child));
}

void CheckCloudchamber(ConfigSection& section) {
  const ConfigMember* member = section.Find("cloudchamber");
  if (member == nullptr || !member->value.IsObject()) return;
  const ConfigNode& object = member->value;
  struct Field {
    std::string_view name;
    std::string_view type;
    bool (ConfigNode::*is_one)() const;
  };
  static constexpr Field kFieldsOf[] = {{"memory", "string", &ConfigNode::IsString},
                                        {"image", "string", &ConfigNode::IsString},
                                        {"location", "string", &ConfigNode::IsString},
                                        {"ipv4", "boolean", &ConfigNode::IsBoolean},
                                        {"vcpu", "number", &ConfigNode::IsNumber}};
  for (const Field& field : kFieldsOf) {
    const ConfigMember* given = object.Find(field.name);
    if (given == nullptr || (given->value.*field.is_one)()) continue;
    section.Fail("\"cloudchamber\" bindings should, optionally, have a " + std::string(field.type) +
                     " " + JsonQuote(field.name) + " field but got " + ToJson(object) + ".",
                 given->position);
  }
  const ConfigMember* type = object.Find("instance_type");
  if (type == nullptr) return;
  if (!type->value.IsString() ||
      std::find(std::begin(kContainerInstanceTypes), std::end(kContainerInstanceTypes),
                type->value.text) == std::end(kContainerInstanceTypes)) {
    section.Fail(
        "\"instance_type\" should be one of 'lite', 'basic', 'standard-1', 'standard-2', "
        "'standard-3', or 'standard-4', but got " +
            AsText(type->value),
        type->position);
  }
  if (object.Find("memory") == nullptr && object.Find("vcpu") == nullptr) return;
  section.Fail(
      "\"cloudchamber\" configuration should not set either \"memory\" or \"vcpu\" with "
      "\"instance_type\"",
      type->position);
}

}  // namespace isolane::wrangler
