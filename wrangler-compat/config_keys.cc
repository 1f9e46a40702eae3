#include "wrangler-compat/config_keys.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

constexpr KeyUse kUsed = KeyUse::kInterpreted;
constexpr KeyUse kIgnored = KeyUse::kIgnored;
constexpr KeyUse kLater = KeyUse::kLater;
constexpr KeyUse kRemoved = KeyUse::kRemoved;

constexpr KeyType kAny = KeyType::kAny;
constexpr KeyType kString = KeyType::kString;
constexpr KeyType kBoolean = KeyType::kBoolean;
constexpr KeyType kObject = KeyType::kObject;
constexpr KeyType kArray = KeyType::kArray;

constexpr KeyScope kTop = KeyScope::kTopLevelOnly;
constexpr KeyScope kInherited = KeyScope::kInheritable;
constexpr KeyScope kOwn = KeyScope::kNotInheritable;

constexpr ConfigKey kKeys[] = {
    {"$schema", kIgnored, kString, kTop},
    {"name", kUsed, kString, kInherited},
    {"main", kUsed, kString, kInherited},
    {"compatibility_date", kUsed, kString, kInherited},
    {"compatibility_flags", kUsed, kArray, kInherited},
    {"services", kUsed, kArray, kOwn},
    {"vars", kUsed, kObject, kOwn},
    {"rules", kUsed, kArray, kInherited},
    {"base_dir", kUsed, kString, kInherited},
    {"limits", kUsed, kObject, kInherited},
    {"dev", kUsed, kObject, kTop},
    {"env", kUsed, kObject, kTop},

    // How modules are built.
    {"no_bundle", kUsed, kBoolean, kInherited},
    {"find_additional_modules", kUsed, kBoolean, kInherited},
    {"preserve_file_names", kUsed, kBoolean, kInherited},
    {"minify", kUsed, kBoolean, kInherited},
    {"keep_names", kUsed, kBoolean, kInherited},
    {"tsconfig", kUsed, kString, kInherited},
    {"jsx_factory", kUsed, kString, kInherited},
    {"jsx_fragment", kUsed, kString, kInherited},
    {"build", kUsed, kObject, kInherited},
    {"alias", kUsed, kAny, kTop},
    {"define", kUsed, kAny, kOwn},
    {"python_modules", kLater, kAny, kInherited},

    // Bindings and events.
    {"assets", kUsed, kAny, kInherited},
    {"durable_objects", kUsed, kObject, kOwn},
    {"migrations", kUsed, kArray, kInherited},
    {"exports", kUsed, kObject, kInherited},
    {"kv_namespaces", kUsed, kAny, kOwn},
    {"d1_databases", kUsed, kAny, kOwn},
    {"r2_buckets", kUsed, kAny, kOwn},
    {"queues", kUsed, kAny, kOwn},
    {"triggers", kUsed, kObject, kInherited},
    {"ratelimits", kUsed, kAny, kOwn},
    {"version_metadata", kUsed, kAny, kOwn},
    {"secrets", kUsed, kAny, kOwn},
    {"tail_consumers", kUsed, kArray, kOwn},
    {"streaming_tail_consumers", kUsed, kArray, kOwn},
    {"workflows", kUsed, kAny, kOwn},
    {"analytics_engine_datasets", kUsed, kAny, kOwn},
    {"secrets_store_secrets", kUsed, kAny, kOwn},
    {"hyperdrive", kUsed, kAny, kOwn},
    {"send_email", kUsed, kAny, kOwn},
    {"worker_loaders", kUsed, kAny, kOwn},
    {"connect", kLater, kAny, kOwn},
    {"access", kLater, kAny, kInherited},
    {"containers", kLater, kAny, kOwn},
    {"browser", kUsed, kAny, kOwn},
    {"images", kUsed, kAny, kOwn},
    {"stream", kUsed, kAny, kOwn},
    {"media", kUsed, kAny, kOwn},
    {"pipelines", kUsed, kAny, kOwn},
    {"dispatch_namespaces", kUsed, kAny, kOwn},
    {"mtls_certificates", kUsed, kAny, kOwn},
    {"vectorize", kUsed, kAny, kOwn},
    {"ai", kUsed, kAny, kOwn},
    {"ai_search", kUsed, kAny, kOwn},
    {"ai_search_namespaces", kUsed, kAny, kOwn},
    {"analytics", kUsed, kAny, kOwn},
    {"k2", kUsed, kAny, kOwn},
    {"agent_memory", kUsed, kAny, kOwn},
    {"artifacts", kUsed, kAny, kOwn},
    {"flagship", kUsed, kAny, kOwn},
    {"vpc_services", kUsed, kAny, kOwn},
    {"vpc_networks", kUsed, kAny, kOwn},
    {"unsafe", kUsed, kAny, kOwn},
    {"site", kLater, kObject, kTop},
    {"wasm_modules", kUsed, kAny, kTop},
    {"text_blobs", kUsed, kAny, kTop},
    {"data_blobs", kUsed, kAny, kTop},
    {"route", kUsed, kAny, kInherited},
    {"routes", kUsed, kAny, kInherited},

    // Deployment, accounts and observation of the hosted platform.
    {"account_id", kIgnored, kString, kInherited},
    {"workers_dev", kIgnored, kBoolean, kInherited},
    {"preview_urls", kIgnored, kBoolean, kInherited},
    {"placement", kIgnored, kAny, kInherited},
    {"observability", kIgnored, kAny, kInherited},
    {"logpush", kIgnored, kBoolean, kInherited},
    {"upload_source_maps", kIgnored, kBoolean, kInherited},
    {"first_party_worker", kIgnored, kBoolean, kInherited},
    {"logfwdr", kIgnored, kAny, kInherited},
    {"compliance_region", kUsed, kAny, kInherited},
    {"previews", kIgnored, kAny, kInherited},
    {"cache", kIgnored, kAny, kInherited},
    {"send_metrics", kIgnored, kBoolean, kTop},
    {"dependencies_instrumentation", kIgnored, kObject, kTop},
    {"keep_vars", kIgnored, kBoolean, kTop},
    {"addresses", kUsed, kAny, kTop},
    {"cloudchamber", kIgnored, kAny, kOwn},
    {"unsafe_hello_world", kUsed, kAny, kOwn},
    {"pages_build_output_dir", kUsed, kString, kTop},

    // Written by tools that generate configurations.
    {"topLevelName", kIgnored, kAny, kTop},
    {"definedEnvironments", kIgnored, kAny, kTop},
    {"targetEnvironment", kIgnored, kAny, kTop},
    {"configPath", kIgnored, kAny, kTop},
    {"userConfigPath", kIgnored, kAny, kTop},

    {"legacy_env", kRemoved, kAny, kTop},
    {"node_compat", kRemoved, kAny, kOwn},
};

