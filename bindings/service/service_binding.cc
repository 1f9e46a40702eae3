#include "bindings/service/service_binding.h"

#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class Service final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* service = std::get_if<ServiceBinding>(&spec.value);
    if (service == nullptr) return v8::MaybeLocal<v8::Value>();
    return worker.MakeFetcher(worker.ChannelOf(spec.name));
  }
};

}  // namespace

worker::BindingKind& ServiceKind() {
  static Service kind;
  return kind;
}

}  // namespace isolane::bindings
