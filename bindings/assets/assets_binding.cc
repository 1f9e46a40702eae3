#include "bindings/assets/assets_binding.h"

#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class Assets final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<AssetsBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    if (worker.spec().responder == nullptr) {
      return Error{"the binding " + spec.name + " is to the assets of the Worker, but it has none",
                   {},
                   spec.where,
                   {}};
    }
    return worker.MakeFetcher(worker.ChannelOf(spec.name));
  }
};

}  // namespace

worker::BindingKind& AssetsKind() {
  static Assets kind;
  return kind;
}

}  // namespace isolane::bindings
