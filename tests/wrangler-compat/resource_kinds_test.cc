#include "wrangler-compat/resource_kinds.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

TEST_SUITE("wrangler-compat/resource_kinds") {
  TEST_CASE("bindings are called in messages as wrangler calls them") {
    static constexpr std::string_view kNames[][2] = {
        {"kv_namespaces", "KV Namespace"},
        {"d1_databases", "D1 Database"},
        {"r2_buckets", "R2 Bucket"},
        {"queues", "Queue"},
        {"ratelimits", "Rate Limit"},
        {"version_metadata", "Worker Version Metadata"},
        {"workflows", "Workflow"},
        {"analytics_engine_datasets", "Analytics Engine Dataset"},
        {"secrets_store_secrets", "Secrets Store Secret"},
        {"hyperdrive", "Hyperdrive Config"},
        {"send_email", "Send Email"},
        {"worker_loaders", "Worker Loader"},
        {"dispatch_namespaces", "Dispatch Namespace"},
        {"mtls_certificates", "mTLS Certificate"},
        {"vectorize", "Vectorize Index"},
        {"ai_search_namespaces", "AI Search Namespace"},
        {"ai_search", "AI Search Instance"},
        {"agent_memory", "Agent Memory"},
        {"pipelines", "Pipeline"},
        {"artifacts", "Artifacts"},
        {"flagship", "Flagship"},
        {"vpc_services", "VPC Service"},
        {"vpc_networks", "VPC Network"},
        {"unsafe_hello_world", "Hello World"},
        {"browser", "Browser Run"},
        {"ai", "AI"},
        {"images", "Images"},
        {"stream", "Stream"},
        {"media", "Media"},
        {"analytics", "Analytics SQL"},
        {"k2", "K2 Stream"},
        {"unsafe", "Unsafe Metadata"},
        {"text_blobs", "Text Blob"},
        {"data_blobs", "Data Blob"},
        {"wasm_modules", "Wasm Module"},
    };
    CHECK(std::size(kNames) == ResourceKinds().size());
    for (const auto& [key, name] : kNames) {
      const ResourceKind* kind = FindResourceKind(key);
      REQUIRE_MESSAGE(kind != nullptr, key);
      CHECK(kind->friendly == name);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
