#include "bindings/stored_secret/stored_secret_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class StoredSecret final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<StoredSecretBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("name", binding->secret_name);
    if (binding->value) configuration.Set("value", *binding->value);
    return configuration.MakeBy("workers/stored_secret", worker, spec);
  }
};

}  // namespace

worker::BindingKind& StoredSecretKind() {
  static StoredSecret kind;
  return kind;
}

}  // namespace isolane::bindings
