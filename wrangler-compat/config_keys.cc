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
    {"env", kLater, kObject, kTop},

    // The bundler: isolane reads modules as they are.
    {"no_bundle", kIgnored, kBoolean, kInherited},
    {"find_additional_modules", kIgnored, kBoolean, kInherited},
    {"preserve_file_names", kIgnored, kBoolean, kInherited},
    {"minify", kIgnored, kBoolean, kInherited},
    {"keep_names", kIgnored, kBoolean, kInherited},
    {"tsconfig", kIgnored, kString, kInherited},
    {"jsx_factory", kIgnored, kString, kInherited},
    {"jsx_fragment", kIgnored, kString, kInherited},
    {"build", kLater, kObject, kInherited},
    {"alias", kLater, kObject, kTop},
    {"define", kLater, kObject, kOwn},
    {"python_modules", kLater, kObject, kInherited},

    // Bindings and events.
    {"assets", kLater, kObject, kInherited},
    {"durable_objects", kUsed, kObject, kOwn},
    {"migrations", kUsed, kArray, kInherited},
    {"exports", kUsed, kObject, kInherited},
    {"kv_namespaces", kLater, kArray, kOwn},
    {"d1_databases", kLater, kArray, kOwn},
    {"r2_buckets", kLater, kArray, kOwn},
    {"queues", kLater, kObject, kOwn},
    {"triggers", kUsed, kObject, kInherited},
    {"ratelimits", kLater, kArray, kOwn},
    {"version_metadata", kLater, kObject, kOwn},
    {"secrets", kLater, kObject, kOwn},
    {"tail_consumers", kUsed, kArray, kOwn},
    {"streaming_tail_consumers", kLater, kArray, kOwn},
    {"workflows", kLater, kArray, kOwn},
    {"analytics_engine_datasets", kLater, kArray, kOwn},
    {"secrets_store_secrets", kLater, kArray, kOwn},
    {"hyperdrive", kLater, kArray, kOwn},
    {"send_email", kLater, kArray, kOwn},
    {"worker_loaders", kLater, kArray, kOwn},
    {"connect", kLater, kArray, kOwn},
    {"access", kLater, kObject, kInherited},
    {"containers", kLater, kAny, kOwn},
    {"browser", kLater, kAny, kOwn},
    {"images", kLater, kAny, kOwn},
    {"stream", kLater, kAny, kOwn},
    {"media", kLater, kAny, kOwn},
    {"pipelines", kLater, kAny, kOwn},
    {"dispatch_namespaces", kLater, kAny, kOwn},
    {"mtls_certificates", kLater, kAny, kOwn},
    {"vectorize", kLater, kAny, kOwn},
    {"ai", kLater, kAny, kOwn},
    {"ai_search", kLater, kAny, kOwn},
    {"ai_search_namespaces", kLater, kAny, kOwn},
    {"websearch", kLater, kAny, kOwn},
    {"agent_memory", kLater, kAny, kOwn},
    {"artifacts", kLater, kAny, kOwn},
    {"flagship", kLater, kAny, kOwn},
    {"vpc_services", kLater, kAny, kOwn},
    {"vpc_networks", kLater, kAny, kOwn},
    {"unsafe", kLater, kObject, kOwn},
    {"site", kLater, kObject, kTop},
    {"wasm_modules", kLater, kObject, kTop},
    {"text_blobs", kLater, kObject, kTop},
    {"data_blobs", kLater, kObject, kTop},
    {"route", kLater, kAny, kInherited},
    {"routes", kLater, kArray, kInherited},

    // Deployment, accounts and observation of the hosted platform.
    {"account_id", kIgnored, kString, kInherited},
    {"workers_dev", kIgnored, kBoolean, kInherited},
    {"preview_urls", kIgnored, kBoolean, kInherited},
    {"placement", kIgnored, kObject, kInherited},
    {"observability", kIgnored, kObject, kInherited},
    {"logpush", kIgnored, kBoolean, kInherited},
    {"upload_source_maps", kIgnored, kBoolean, kInherited},
    {"first_party_worker", kIgnored, kBoolean, kInherited},
    {"logfwdr", kIgnored, kObject, kInherited},
    {"compliance_region", kIgnored, kString, kInherited},
    {"previews", kIgnored, kAny, kInherited},
    {"cache", kIgnored, kAny, kInherited},
    {"send_metrics", kIgnored, kBoolean, kTop},
    {"dependencies_instrumentation", kIgnored, kAny, kTop},
    {"keep_vars", kIgnored, kBoolean, kTop},
    {"addresses", kIgnored, kAny, kTop},
    {"cloudchamber", kIgnored, kAny, kOwn},
    {"unsafe_hello_world", kIgnored, kAny, kOwn},
    {"pages_build_output_dir", kUsed, kString, kTop},

    // Written by tools that generate configurations.
    {"topLevelName", kIgnored, kAny, kTop},
    {"definedEnvironments", kIgnored, kAny, kTop},
    {"targetEnvironment", kIgnored, kAny, kTop},
    {"configPath", kIgnored, kAny, kTop},
    {"userConfigPath", kIgnored, kAny, kTop},

    {"legacy_env", kRemoved, kAny, kTop},
    {"node_compat", kRemoved, kAny, kTop},
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
constexpr std::string_view kTriggersFields[] = {"crons", "events"};
constexpr std::string_view kAssetsFields[] = {"directory", "binding", "html_handling",
                                              "not_found_handling", "run_worker_first"};
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
  if (section == "triggers") return kTriggersFields;
  if (section == "assets") return kAssetsFields;
  if (section == "site") return kSiteFields;
  return {};
}

}  // namespace isolane::wrangler
