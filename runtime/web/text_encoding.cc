#include "runtime/web/text_encoding.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/web/arguments.h"
#include "third_party/simdutf/simdutf.h"

namespace isolane::web {

namespace {

using v8::Isolate;
using v8::Local;
using v8::String;

constexpr auto kReplace = String::WriteFlags::kReplaceInvalidUtf8;

int32_t FlagsOf(Local<v8::Value> value) {
  return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0;
}

void ReturnString(const Arguments& arguments, v8::MaybeLocal<String> maybe) {
  Local<String> text;
  if (maybe.ToLocal(&text)) arguments.GetReturnValue().Set(text);
}

// https://encoding.spec.whatwg.org/index-windows-1252.txt, 0x80 to 0x9f.
constexpr char16_t kWindows1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

v8::MaybeLocal<String> DecodeWindows1252(Isolate* isolate, std::span<const uint8_t> bytes) {
  const auto special = [](uint8_t byte) { return byte >= 0x80 && byte <= 0x9f; };
  if (std::none_of(bytes.begin(), bytes.end(), special)) {
    return js::FromLatin1(isolate, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  std::vector<uint16_t> units(bytes.size());
  std::transform(bytes.begin(), bytes.end(), units.begin(), [&](uint8_t byte) -> uint16_t {
    return special(byte) ? kWindows1252[byte - 0x80] : byte;
  });
  return String::NewFromTwoByte(isolate, units.data(), v8::NewStringType::kNormal,
                                static_cast<int>(units.size()));
}

// False when the bytes are wrong and `flags` ask for that to be an error.
bool DecodeUtf16(std::span<const uint8_t> bytes, bool big_endian, int32_t flags,
                 std::vector<uint16_t>& units) {
  units.resize(bytes.size() / 2);
  for (size_t i = 0; i < units.size(); i++) {
    const uint8_t first = bytes[2 * i];
    const uint8_t second = bytes[2 * i + 1];
    units[i] = static_cast<uint16_t>(big_endian ? first << 8 | second : second << 8 | first);
  }
  if (!(flags & kKeepBom) && !units.empty() && units[0] == 0xfeff) units.erase(units.begin());
  const bool odd = bytes.size() % 2 != 0;
  auto* const text = reinterpret_cast<char16_t*>(units.data());
  if (flags & kFatal) return !odd && simdutf::validate_utf16le(text, units.size());
  if (!units.empty()) simdutf::to_well_formed_utf16le(text, units.size(), text);
  if (odd) units.push_back(0xfffd);
  return true;
}

}  // namespace

void EncodeUtf8(const Arguments& arguments) {
  if (!arguments[0]->IsString()) return;
  Isolate* isolate = arguments.GetIsolate();
  const auto text = arguments[0].As<String>();
  Local<v8::ArrayBuffer> buffer;
  // OPTIMIZATION: most text is ASCII; then one copy does, without measuring it first.
  if (text->IsOneByte()) {
    const auto characters = static_cast<uint32_t>(text->Length());
    if (!js::NewArrayBuffer(isolate, characters).ToLocal(&buffer)) return;
    auto* const out = static_cast<uint8_t*>(buffer->Data());
    text->WriteOneByteV2(isolate, 0, characters, out);
    if (simdutf::validate_ascii(reinterpret_cast<const char*>(out), characters)) {
      arguments.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, characters));
      return;
    }
  }
  const size_t length = text->Utf8LengthV2(isolate);
  if (!js::NewArrayBuffer(isolate, length).ToLocal(&buffer)) return;
  if (length > 0) {
    text->WriteUtf8V2(isolate, static_cast<char*>(buffer->Data()), length, kReplace);
  }
  arguments.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, length));
}

void EncodeInto(const Arguments& arguments) {
  Isolate* isolate = arguments.GetIsolate();
  uint32_t* const scratch = js::Scratch(isolate);
  scratch[0] = scratch[1] = 0;
  if (!arguments[0]->IsString()) return;
  const std::span<uint8_t> out = MutableBytes(arguments[1]);
  if (out.empty()) return;
  size_t read = 0;
  const size_t written = arguments[0].As<String>()->WriteUtf8V2(
      isolate, reinterpret_cast<char*>(out.data()), out.size(), kReplace, &read);
  scratch[0] = static_cast<uint32_t>(read);
  scratch[1] = static_cast<uint32_t>(written);
}

void DecodeUtf8(const Arguments& arguments) {
  Isolate* isolate = arguments.GetIsolate();
  const BytesView view(arguments[0]);
  const int32_t flags = FlagsOf(arguments[1]);
  std::string_view text(reinterpret_cast<const char*>(view.bytes().data()), view.bytes().size());
  if ((flags & kFatal) && !simdutf::validate_utf8(text.data(), text.size())) return;
  if (!(flags & kKeepBom) && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  ReturnString(arguments, js::FromUtf8(isolate, text));
}

void DecodeBytes(const Arguments& arguments) {
  enum Encoding { kWindows = 1, kUtf16Le = 2, kUtf16Be = 3 };
  Isolate* isolate = arguments.GetIsolate();
  const BytesView view(arguments[0]);
  const int32_t encoding = FlagsOf(arguments[2]);
  if (encoding == kWindows) {
    ReturnString(arguments, DecodeWindows1252(isolate, view.bytes()));
  } else if (encoding == kUtf16Le || encoding == kUtf16Be) {
    std::vector<uint16_t> units;
    if (!DecodeUtf16(view.bytes(), encoding == kUtf16Be, FlagsOf(arguments[1]), units)) return;
    if (units.empty()) {
      ReturnString(arguments, String::Empty(isolate));
    } else {
      ReturnString(arguments,
                   String::NewFromTwoByte(isolate, units.data(), v8::NewStringType::kNormal,
                                          static_cast<int>(units.size())));
    }
  }
}

void IndexOfBytes(const Arguments& arguments) {
  const BytesView haystack_view(arguments[0]);
  const BytesView needle_view(arguments[1]);
  const std::span<const uint8_t> haystack = haystack_view.bytes();
  const std::span<const uint8_t> needle = needle_view.bytes();
  const double from = arguments[2]->IsNumber() ? arguments[2].As<v8::Number>()->Value() : 0;
  double position = -1;
  if (from >= 0 && from <= static_cast<double>(haystack.size())) {
    const size_t start = static_cast<size_t>(from);
    const void* found = needle.empty() ? nullptr
                                       : memmem(haystack.data() + start, haystack.size() - start,
                                                needle.data(), needle.size());
    if (found != nullptr) {
      position = static_cast<double>(static_cast<const uint8_t*>(found) - haystack.data());
    }
  }
  arguments.GetReturnValue().Set(position);
}

}  // namespace isolane::web
