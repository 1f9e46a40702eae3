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
    return configuration.MakeBy("workers/analytics", worker, spec);
  }
};

}  // namespace

worker::BindingKind& AnalyticsKind() {
  static Analytics kind;
  return kind;
}

}  // namespace isolane::bindings
