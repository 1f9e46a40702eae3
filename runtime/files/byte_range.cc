#include "runtime/files/byte_range.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/ascii.h"

namespace isolane::files {
namespace {

enum class Digits { kNone, kNumber, kTooLarge, kOther };

Digits ParseDigits(std::string_view text, uint64_t& number) {
  if (text.empty()) return Digits::kNone;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end != text.data() + text.size()) return Digits::kOther;
  return error == std::errc() ? Digits::kNumber : Digits::kTooLarge;
}

}  // namespace

ByteRange ParseByteRange(std::string_view value, uint64_t size) {
  constexpr ByteRange kAll;
  constexpr ByteRange kNothing{ByteRange::Kind::kUnsatisfiable, 0, 0};
  value = base::Trimmed(value);
  if (value.size() < 6) return kAll;
  for (size_t i = 0; i < 5; i++) {
    if ((value[i] | 32) != "bytes"[i]) return kAll;
  }
  value.remove_prefix(5);
  value = base::Trimmed(value);
  if (!value.starts_with('=')) return kAll;
  value = base::Trimmed(value.substr(1));
  const size_t dash = value.find('-');
  if (dash == std::string_view::npos || value.find(',') != std::string_view::npos) return kAll;

  uint64_t first = 0;
  uint64_t last = 0;
  const Digits from = ParseDigits(base::Trimmed(value.substr(0, dash)), first);
  const Digits to = ParseDigits(base::Trimmed(value.substr(dash + 1)), last);
  if (from == Digits::kOther || to == Digits::kOther) return kAll;
  if (from == Digits::kNone) {
    // The last so many bytes.
    if (to == Digits::kNone) return kAll;
    if ((to == Digits::kNumber && last == 0) || size == 0) return kNothing;
    const uint64_t count = to == Digits::kTooLarge ? size : std::min(last, size);
    return {ByteRange::Kind::kPart, size - count, size - 1};
  }
  if (from == Digits::kNumber && to == Digits::kNumber && last < first) return kAll;
  if (from == Digits::kTooLarge || first >= size) return kNothing;
  if (to != Digits::kNumber || last >= size) last = size - 1;
  return {ByteRange::Kind::kPart, first, last};
}

bool ListNamesETag(std::string_view value, std::string_view etag) {
  // Tags are quoted and may hold commas, so the list is read tag by tag.
  size_t at = 0;
  while (at < value.size()) {
    const char c = value[at];
    if (c == ' ' || c == '\t' || c == ',') {
      at++;
      continue;
    }
    if (c == '*') return true;
    if (value.substr(at).starts_with("W/")) at += 2;
    const size_t start = at;
    if (at >= value.size() || value[at] != '"') return false;
    const size_t end = value.find('"', at + 1);
    if (end == std::string_view::npos) return false;
    if (value.substr(start, end + 1 - start) == etag) return true;
    at = end + 1;
  }
  return false;
}

}  // namespace isolane::files
