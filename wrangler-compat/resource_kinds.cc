#include "wrangler-compat/resource_kinds.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

using Need = FieldNeed;
using Text = std::string_view;

constexpr ResourceShape kNested = ResourceShape::kNested;
constexpr ResourceShape kObject = ResourceShape::kObject;
constexpr ResourceShape kFiles = ResourceShape::kFiles;
constexpr ResourceSupport kHere = ResourceSupport::kHere;
constexpr ResourceSupport kNotYet = ResourceSupport::kNotYet;
constexpr ResourceSupport kCloudflare = ResourceSupport::kCloudflare;

constexpr ResourceField kKv[] = {{"binding", Need::kString},
                                 {"id", Need::kIdIfThere},
                                 {"preview_id", Need::kOptional},
                                 {"remote", Need::kOptionalFlag}};
constexpr ResourceField kD1[] = {{"binding", Need::kString},
                                 {"database_id", Need::kMustAIfThere},
                                 {"preview_database_id", Need::kOptional},
                                 {"remote", Need::kOptionalFlag},
                                 {"migrations_pattern", Need::kOptional},
                                 {"database_name", Need::kOptional},
                                 {"jurisdiction", Need::kOptional},
                                 {"migrations_dir", Need::kOptional},
                                 {"migrations_table", Need::kOptional},
                                 {"database_internal_env", Need::kOptional}};
