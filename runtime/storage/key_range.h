// The keys that list() is asked for, as one range.
//
// Plain data. Keys are ordered by the bytes of their UTF-8, as SQLite and workerd order them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::storage {

struct KeyRange {
  std::string start;               // inclusive
  std::optional<std::string> end;  // exclusive; none: to the last key
  bool empty = false;              // no key can be in it
};

struct KeyRangeOptions {
  std::optional<std::string_view> start = {};        // inclusive
  std::optional<std::string_view> start_after = {};  // exclusive; not with `start`
  std::optional<std::string_view> end = {};          // exclusive
  std::string_view prefix = {};
};

KeyRange MakeKeyRange(const KeyRangeOptions& options);

}  // namespace isolane::storage
