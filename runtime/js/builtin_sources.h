// The text of the built-in JavaScript, outside of every heap: all isolates read the same bytes.
//
// A snapshot refers to its sources by number. So the tool that makes it and the program that uses
// it give the same texts in the same order, before the first isolate. Loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

namespace isolane::js {

// How many sources a snapshot may refer to.
inline constexpr size_t kMaxBuiltinSources = 96;

class BuiltinSource final : public v8::String::ExternalOneByteStringResource {
 public:
  const char* data() const override { return text_.data(); }
  size_t length() const override { return text_.size(); }
  // The objects are static: no isolate owns one.
  void Dispose() override {}

  // ASCII; must stay as long as the process.
  void set_text(std::string_view text) { text_ = text; }

 private:
  std::string_view text_;
};

BuiltinSource& BuiltinSourceAt(size_t number);

// All texts in one run of bytes, for the program to embed; and back: gives the texts to the slots.
std::string PackSources(const std::vector<std::string_view>& texts);
void UnpackSources(std::string_view packed);

}  // namespace isolane::js
