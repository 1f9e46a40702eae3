#include "bindings/configured_object.h"

#include "runtime/js/convert.h"

namespace isolane::bindings {

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

ConfiguredObject& ConfiguredObject::Set(std::string_view name, double number) {
  Put(name, v8::Number::New(isolate_, number));
  return *this;
}

void ConfiguredObject::Put(std::string_view name, v8::Local<v8::Value> value) {
  complete_ &=
      object_->CreateDataProperty(isolate_->GetCurrentContext(), js::Literal(isolate_, name), value)
          .FromMaybe(false);
}

v8::MaybeLocal<v8::Object> ConfiguredObject::object() const {
  if (!complete_) return {};
  return object_;
}

}  // namespace isolane::bindings
