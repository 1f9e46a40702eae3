// The short form of values that need no structured clone: undefined, null, booleans, numbers and
// strings. It is what most calls pass, and it costs a tenth of a clone. The parts of host objects
// in a clone are written in it too (rpc_clone.cc).
//
// Loop thread; the isolate is entered.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <v8.h>

namespace isolane::worker {

// Appends `value`. False, with nothing appended, if it is none of the above.
bool AppendValue(v8::Isolate* isolate, v8::Local<v8::Value> value, std::string& out);

// Appends a string of ASCII characters, without an isolate.
void AppendText(std::string_view ascii, std::string& out);

// Reads values one after the other. What it is given is not trusted.
class ValueReader {
 public:
  ValueReader(v8::Isolate* isolate, std::string_view bytes) : isolate_(isolate), rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }
  // Empty at the end, and for bytes that are no value.
  v8::MaybeLocal<v8::Value> Read();

 private:
  template <typename T>
  bool Take(T* out);

  v8::Isolate* isolate_;
  std::string_view rest_;
};

}  // namespace isolane::worker
