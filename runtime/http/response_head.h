// Writes the head of a response and decides how its body is framed (RFC 9112 6).
//
// Thread: any; a pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/http/byte_buffer.h"
#include "runtime/http/content_encoder.h"
#include "runtime/http/framing.h"

namespace isolane::http {

// How the request was made.
struct ResponseContext {
  bool head_request = false;
  bool http10 = false;
  bool keep_alive = true;
  std::string_view date;
};

// What is known of the body before it is framed. `length` is of the bytes as they are given, which
// is not what is sent when they are compressed: then `encode` tells the length after.
struct BodyFacts {
  bool present = false;
  std::optional<uint64_t> length;  // 0 when not present
  bool may_encode = false;
};

// Appends status line and headers of `packed_head` (see base/packed_head.h) to `out`.
//
// `encoded_length(Encoding)` is called when the body is to be compressed: it gives the length
// after, or nothing when that is not known yet.
template <typename EncodedLength>
BodyFraming WriteResponseHead(ByteBuffer& out, int status, std::string_view packed_head,
                              const BodyFacts& body, const ResponseContext& context,
                              EncodedLength&& encoded_length);

// The two halves of WriteResponseHead.
struct GivenHeaders {
  std::optional<uint64_t> content_length;
  Encoding encoding = Encoding::kNone;
  bool encoded = false;  // there is a content-encoding
  bool date = false;
};
GivenHeaders WriteGivenHeaders(ByteBuffer& out, int status, std::string_view packed_head);
void WriteFramingHeaders(ByteBuffer& out, const BodyFraming& framing, bool write_length,
                         bool write_date, const ResponseContext& context);

// 1xx, 204 and 304 have no body whatever was given; a HEAD request's response neither.
inline bool StatusAllowsBody(int status) { return status >= 200 && status != 204 && status != 304; }

template <typename EncodedLength>
BodyFraming WriteResponseHead(ByteBuffer& out, int status, std::string_view packed_head,
                              const BodyFacts& body, const ResponseContext& context,
                              EncodedLength&& encoded_length) {
  const GivenHeaders given = WriteGivenHeaders(out, status, packed_head);
  BodyFraming result;
  result.keep_alive = context.keep_alive;
  std::optional<uint64_t> length = body.length;
  const bool sends_body = StatusAllowsBody(status) && !context.head_request;
  if (given.encoding != Encoding::kNone && body.present && body.may_encode) {
    // HEAD: what GET would have sent is compressed to an unknown length.
    length = std::nullopt;
    if (sends_body) {
      result.encoding = given.encoding;
      length = encoded_length(given.encoding);
    }
  } else if (!length) {
    length = given.content_length;
  }

  bool write_length = true;
  if (!sends_body) {
    result.framing = Framing::kNoBody;
    // RFC 9110 8.6: never with 1xx and 204; else what a GET would have had, if that is known.
    if (!body.present || status == 304) length = given.content_length;
    write_length = length.has_value() && status >= 200 && status != 204;
  } else if (length) {
    result.framing = Framing::kLength;
  } else {
    result.framing = context.http10 ? Framing::kUntilClose : Framing::kChunked;
    if (context.http10) result.keep_alive = false;
    write_length = false;
  }
  result.length = length.value_or(0);
  WriteFramingHeaders(out, result, write_length, !given.date, context);
  return result;
}

}  // namespace isolane::http
