// Text of protocols and of names: letters are those of ASCII, whatever the locale.
//
// Thread: any; pure functions.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace isolane::base {

constexpr char LowerCased(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }

inline std::string LowerCased(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return LowerCased(c); });
  return lower;
}

// Without the spaces and tabs around it.
inline std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace isolane::base
