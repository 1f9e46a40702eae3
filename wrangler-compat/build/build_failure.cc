#include "wrangler-compat/build/build_failure.h"

#include <algorithm>

namespace isolane::wrangler {

std::string BuildFailure(size_t count, const std::string& messages) {
  std::string text = "Build failed with " + std::to_string(count);
  text += count == 1 ? " error:\n\n" : " errors:\n\n";
  for (size_t at = 0; at < messages.size();) {
    const size_t end = std::min(messages.find('\n', at), messages.size());
    if (end > at) text += "  " + messages.substr(at, end - at);
    text += '\n';
    at = end + 1;
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace isolane::wrangler
