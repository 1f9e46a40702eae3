#include "wrangler-compat/resource_kinds.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

using Need = FieldNeed;
using Text = std::string_view;

constexpr ResourceShape kArray = ResourceShape::kArray;
constexpr ResourceShape kNested = ResourceShape::kNested;
constexpr ResourceShape kObject = ResourceShape::kObject;
constexpr ResourceShape kFiles = ResourceShape::kFiles;
constexpr ResourceSupport kHere = ResourceSupport::kHere;
constexpr ResourceSupport kNotYet = ResourceSupport::kNotYet;
constexpr ResourceSupport kCloudflare = ResourceSupport::kCloudflare;

constexpr ResourceField kKv[] = {{"binding", Need::kString},
                                 {"id", Need::kStringIfThere},
                                 {"preview_id", Need::kOptional},
                                 {"remote", Need::kOptionalFlag}};
constexpr ResourceField kD1[] = {{"binding", Need::kString},
                                 {"database_name", Need::kOptional},
                                 {"database_id", Need::kMustAIfThere},
                                 {"preview_database_id", Need::kOptional},
                                 {"jurisdiction", Need::kOptional},
                                 {"migrations_dir", Need::kOptional},
                                 {"migrations_table", Need::kOptional},
                                 {"migrations_pattern", Need::kOptional},
                                 {"database_internal_env", Need::kOptional},
                                 {"remote", Need::kOptionalFlag}};
constexpr ResourceField kR2[] = {{"binding", Need::kString},
                                 {"bucket_name", Need::kStringIfThere},
                                 {"preview_bucket_name", Need::kOptional},
                                 {"jurisdiction", Need::kOptional},
                                 {"local_dev", Need::kAny},
                                 {"remote", Need::kOptionalFlag}};
constexpr ResourceField kQueue[] = {{"binding", Need::kString},
                                    {"queue", Need::kFilledIfThere},
                                    {"delivery_delay", Need::kAny},
                                    {"remote", Need::kOptionalFlag}};
