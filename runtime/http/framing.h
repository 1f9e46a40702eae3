// How the end of a message's body is told (RFC 9112 6).
//
// Thread: any; plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/http/content_encoder.h"

namespace isolane::http {

enum class Framing : uint8_t {
  kNoBody,  // nothing follows the head
  kLength,  // content-length bytes follow
  kChunked,
  kUntilClose,  // HTTP/1.0 and an unknown length
};

struct BodyFraming {
  Framing framing = Framing::kLength;
  uint64_t length = 0;  // kLength
  bool keep_alive = true;
  Encoding encoding = Encoding::kNone;  // apply this to the body
};

// The value of a Content-Length header; nothing when it is not one number of a sensible size.
inline std::optional<uint64_t> ParseContentLength(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

}  // namespace isolane::http
