#include "wrangler-compat/config_order.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace isolane::wrangler {
namespace {

constexpr std::string_view kOrder[] = {"legacy_env",
                                       "send_metrics",
                                       "dependencies_instrumentation",
                                       "keep_vars",
                                       "addresses",
                                       "pages_build_output_dir",
                                       "$schema",
                                       "node_compat",
                                       kAboutExperimental,
                                       "route",
                                       "account_id",
                                       "routes",
                                       "workers_dev",
                                       "preview_urls",
                                       "build",
                                       "compatibility_date",
                                       "compatibility_flags",
                                       "jsx_factory",
                                       "jsx_fragment",
                                       "tsconfig",
                                       "rules",
                                       "name",
                                       "main",
                                       "find_additional_modules",
                                       "preserve_file_names",
                                       "base_dir",
                                       "triggers",
                                       "assets",
                                       "limits",
                                       "placement",
                                       "vars",
                                       "secrets",
                                       "define",
                                       "durable_objects",
                                       "workflows",
                                       "migrations",
                                       "exports",
                                       "kv_namespaces",
                                       "cloudchamber",
                                       "containers",
                                       "send_email",
                                       "queues",
                                       "connect",
                                       "r2_buckets",
                                       "d1_databases",
                                       "vectorize",
                                       "ai_search_namespaces",
                                       "ai_search",
                                       "agent_memory",
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
                                       "vpc_networks",
                                       "version_metadata",
                                       "logfwdr",
                                       "no_bundle",
                                       "minify",
                                       "keep_names",
                                       "first_party_worker",
                                       "logpush",
                                       "upload_source_maps",
                                       "observability",
                                       "access",
                                       "cache",
                                       "compliance_region",
                                       "python_modules",
                                       "previews",
                                       kAboutLifecycle,
                                       kAboutBothLives,
                                       kAboutWorkflowNames,
                                       kAboutContainerLinks,
                                       "env",
                                       "dev",
                                       "site",
                                       "alias",
                                       "wasm_modules",
                                       "text_blobs",
                                       "data_blobs",
                                       kAboutNames,
                                       kAboutUnexpected};

size_t RankOf(std::string_view about) {
  return static_cast<size_t>(std::find(std::begin(kOrder), std::end(kOrder), about) -
                             std::begin(kOrder));
}

size_t RankOf(const Diagnostic& entry, const KeyPlaces& places) {
  if (!entry.about.empty()) return RankOf(entry.about);
  const std::string* key = places.KeyAt(entry.position);
  return key == nullptr ? std::size(kOrder) : RankOf(*key);
}

// Sorts by rank, which is asked for once.
template <typename Item, typename Rank>
void SortBy(std::deque<Item>& items, Rank&& rank) {
  std::vector<std::pair<size_t, Item>> ranked;
  for (Item& item : items) {
    const size_t place = rank(item);
    ranked.emplace_back(place, std::move(item));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < ranked.size(); i++) items[i] = std::move(ranked[i].second);
}

}  // namespace

bool IsOfInherited(std::string_view about) {
  return about == kAboutLifecycle || about == kAboutBothLives || about == kAboutWorkflowNames ||
         about == kAboutContainerLinks;
}

KeyPlaces::KeyPlaces(const ConfigNode& object) {
  for (const ConfigMember& member : object.members) {
    Add(member.position, member.key);
    Add(member.value, member.key);
  }
}

void KeyPlaces::Add(Position position, const std::string& key) {
  // What has no place is not found by it.
  if (position.line > 0) keys_.emplace(std::pair(position.line, position.column), &key);
}

void KeyPlaces::Add(const ConfigNode& value, const std::string& key) {
  Add(value.position, key);
  for (const ConfigNode& item : value.items) Add(item, key);
  for (const ConfigMember& member : value.members) {
    Add(member.position, key);
    Add(member.value, key);
  }
}

const std::string* KeyPlaces::KeyAt(Position position) const {
  const auto found = keys_.find({position.line, position.column});
  return found == keys_.end() ? nullptr : found->second;
}

void OrderAsWrangler(DiagnosticGroup& group, const ConfigNode& object) {
  const KeyPlaces places(object);
  SortBy(group.entries, [&](const Diagnostic& entry) { return RankOf(entry, places); });
  std::erase_if(group.children, [](const DiagnosticGroup& child) {
    return !child.about.empty() && child.entries.empty();
  });
  SortBy(group.children, [](const DiagnosticGroup& child) { return RankOf(child.about); });
}

}  // namespace isolane::wrangler
