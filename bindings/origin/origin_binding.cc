#include "bindings/origin/origin_binding.h"

#include "runtime/js/convert.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class Origin final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    if (std::get_if<OriginBinding>(&spec.value) == nullptr) return v8::MaybeLocal<v8::Value>();
    const auto channel = static_cast<size_t>(worker.ChannelOf(spec.name));
    v8::Local<v8::String> origin;
    if (!js::FromUtf8(v8::Isolate::GetCurrent(), worker.channels()[channel].origin)
             .ToLocal(&origin)) {
      return v8::MaybeLocal<v8::Value>();
    }
    return v8::MaybeLocal<v8::Value>(origin);
  }
};

}  // namespace

worker::BindingKind& OriginKind() {
  static Origin kind;
  return kind;
}

}  // namespace isolane::bindings
