// Undoes what `content-encoding` says of a body, piece by piece: gzip, deflate (with or without
// zlib's wrapper, as servers send both) and brotli.
//
// Loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/http/byte_buffer.h"
#include "runtime/http/content_encoder.h"

namespace isolane::http {

class ContentDecoder {
 public:
  // One call of Decode gives at most so much, however much the input holds.
  static constexpr size_t kMaxOutput = 32 * 1024;

  enum class Status : uint8_t {
    kNeedsInput,  // all of the input is used up
    kHasMore,     // call again, with what is left of the input
    kCorrupt,
  };

  // Not for kNone.
  static std::unique_ptr<ContentDecoder> Create(Encoding encoding);
  virtual ~ContentDecoder() = default;
  // Takes from the front of `input`, appends to `out`.
  virtual Status Decode(std::string_view& input, ByteBuffer& out) = 0;
  // What was decoded may end here. Also true of nothing at all: an empty body has no encoding.
  virtual bool complete() const = 0;
};

}  // namespace isolane::http
