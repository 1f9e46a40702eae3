// Bindings that are made of a plain object of texts and numbers.
//
// Loop thread; the isolate is entered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

#include "runtime/worker/binding.h"

namespace isolane::bindings {

class ConfiguredObject {
 public:
  explicit ConfiguredObject(v8::Isolate* isolate);

  ConfiguredObject& Set(std::string_view name, const std::string& text);
  ConfiguredObject& Set(std::string_view name, double number);
  ConfiguredObject& Set(std::string_view name, const std::vector<std::string>& texts);

  // The object as the value of the binding `spec` of `worker`.
  Result<v8::MaybeLocal<v8::Value>> Make(worker::Worker& worker, const BindingSpec& spec) const;
  // What the built-in `module` makes of the object.
  Result<v8::MaybeLocal<v8::Value>> MakeBy(std::string_view module, worker::Worker& worker,
                                           const BindingSpec& spec) const;

 private:
  void Put(std::string_view name, v8::Local<v8::Value> value);

  v8::Isolate* isolate_;
  v8::Local<v8::Object> object_;
  bool complete_ = true;
};

}  // namespace isolane::bindings
