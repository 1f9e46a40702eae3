// V8's regular expressions for C++: an isolate that runs nothing else.
//
// Loop thread; used while no other isolate is entered.
#pragma once

#include <memory>
#include <string_view>

#include <v8.h>

#include "runtime/base/regex.h"

namespace isolane::js {

class RegexEngine final : public base::RegexEngine {
 public:
  // Starts V8.
  RegexEngine();
  ~RegexEngine() override;
  RegexEngine(const RegexEngine&) = delete;
  RegexEngine& operator=(const RegexEngine&) = delete;

  Result<std::unique_ptr<base::Regex>> Compile(std::string_view source) override;

 private:
  class Expression;

  std::unique_ptr<v8::ArrayBuffer::Allocator> allocator_;
  v8::Isolate* isolate_;
  v8::Global<v8::Context> context_;
};

}  // namespace isolane::js
