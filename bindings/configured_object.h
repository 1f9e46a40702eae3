// Plain objects of texts and numbers, for bindings that are made of them.
//
// Loop thread; the isolate is entered.
#pragma once

#include <string>
#include <string_view>

#include <v8.h>

namespace isolane::bindings {

class ConfiguredObject {
 public:
  explicit ConfiguredObject(v8::Isolate* isolate);

  ConfiguredObject& Set(std::string_view name, const std::string& text);
  ConfiguredObject& Set(std::string_view name, double number);

  // Empty if a text is too long for a string.
  v8::MaybeLocal<v8::Object> object() const;

 private:
  void Put(std::string_view name, v8::Local<v8::Value> value);

  v8::Isolate* isolate_;
  v8::Local<v8::Object> object_;
  bool complete_ = true;
};

}  // namespace isolane::bindings
