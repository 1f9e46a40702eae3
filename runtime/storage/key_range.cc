#include "runtime/storage/key_range.h"

#include <algorithm>

namespace isolane::storage {

namespace {

// The smallest string greater than all that begin with `prefix`; none if there is no such string.
std::optional<std::string> EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace

KeyRange MakeKeyRange(const KeyRangeOptions& options) {
  KeyRange range;
  if (options.start) range.start = *options.start;
  if (options.start_after) {
    // The next string after it in the order of bytes.
    range.start = std::string(*options.start_after) + '\0';
  }
  if (options.end) range.end = std::string(*options.end);
  if (!options.prefix.empty()) {
    range.start = std::max(range.start, std::string(options.prefix));
    if (std::optional<std::string> end = EndOfPrefix(options.prefix)) {
      range.end = range.end ? std::min(*range.end, *end) : *end;
    }
  }
  range.empty = range.end && *range.end <= range.start;
  return range;
}

}  // namespace isolane::storage