constexpr ResourceField kR2[] = {{"binding", Need::kString},
                                 {"bucket_name", Need::kIdIfThere},
                                 {"preview_bucket_name", Need::kOptional},
                                 {"jurisdiction", Need::kOptional},
                                 {"remote", Need::kOptionalFlag},
                                 {"local_dev", Need::kAny}};
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
    {"binding", Need::kString}, {"dataset", Need::kNameIfThere}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kSingle[] = {{"binding", Need::kString}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kVersion[] = {{"binding", Need::kString}};
constexpr ResourceField kModel[] = {
    {"binding", Need::kString}, {"staging", Need::kAny}, {"remote", Need::kOptionalFlag}};
constexpr ResourceField kDispatch[] = {{"binding", Need::kString},
                                       {"namespace", Need::kOptionally},
                                       {"outbound", Need::kAny},
                                       {"remote", Need::kOptionalFlag}};
constexpr ResourceField kCertificate[] = {
    {"binding", Need::kString}, {"certificate_id", Need::kFilled}, {"remote", Need::kOptionalFlag}};
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
constexpr ResourceField kK2[] = {
    {"binding", Need::kAny}, {"stream", Need::kAny}, {"remote", Need::kOptionalFlag}};
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
constexpr Text kK2Stream[] = {"stream"};
constexpr Text kSecret[] = {"secret_name"};
constexpr Text kService[] = {"service_id"};
constexpr Text kNetwork[] = {"tunnel_id", "network_id"};
constexpr Text kAddress[] = {"destination_address"};
constexpr Text kApp[] = {"app_id"};
constexpr Text kType[] = {"type"};

constexpr ResourceKind kKinds[] = {
    {.key = "kv_namespaces",
     .friendly = "KV Namespace",
     .support = kNotYet,
     .target_fields = kId,
     .fields = kKv},
    {.key = "d1_databases",
     .friendly = "D1 Database",
     .support = kNotYet,
     .target_fields = kDatabase,
     .fields = kD1},
    {.key = "r2_buckets",
     .friendly = "R2 Bucket",
     .support = kNotYet,
     .target_fields = kBucket,
     .fields = kR2},
    {.key = "queues",
     .nested = "producers",
     .friendly = "Queue",
     .shape = kNested,
     .support = kNotYet,
     .target_fields = kQueueName,
     .fields = kQueue,
     .entries = "queue"},
    {.key = "ratelimits",
     .friendly = "Rate Limit",
     .support = kHere,
     .name_field = "name",
     .fields = kRateLimit},
    {.key = "version_metadata",
     .friendly = "Worker Version Metadata",
     .shape = kObject,
     .support = kHere,
     .fields = kVersion,
     .open = true},
    {.key = "workflows",
     .friendly = "Workflow",
     .support = kHere,
     .target_fields = kClass,
     .fields = kWorkflow},
    {.key = "analytics_engine_datasets",
     .friendly = "Analytics Engine Dataset",
     .support = kHere,
     .target_fields = kDataset,
     .fields = kAnalytics,
     .entries = "analytics_engine"},
    {.key = "secrets_store_secrets",
     .friendly = "Secrets Store Secret",
     .support = kHere,
     .target_fields = kSecret,
     .fields = kStoredSecret},
    {.key = "hyperdrive", .friendly = "Hyperdrive Config", .support = kHere, .fields = kHyperdrive},
    {.key = "send_email",
     .friendly = "Send Email",
     .support = kHere,
     .name_field = "name",
     .target_fields = kAddress,
     .fields = kMail},
    {.key = "worker_loaders",
     .friendly = "Worker Loader",
     .support = kHere,
     .fields = kLoader,
     .entries = "worker_loader"},
    {.key = "dispatch_namespaces",
     .friendly = "Dispatch Namespace",
     .support = kCloudflare,
     .target_fields = kNamespace,
     .fields = kDispatch,
     .open = true,
     .remote_only = true},
    {.key = "mtls_certificates",
     .friendly = "mTLS Certificate",
     .support = kCloudflare,
     .target_fields = kCertificateId,
     .fields = kCertificate,
     .remote_only = true},
    {.key = "vectorize",
     .friendly = "Vectorize Index",
     .support = kCloudflare,
     .target_fields = kIndex,
     .fields = kVectorize,
     .remote_only = true},
    {.key = "ai_search_namespaces",
     .friendly = "AI Search Namespace",
     .support = kCloudflare,
     .target_fields = kNamespace,
     .fields = kSearchNamespace,
     .remote_only = true},
    {.key = "ai_search",
     .friendly = "AI Search Instance",
     .support = kCloudflare,
     .target_fields = kInstance,
     .fields = kSearchInstance,
     .remote_only = true},
    {.key = "agent_memory",
     .friendly = "Agent Memory",
     .support = kCloudflare,
     .target_fields = kNamespace,
     .fields = kSearchNamespace,
     .remote_only = true},
    {.key = "pipelines",
     .friendly = "Pipeline",
     .support = kCloudflare,
     .target_fields = kStream,
     .fields = kPipeline,
     .entries = "pipeline"},
    {.key = "artifacts",
     .friendly = "Artifacts",
     .support = kCloudflare,
     .target_fields = kNamespace,
     .fields = kArtifacts},
    {.key = "flagship",
     .friendly = "Flagship",
     .support = kCloudflare,
     .target_fields = kApp,
     .fields = kFlagship},
    {.key = "vpc_services",
     .friendly = "VPC Service",
     .support = kCloudflare,
     .target_fields = kService,
     .fields = kVpcService,
     .remote_only = true},
    {.key = "vpc_networks",
     .friendly = "VPC Network",
     .support = kCloudflare,
     .target_fields = kNetwork,
     .fields = kVpcNetwork,
     .remote_only = true},
    {.key = "unsafe_hello_world",
     .friendly = "Hello World",
     .support = kCloudflare,
     .fields = kHello},
    {.key = "browser",
     .friendly = "Browser Run",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kSingle},
    {.key = "ai",
     .friendly = "AI",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kModel,
     .open = true,
     .remote_only = true},
    {.key = "images",
     .friendly = "Images",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kSingle},
    {.key = "stream",
     .friendly = "Stream",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kSingle},
    {.key = "media",
     .friendly = "Media",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kSingle,
     .remote_only = true},
    {.key = "analytics",
     .friendly = "Analytics SQL",
     .shape = kObject,
     .support = kCloudflare,
     .fields = kSingle,
     .remote_only = true},
    {.key = "k2",
     .friendly = "K2 Stream",
     .support = kCloudflare,
     .target_fields = kK2Stream,
     .fields = kK2,
     .remote_only = true},
    {.key = "unsafe",
     .nested = "bindings",
     .friendly = "Unsafe Metadata",
     .shape = kNested,
     .support = kCloudflare,
     .name_field = "name",
     .target_fields = kType,
     .open = true},
    {.key = "text_blobs",
     .friendly = "Text Blob",
     .shape = kFiles,
     .support = kHere,
     .name_field = {}},
    {.key = "data_blobs",
     .friendly = "Data Blob",
     .shape = kFiles,
     .support = kHere,
     .name_field = {}},
    {.key = "wasm_modules",
     .friendly = "Wasm Module",
     .shape = kFiles,
     .support = kHere,
     .name_field = {}},
};

// As wrangler lists them where a name is doubled.
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
                                   "logfwdr",
                                   "Worker",
                                   "Analytics Engine Dataset",
                                   "Text Blob",
                                   "Browser Run",
                                   "Analytics SQL",
                                   "AI",
                                   "Images",
                                   "Stream",
                                   "Media",
                                   "Worker Version Metadata",
                                   "Unsafe Metadata",
                                   "Environment Variable",
                                   "Wasm Module",
                                   "Dispatch Namespace",
                                   "mTLS Certificate",
                                   "Workflow",
                                   "Pipeline",
                                   "K2 Stream",
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

// And in the table of bindings that it prints.
constexpr Text kTableOrder[] = {"Data Blob",
                                "Durable Object",
                                "Workflow",
                                "KV Namespace",
                                "Send Email",
                                "Queue",
                                "D1 Database",
                                "Vectorize Index",
                                "AI Search Namespace",
                                "AI Search Instance",
                                "Agent Memory",
                                "Hyperdrive Config",
                                "VPC Service",
                                "VPC Network",
                                "R2 Bucket",
                                "Secrets Store Secret",
                                "Artifacts",
                                "Hello World",
                                "Flagship",
                                "Worker",
                                "Analytics Engine Dataset",
                                "Text Blob",
                                "Browser Run",
                                "Analytics SQL",
                                "Images",
                                "Stream",
                                "Media",
                                "AI",
                                "Pipeline",
                                "K2 Stream",
                                "Rate Limit",
                                "Assets",
                                "Worker Version Metadata",
                                "Unsafe Metadata",
                                "Environment Variable",
                                "Wasm Module",
                                "Dispatch Namespace",
                                "mTLS Certificate",
                                "Worker Loader"};

size_t PlaceOf(std::string_view friendly, std::span<const Text> order) {
  return static_cast<size_t>(std::find(order.begin(), order.end(), friendly) - order.begin());
}

}  // namespace

std::span<const ResourceKind> ResourceKinds() { return kKinds; }

const ResourceKind* FindResourceKind(std::string_view key) {
  const auto found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [key](const ResourceKind& kind) { return kind.key == key; });
  return found == std::end(kKinds) ? nullptr : found;
}

size_t FriendlyRank(std::string_view friendly) { return PlaceOf(friendly, kFriendlyOrder); }

size_t TableRank(std::string_view friendly) { return PlaceOf(friendly, kTableOrder); }

}  // namespace isolane::wrangler
