#include "bindings/analytics/analytics_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class Analytics final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<AnalyticsBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("dataset", binding->dataset);
    v8::Local<v8::Object> object;
    v8::Local<v8::Value> made;
    if (configuration.object().ToLocal(&object) &&
        worker.MakeBuiltin("workers/analytics", object).ToLocal(&made)) {
      return v8::MaybeLocal<v8::Value>(made);
    }
    return Error{"the binding " + spec.name + " could not be made", {}, spec.where, {}};
  }
};

}  // namespace

worker::BindingKind& AnalyticsKind() {
  static Analytics kind;
  return kind;
}

}  // namespace isolane::bindings