constexpr std::string_view kDevFields[] = {"ip",
                                           "port",
                                           "inspector_port",
                                           "inspector_ip",
                                           "local_protocol",
                                           "upstream_protocol",
                                           "host",
                                           "enable_containers",
                                           "container_engine",
                                           "generate_types"};
constexpr std::string_view kLimitsFields[] = {
    // The first two are wrangler's, the others isolane's own.
    "cpu_ms", "subrequests",   "memory_mb", "depth", "connections",
    "rpc_mb", "wait_until_ms", "head_kb",   "url_kb"};
constexpr std::string_view kBuildFields[] = {"command", "cwd", "watch_dir"};
constexpr std::string_view kAssetsFields[] = {
    "directory", "binding", "html_handling", "not_found_handling", "base_path", "run_worker_first"};
constexpr std::string_view kInstrumentationFields[] = {"enabled", "exclude_packages"};
constexpr std::string_view kSecretsFields[] = {"required"};
constexpr std::string_view kSiteFields[] = {"bucket", "include", "exclude", "entry-point"};

}  // namespace

std::span<const ConfigKey> TopLevelKeys() { return kKeys; }

const ConfigKey* FindTopLevelKey(std::string_view name) {
  const auto found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [name](const ConfigKey& key) { return key.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

std::span<const std::string_view> KnownFields(std::string_view section) {
  if (section == "dev") return kDevFields;
  if (section == "limits") return kLimitsFields;
  if (section == "build") return kBuildFields;
  if (section == "assets") return kAssetsFields;
  if (section == "site") return kSiteFields;
  if (section == "dependencies_instrumentation") return kInstrumentationFields;
  if (section == "secrets") return kSecretsFields;
  return {};
}

}  // namespace isolane::wrangler
