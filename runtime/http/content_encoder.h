// Compresses a response body on its way out: what `content-encoding: gzip` set by a worker asks
// for.
//
// Loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/http/byte_buffer.h"

namespace isolane::http {

enum class Encoding : uint8_t { kNone, kGzip, kDeflate, kBrotli };

// kNone for everything that is not encoded here (identity, zstd, lists).
Encoding ParseEncoding(std::string_view content_encoding);

class ContentEncoder {
 public:
  enum class Mode : uint8_t {
    kMore,    // more input will come at once
    kFlush,   // nothing more for now: everything so far can be decoded by the peer
    kFinish,  // the end
  };

  // Not for kNone.
  static std::unique_ptr<ContentEncoder> Create(Encoding encoding);
  virtual ~ContentEncoder() = default;
  // Appends to `out`.
  virtual void Encode(std::string_view input, Mode mode, ByteBuffer& out) = 0;
};

}  // namespace isolane::http
