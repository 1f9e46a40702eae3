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
    v8::Local<v8::Object> object;
    v8::Local<v8::Value> made;
    if (configuration.object().ToLocal(&object) &&
        worker.MakeBuiltin("workers/stored_secret", object).ToLocal(&made)) {
      return v8::MaybeLocal<v8::Value>(made);
    }
    return Error{"the binding " + spec.name + " could not be made", {}, spec.where, {}};
  }
};

}  // namespace

worker::BindingKind& StoredSecretKind() {
  static StoredSecret kind;
  return kind;
}

}  // namespace isolane::bindings
