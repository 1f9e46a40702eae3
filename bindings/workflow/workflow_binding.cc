#include "bindings/workflow/workflow_binding.h"

#include <algorithm>

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class Workflow final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<WorkflowBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("name", spec.name);
    configuration.Set("workflow", binding->workflow);
    configuration.Set("channel", worker.ChannelOf(spec.name));
    if (binding->steps) configuration.Set("steps", static_cast<double>(*binding->steps));
    const auto& flags = worker.spec().compatibility_flags;
    // As in wrangler dev, whose engine is older than the date of this flag: only by name.
    if (std::find(flags.begin(), flags.end(), "workflows_preserve_non_retryable_error_message") !=
        flags.end()) {
      configuration.Set("preserves", 1);
    }
    return configuration.MakeBy("workers/workflow", worker, spec);
  }
};

}  // namespace

worker::BindingKind& WorkflowKind() {
  static Workflow kind;
  return kind;
}

}  // namespace isolane::bindings
