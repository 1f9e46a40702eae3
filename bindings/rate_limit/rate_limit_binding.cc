#include "bindings/rate_limit/rate_limit_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class RateLimit final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<RateLimitBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("namespace", binding->namespace_id)
        .Set("limit", static_cast<double>(binding->limit))
        .Set("period", static_cast<double>(binding->period_seconds));
    return configuration.MakeBy("workers/rate_limit", worker, spec);
  }
};

}  // namespace

worker::BindingKind& RateLimitKind() {
  static RateLimit kind;
  return kind;
}

}  // namespace isolane::bindings
