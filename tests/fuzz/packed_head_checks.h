// What holds for every packed head (base/packed_head.h), whatever it was parsed from.
#pragma once

#include <cstddef>
#include <string_view>

#include "runtime/base/check.h"
#include "runtime/base/packed_head.h"

namespace isolane::fuzz {

inline bool IsTokenCharacter(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// Headers from `headers_at`, where the first "\n" is, on. Their number.
inline size_t CheckPackedHeaders(std::string_view head) {
  ISOLANE_CHECK(head.find('\r') == std::string_view::npos);
  size_t count = 0;
  size_t at = head.find(base::kHeaderMark);
  while (at != std::string_view::npos) {
    const size_t next = head.find(base::kHeaderMark, at + 1);
    const std::string_view line =
        head.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    const size_t mark = line.find(base::kValueMark);
    ISOLANE_CHECK(mark != std::string_view::npos && mark > 0);
    for (const char c : line.substr(0, mark)) {
      ISOLANE_CHECK(IsTokenCharacter(c) && !(c >= 'A' && c <= 'Z'));
    }
    const std::string_view value = line.substr(mark + 1);
    ISOLANE_CHECK(value.find(base::kValueMark) == std::string_view::npos);
    ISOLANE_CHECK(value.empty() || (value.front() != ' ' && value.front() != '\t'));
    ISOLANE_CHECK(value.empty() || (value.back() != ' ' && value.back() != '\t'));
    count++;
    at = next;
  }
  return count;
}

// How often the header is there; its last value goes to `value`.
inline size_t CountHeader(std::string_view head, std::string_view name, std::string_view* value) {
  size_t count = 0;
  base::VisitPackedHeaders(head, [&](std::string_view one, std::string_view text) {
    if (one != name) return;
    count++;
    *value = text;
  });
  return count;
}

inline bool IsChunked(std::string_view value) {
  constexpr std::string_view kChunked = "chunked";
  if (value.size() != kChunked.size()) return false;
  for (size_t i = 0; i < value.size(); i++) {
    if ((value[i] | 0x20) != kChunked[i]) return false;
  }
  return true;
}

}  // namespace isolane::fuzz
