// Borrowed views of what JavaScript passes to a native.
//
// Valid within one native call, as long as no JavaScript runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <v8.h>

namespace isolane::web {

// A string as UTF-8; lone surrogates become U+FFFD. Short ones need no allocation.
class Utf8Text {
 public:
  Utf8Text(v8::Isolate* isolate, v8::Local<v8::String> text);
  Utf8Text(const Utf8Text&) = delete;
  Utf8Text& operator=(const Utf8Text&) = delete;

  std::string_view view() const { return {data_, length_}; }
  const char* data() const { return data_; }
  size_t length() const { return length_; }

 private:
  static constexpr size_t kInline = 768;
  char inline_[kInline];
  std::unique_ptr<char[]> heap_;
  char* data_ = inline_;
  size_t length_ = 0;
};

// The bytes of an ArrayBufferView for reading; none of anything else. V8 keeps short typed arrays
// in its own heap, so those are copied. Where there are no bytes there is an address all the same:
// to OpenSSL none would mean that an argument is missing.
class BytesView {
 public:
  explicit BytesView(v8::Local<v8::Value> value);
  BytesView(const BytesView&) = delete;
  BytesView& operator=(const BytesView&) = delete;

  std::span<const uint8_t> bytes() const { return bytes_; }

 private:
  uint8_t storage_[64];
  std::span<const uint8_t> bytes_{storage_, 0};
};

// The bytes of an ArrayBufferView for writing; empty for anything else.
std::span<uint8_t> MutableBytes(v8::Local<v8::Value> value);

// A Uint8Array with a copy of `bytes`. Empty, with a RangeError pending, when there is no memory:
// callers return at once. (js/array_buffer.h)
v8::MaybeLocal<v8::Uint8Array> NewBytes(v8::Isolate* isolate, std::span<const uint8_t> bytes);

}  // namespace isolane::web
