// Which part of a representation a request asks for, and whether it has it already: the Range,
// If-Range and If-None-Match headers against a file with a strong entity tag.
//
// https://www.rfc-editor.org/rfc/rfc9110#section-13, #section-14
// Thread: any. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace isolane::files {

struct ByteRange {
  enum class Kind : uint8_t {
    kWhole,          // all of it: no range, one that is malformed, or several
    kPart,           // from `first` to `last`, both included
    kUnsatisfiable,  // nothing of it exists
  };
  Kind kind = Kind::kWhole;
  uint64_t first = 0;
  uint64_t last = 0;
};

// The value of a Range header (empty: none) for a representation of `size` bytes.
ByteRange ParseByteRange(std::string_view value, uint64_t size);

// If-None-Match: whether the list names `etag` (quotes included), or "*". Compares weakly.
bool ListNamesETag(std::string_view value, std::string_view etag);

}  // namespace isolane::files
