#include "bindings/send_email/send_email_binding.h"

#include "bindings/configured_object.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

class SendEmail final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) override {
    const auto* binding = std::get_if<SendEmailBinding>(&spec.value);
    if (binding == nullptr) return v8::MaybeLocal<v8::Value>();
    ConfiguredObject configuration(v8::Isolate::GetCurrent());
    configuration.Set("name", spec.name);
    if (binding->recipients) configuration.Set("recipients", *binding->recipients);
    if (binding->senders) configuration.Set("senders", *binding->senders);
    return configuration.MakeBy("workers/send_email", worker, spec);
  }
};

}  // namespace

worker::BindingKind& SendEmailKind() {
  static SendEmail kind;
  return kind;
}

}  // namespace isolane::bindings
