#include "bindings/durable_object/durable_object_binding.h"

#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class DurableObject final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    if (std::get_if<DurableObjectBinding>(&spec.value) == nullptr) {
      return v8::MaybeLocal<v8::Value>();
    }
    return worker.MakeNamespace(worker.ChannelOf(spec.name));
  }
};

}  // namespace

worker::BindingKind& DurableObjectKind() {
  static DurableObject kind;
  return kind;
}

}  // namespace isolane::bindings
