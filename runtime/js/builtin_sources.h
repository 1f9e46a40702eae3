// The text of the built-in JavaScript, outside of every heap: all isolates read the same bytes.
//
// A snapshot refers to its sources by number, and a built-in that is loaded late is found by its
// name. So the tool that makes a snapshot and the program that uses it give the same texts in the
// same order, before the first isolate. Loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <v8.h>

namespace isolane::js {

// How many sources a snapshot may refer to.
inline constexpr size_t kMaxBuiltinSources = 128;

// What is kept of one file of the built-in half. The bytes must stay as long as the process.
struct BuiltinText {
  std::string_view id;    // "web/url"
  std::string_view text;  // ASCII
  // V8's code cache of the file as a function, for one that is not part of the snapshot; may be
  // empty.
  std::string_view code_cache;
};

class BuiltinSource final : public v8::String::ExternalOneByteStringResource {
 public:
  const char* data() const override { return text_.text.data(); }
  size_t length() const override { return text_.text.size(); }
  // The objects are static: no isolate owns one.
  void Dispose() override {}

  const BuiltinText& text() const { return text_; }
  void set_text(const BuiltinText& text) { text_ = text; }

 private:
  BuiltinText text_;
};

BuiltinSource& BuiltinSourceAt(size_t number);
// The number of the built-in `id`, or -1.
int BuiltinSourceNumber(std::string_view id);

// Gives the texts to the slots, and takes them from slots beyond.
void SetSources(const std::vector<BuiltinText>& texts);

// All texts in one run of bytes, for the program to embed; and back.
std::string PackSources(const std::vector<BuiltinText>& texts);
std::vector<BuiltinText> UnpackSources(std::string_view packed);

}  // namespace isolane::js
