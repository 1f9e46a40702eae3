#include "bindings/worker_loader/worker_loader_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class WorkerLoader final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    if (std::get_if<WorkerLoaderBinding>(&spec.value) == nullptr) {
      return v8::MaybeLocal<v8::Value>();
    }
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("name", spec.name);
    return configuration.MakeBy("workers/worker_loader", worker, spec);
  }
};

}  // namespace

worker::BindingKind& WorkerLoaderKind() {
  static WorkerLoader kind;
  return kind;
}

}  // namespace isolane::bindings
