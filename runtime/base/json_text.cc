#include "runtime/base/json_text.h"

#include <cstdint>

namespace isolane::base {

namespace {

void AppendUnit(uint32_t unit, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const char escape[] = {'\\',
                         'u',
                         kDigits[unit >> 12 & 15],
                         kDigits[unit >> 8 & 15],
                         kDigits[unit >> 4 & 15],
                         kDigits[unit & 15]};
  out.append(escape, sizeof escape);
}

void AppendCodePoint(uint32_t code, std::string& out) {
  if (code < 0x10000) return AppendUnit(code, out);
  code -= 0x10000;
  AppendUnit(0xd800 + (code >> 10), out);
  AppendUnit(0xdc00 + (code & 0x3ff), out);
}

// The code point at the front of `text`, which is not empty, and how many bytes it takes. U+FFFD
// and 1 for what is no UTF-8.
uint32_t FirstCodePoint(std::string_view text, size_t* size) {
  static constexpr uint32_t kReplacement = 0xfffd;
  static constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  *size = 1;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return lead;
  const size_t length = lead >= 0xf0 && lead < 0xf8   ? 4
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xc0 && lead < 0xe0 ? 2
                                                      : 0;
  if (length == 0 || text.size() < length) return kReplacement;
  uint32_t code = lead & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; i++) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return kReplacement;
    code = code << 6 | (next & 0x3f);
  }
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return kReplacement;
  }
  *size = length;
  return code;
}

void AppendAscii(unsigned char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    default:
      if (c < 0x20 || c == 0x7f) {
        AppendUnit(c, out);
      } else {
        out += static_cast<char>(c);
      }
  }
}

}  // namespace

void AppendJsonString(std::string_view utf8, std::string& out) {
  out += '"';
  while (!utf8.empty()) {
    size_t size = 0;
    const uint32_t code = FirstCodePoint(utf8, &size);
    utf8.remove_prefix(size);
    if (code < 0x80) {
      AppendAscii(static_cast<unsigned char>(code), out);
    } else {
      AppendCodePoint(code, out);
    }
  }
  out += '"';
}

void AppendJsonLatin1(std::string_view bytes, std::string& out) {
  out += '"';
  for (char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    if (c < 0x80) {
      AppendAscii(c, out);
    } else {
      AppendUnit(c, out);
    }
  }
  out += '"';
}

void AppendAsciiJson(std::string_view utf8_json, std::string& out) {
  while (!utf8_json.empty()) {
    size_t size = 0;
    const uint32_t code = FirstCodePoint(utf8_json, &size);
    utf8_json.remove_prefix(size);
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else {
      AppendCodePoint(code, out);
    }
  }
}

}  // namespace isolane::base
