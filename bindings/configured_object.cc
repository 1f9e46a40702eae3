#include "bindings/configured_object.h"

#include "runtime/js/convert.h"
#include "runtime/worker/worker.h"

namespace isolane::bindings {

namespace {

Error Failure(const worker::Worker& worker, const BindingSpec& spec) {
  return {worker.name() + ": binding \"" + spec.name + "\" could not be made: a value of it is " +
              "longer than a string of JavaScript may be, or the isolate has no memory left",
          "Shorten its values, or raise [limits] memory_mb.",
          spec.where,
          {}};
}

}  // namespace

ConfiguredObject::ConfiguredObject(v8::Isolate* isolate)
    : isolate_(isolate), object_(v8::Object::New(isolate)) {}

ConfiguredObject& ConfiguredObject::Set(std::string_view name, const std::string& text) {
  v8::Local<v8::String> value;
  if (js::FromUtf8(isolate_, text).ToLocal(&value)) {
    Put(name, value);
  } else {
    complete_ = false;
  }
  return *this;
}

ConfiguredObject& ConfiguredObject::Set(std::string_view name,
                                        const std::vector<std::string>& texts) {
  std::vector<v8::Local<v8::Value>> values;
  for (const std::string& text : texts) {
    v8::Local<v8::String> value;
    complete_ &= js::FromUtf8(isolate_, text).ToLocal(&value);
    if (!complete_) return *this;
    values.push_back(value);
  }
  Put(name, v8::Array::New(isolate_, values.data(), values.size()));
  return *this;
}

ConfiguredObject& ConfiguredObject::Set(std::string_view name, double number) {
  Put(name, v8::Number::New(isolate_, number));
  return *this;
}

void ConfiguredObject::Put(std::string_view name, v8::Local<v8::Value> value) {
  complete_ &=
      object_->CreateDataProperty(isolate_->GetCurrentContext(), js::Literal(isolate_, name), value)
          .FromMaybe(false);
}

Result<v8::MaybeLocal<v8::Value>> ConfiguredObject::Make(worker::Worker& worker,
                                                         const BindingSpec& spec) const {
  if (!complete_) return Failure(worker, spec);
  return v8::MaybeLocal<v8::Value>(object_);
}

Result<v8::MaybeLocal<v8::Value>> ConfiguredObject::MakeBy(std::string_view module,
                                                           worker::Worker& worker,
                                                           const BindingSpec& spec) const {
  v8::Local<v8::Value> made;
  if (!complete_ || !worker.MakeBuiltin(module, object_).ToLocal(&made)) {
    return Failure(worker, spec);
  }
  return v8::MaybeLocal<v8::Value>(made);
}

}  // namespace isolane::bindings
