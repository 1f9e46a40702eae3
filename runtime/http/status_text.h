// Reason phrases, and whole status lines for the statuses that have one.
//
// Thread: any.
#pragma once

#include <string_view>

namespace isolane::http {

// "HTTP/1.1 404 Not Found\r\n"; empty for a status without a registered phrase.
std::string_view StatusLine(int status);

// "Not Found"; empty for a status without a registered phrase.
inline std::string_view StatusText(int status) {
  const std::string_view line = StatusLine(status);
  constexpr size_t kBefore = sizeof "HTTP/1.1 200 " - 1;
  return line.empty() ? line : line.substr(kBefore, line.size() - kBefore - 2);
}

}  // namespace isolane::http
