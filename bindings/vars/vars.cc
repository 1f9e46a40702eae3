#include "bindings/vars/vars.h"

#include "runtime/js/convert.h"

namespace isolane::bindings {

namespace {

class Vars final : public worker::BindingKind {
 public:
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker&, const BindingSpec& spec) override {
    const auto* var = std::get_if<VarBinding>(&spec.value);
    if (var == nullptr) return v8::MaybeLocal<v8::Value>();
    v8::Isolate* isolate = v8::Isolate::GetCurrent();
    v8::TryCatch try_catch(isolate);
    v8::Local<v8::String> json;
    v8::Local<v8::Value> value;
    if (!js::FromUtf8(isolate, var->json).ToLocal(&json) ||
        !v8::JSON::Parse(isolate->GetCurrentContext(), json).ToLocal(&value)) {
      return Error{"the value of the variable " + spec.name + " is not JSON" +
                       (var->hidden ? std::string() : ": " + var->json),
                   {},
                   spec.where,
                   {}};
    }
    return v8::MaybeLocal<v8::Value>(value);
  }
};

}  // namespace

worker::BindingKind& VarsKind() {
  static Vars kind;
  return kind;
}

}  // namespace isolane::bindings