constexpr ResourceField kVectorize[] = {
    {"binding", Need::kString}, {"index_name", Need::kMustAn}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kSearchNamespace[] = {
    {"binding", Need::kString}, {"namespace", Need::kMustA}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kSearchInstance[] = {
    {"binding", Need::kString}, {"instance_name", Need::kMustAn}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kHyperdrive[] = {{"binding", Need::kString},
                                         {"id", Need::kMustA},
                                         {"localConnectionString", Need::kAny},
                                         {"remote", Need::kOptionalFlag}};
constexpr ResourceField kAnalytics[] = {
    {"binding", Need::kString}, {"dataset", Need::kOptional}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kSingle[] = {{"binding", Need::kString}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kVersion[] = {{"binding", Need::kString}};
constexpr ResourceField kModel[] = {
    {"binding", Need::kString}, {"staging", Need::kAny}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kDispatch[] = {{"binding", Need::kString},
                                       {"namespace", Need::kOptionally},
                                       {"outbound", Need::kAny},
                                       {"remote", Need::kOptionalFlag}};
constexpr ResourceField kCertificate[] = {
    {"binding", Need::kString}, {"certificate_id", Need::kString}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kWorkflow[] = {
    {"binding", Need::kString},    {"name", Need::kString},
    {"class_name", Need::kString}, {"script_name", Need::kOptional},
    {"limits", Need::kAny},        {"schedules", Need::kAny},
    {"concurrency", Need::kAny},   {"default_retention", Need::kAny},
    {"jurisdiction", Need::kAny}};
constexpr ResourceField kPipeline[] = {{"binding", Need::kMustString},
                                       {"stream", Need::kAny},
                                       {"pipeline", Need::kAny},
                                       {"remote", Need::kOptionalFlag}};
constexpr ResourceField kStoredSecret[] = {{"binding", Need::kMustString},
                                           {"store_id", Need::kMustString},
                                           {"secret_name", Need::kMustString}};
constexpr ResourceField kArtifacts[] = {{"binding", Need::kMustString},
                                        {"namespace", Need::kMustString},
                                        {"remote", Need::kOptionalFlag}};
constexpr ResourceField kHello[] = {{"binding", Need::kMustString},
                                    {"enable_timer", Need::kMustFlagIfThere}};
constexpr ResourceField kFlagship[] = {
    {"binding", Need::kMustString}, {"app_id", Need::kMayString}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kLoader[] = {{"binding", Need::kMustString}};
constexpr ResourceField kVpcService[] = {
    {"binding", Need::kString}, {"service_id", Need::kMustA}, {"remote", Need::kAny}};
constexpr ResourceField kVpcNetwork[] = {{"binding", Need::kString},
                                         {"tunnel_id", Need::kAny},
                                         {"network_id", Need::kAny},
                                         {"remote", Need::kAny}};
constexpr ResourceField kMail[] = {{"name", Need::kString},
                                   {"binding", Need::kAny},
                                   {"destination_address", Need::kOptional},
                                   {"allowed_destination_addresses", Need::kAny},
                                   {"allowed_sender_addresses", Need::kAny},
                                   {"remote", Need::kOptionalFlag}};
constexpr ResourceField kRateLimit[] = {
    {"name", Need::kMustString}, {"namespace_id", Need::kMustString}, {"simple", Need::kAny}};

constexpr Text kId[] = {"preview_id", "id", "binding"};
constexpr Text kDatabase[] = {"preview_database_id", "database_name", "database_id"};
constexpr Text kBucket[] = {"preview_bucket_name", "bucket_name"};
constexpr Text kQueueName[] = {"queue"};
constexpr Text kIndex[] = {"index_name"};
constexpr Text kNamespace[] = {"namespace"};
constexpr Text kInstance[] = {"instance_name"};
constexpr Text kPlainId[] = {"id"};
constexpr Text kDataset[] = {"dataset"};
constexpr Text kCertificateId[] = {"certificate_id"};
constexpr Text kClass[] = {"class_name"};
constexpr Text kStream[] = {"stream", "pipeline"};
constexpr Text kSecret[] = {"secret_name"};
constexpr Text kService[] = {"service_id"};
constexpr Text kNetwork[] = {"tunnel_id", "network_id"};
constexpr Text kAddress[] = {"destination_address"};
constexpr Text kApp[] = {"app_id"};
constexpr Text kType[] = {"type"};

constexpr ResourceKind kKinds[] = {
    {"kv_namespaces", {}, "KV Namespace", kArray, kNotYet, "binding", kId, kKv},
    {"d1_databases", {}, "D1 Database", kArray, kNotYet, "binding", kDatabase, kD1},
    {"r2_buckets", {}, "R2 Bucket", kArray, kNotYet, "binding", kBucket, kR2},
    {"queues", "producers", "Queue", kNested, kNotYet, "binding", kQueueName, kQueue},
    {"ratelimits", {}, "Rate Limit", kArray, kHere, "name", {}, kRateLimit},
    {"version_metadata",
     {},
     "Worker Version Metadata",
     kObject,
     kHere,
     "binding",
     {},
     kVersion,
     true},
    {"workflows", {}, "Workflow", kArray, kNotYet, "binding", kClass, kWorkflow},
    {"analytics_engine_datasets",
     {},
     "Analytics Engine Dataset",
     kArray,
     kHere,
     "binding",
     kDataset,
     kAnalytics},
    {"secrets_store_secrets",
     {},
     "Secrets Store Secret",
     kArray,
     kHere,
     "binding",
     kSecret,
     kStoredSecret},
    {"hyperdrive", {}, "Hyperdrive Config", kArray, kNotYet, "binding", kPlainId, kHyperdrive},
    {"send_email", {}, "Send Email", kArray, kNotYet, "name", kAddress, kMail},
    {"worker_loaders", {}, "Worker Loader", kArray, kNotYet, "binding", {}, kLoader},
    {"dispatch_namespaces",
     {},
     "Dispatch Namespace",
     kArray,
     kCloudflare,
     "binding",
     kNamespace,
     kDispatch,
     true},
    {"mtls_certificates",
     {},
     "mTLS Certificate",
     kArray,
     kCloudflare,
     "binding",
     kCertificateId,
     kCertificate},
    {"vectorize", {}, "Vectorize Index", kArray, kCloudflare, "binding", kIndex, kVectorize},
    {"ai_search_namespaces",
     {},
     "AI Search Namespace",
     kArray,
     kCloudflare,
     "binding",
     kNamespace,
     kSearchNamespace},
    {"ai_search",
     {},
     "AI Search Instance",
     kArray,
     kCloudflare,
     "binding",
     kInstance,
     kSearchInstance},
    {"agent_memory",
     {},
     "Agent Memory",
     kArray,
     kCloudflare,
     "binding",
     kNamespace,
     kSearchNamespace},
    {"pipelines", {}, "Pipeline", kArray, kCloudflare, "binding", kStream, kPipeline},
    {"artifacts", {}, "Artifacts", kArray, kCloudflare, "binding", kNamespace, kArtifacts},
    {"flagship", {}, "Flagship", kArray, kCloudflare, "binding", kApp, kFlagship},
    {"vpc_services", {}, "VPC Service", kArray, kCloudflare, "binding", kService, kVpcService},
    {"vpc_networks", {}, "VPC Network", kArray, kCloudflare, "binding", kNetwork, kVpcNetwork},
    {"unsafe_hello_world", {}, "Hello World", kArray, kCloudflare, "binding", {}, kHello},
    {"browser", {}, "Browser Run", kObject, kCloudflare, "binding", {}, kSingle},
    {"ai", {}, "AI", kObject, kCloudflare, "binding", {}, kModel, true},
    {"images", {}, "Images", kObject, kCloudflare, "binding", {}, kSingle},
    {"stream", {}, "Stream", kObject, kCloudflare, "binding", {}, kSingle},
    {"media", {}, "Media", kObject, kCloudflare, "binding", {}, kSingle},
    {"websearch", {}, "Web Search", kObject, kCloudflare, "binding", {}, kSingle, true},
    {"unsafe", "bindings", "Unsafe Metadata", kNested, kCloudflare, "name", kType, {}, true},
    {"text_blobs", {}, "Text Blob", kFiles, kHere, {}, {}, {}},
    {"data_blobs", {}, "Data Blob", kFiles, kHere, {}, {}, {}},
    {"wasm_modules", {}, "Wasm Module", kFiles, kHere, {}, {}, {}},
};

constexpr Text kFriendlyOrder[] = {"Data Blob",
                                   "Durable Object",
                                   "KV Namespace",
                                   "Send Email",
                                   "Queue",
                                   "D1 Database",
                                   "Vectorize Index",
                                   "AI Search Namespace",
                                   "AI Search Instance",
                                   "Agent Memory",
                                   "Hyperdrive Config",
                                   "R2 Bucket",
                                   "Worker",
                                   "Analytics Engine Dataset",
                                   "Text Blob",
                                   "Browser Run",
                                   "AI",
                                   "Images",
                                   "Stream",
                                   "Media",
                                   "Web Search",
                                   "Worker Version Metadata",
                                   "Unsafe Metadata",
                                   "Environment Variable",
                                   "Wasm Module",
                                   "Dispatch Namespace",
                                   "mTLS Certificate",
                                   "Workflow",
                                   "Pipeline",
                                   "Secrets Store Secret",
                                   "Artifacts",
                                   "Assets",
                                   "Rate Limit",
                                   "Hello World",
                                   "Flagship",
                                   "Worker Loader",
                                   "VPC Service",
                                   "VPC Network",
                                   "Secret"};

}  // namespace

std::span<const ResourceKind> ResourceKinds() { return kKinds; }

const ResourceKind* FindResourceKind(std::string_view key) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [key](const ResourceKind& kind) { return kind.key == key; });
  return found == std::end(kKinds) ? nullptr : found;
}

size_t FriendlyRank(std::string_view friendly) {
  return static_cast<size_t>(
      std::find(std::begin(kFriendlyOrder), std::end(kFriendlyOrder), friendly) -
      std::begin(kFriendlyOrder));
}

}  // namespace isolane::wrangler
