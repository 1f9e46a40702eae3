// The kinds of binding that come with isolane. Every program that links isolane_bindings has them:
// CMakeLists.txt makes the linker keep this file, which nobody else names.
#include "bindings/analytics/analytics_binding.h"
#include "bindings/assets/assets_binding.h"
#include "bindings/durable_object/durable_object_binding.h"
#include "bindings/file/file_binding.h"
#include "bindings/hyperdrive/hyperdrive_binding.h"
#include "bindings/origin/origin_binding.h"
#include "bindings/rate_limit/rate_limit_binding.h"
#include "bindings/send_email/send_email_binding.h"
#include "bindings/service/service_binding.h"
#include "bindings/stored_secret/stored_secret_binding.h"
#include "bindings/unsupported/unsupported_binding.h"
#include "bindings/vars/vars.h"
#include "bindings/version_metadata/version_metadata_binding.h"
#include "bindings/worker_loader/worker_loader_binding.h"
#include "bindings/workflow/workflow_binding.h"
#include "runtime/worker/binding.h"

namespace isolane::bindings {

namespace {

bool RegisterStandardBindings() {
  worker::RegisterBindingKind(VarsKind());
  worker::RegisterBindingKind(ServiceKind());
  worker::RegisterBindingKind(OriginKind());
  worker::RegisterBindingKind(DurableObjectKind());
  worker::RegisterBindingKind(AssetsKind());
  worker::RegisterBindingKind(VersionMetadataKind());
  worker::RegisterBindingKind(AnalyticsKind());
  worker::RegisterBindingKind(RateLimitKind());
  worker::RegisterBindingKind(StoredSecretKind());
  worker::RegisterBindingKind(SendEmailKind());
  worker::RegisterBindingKind(HyperdriveKind());
  worker::RegisterBindingKind(FileKind());
  worker::RegisterBindingKind(WorkerLoaderKind());
  worker::RegisterBindingKind(WorkflowKind());
  worker::RegisterBindingKind(UnsupportedKind());
  return true;
}

}  // namespace

}  // namespace isolane::bindings

extern "C" {
extern const bool isolane_standard_bindings;
const bool isolane_standard_bindings = isolane::bindings::RegisterStandardBindings();
}
