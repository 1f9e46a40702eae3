#include "bindings/version_metadata/version_metadata_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class VersionMetadata final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<VersionMetadataBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    return ConfiguredObject(v8::Isolate::GetCurrent())
        .Set("id", binding->id)
        .Set("tag", binding->tag)
        .Set("timestamp", binding->timestamp)
        .Make(worker, spec);
  }
};

}  // namespace

worker::BindingKind& VersionMetadataKind() {
  static VersionMetadata kind;
  return kind;
}

}  // namespace isolane::bindings
