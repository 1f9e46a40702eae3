#include "cli/request_log.h"

#include <utility>

namespace isolane::cli {
namespace {

// Beyond it the chain ends with "…"; the runtime's own limit on depth is near.
constexpr int kMaxDepth = 32;

std::string_view PathOf(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t query = url.find_first_of("?#");
  if (scheme != std::string_view::npos && (query == std::string_view::npos || scheme < query)) {
    const size_t path = url.find_first_of("/?#", scheme + 3);
    if (path == std::string_view::npos || url[path] != '/') return "/";
    url.remove_prefix(path);
  }
  return url.substr(0, url.find_first_of("?#"));
}

// Three digits are enough to see what is slow.
std::string Milliseconds(int64_t microseconds) {
  // In whole hundredths, tenths or ones of a millisecond: printing a double costs more than a hop.
  if (microseconds < 995) {
    const int64_t hundredths = (microseconds + 5) / 10;
    const char digits[] = {static_cast<char>('0' + hundredths / 10 % 10),
                           static_cast<char>('0' + hundredths % 10), 0};
    return std::string(hundredths >= 100 ? "1." : "0.") + digits + " ms";
  }
  if (microseconds < 9950) {
    const int64_t tenths = (microseconds + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
  }
  return std::to_string((microseconds + 500) / 1000) + " ms";
}

Colour ColourOf(int status) {
  if (status < 100 || status >= 500) return Colour::kRed;
  if (status >= 400) return Colour::kYellow;
  return status >= 300 ? Colour::kCyan : Colour::kGreen;
}

void AppendCalls(const CallNode& node, int depth, std::string& out) {
  out += Printable(node.name);
  if (node.calls.empty()) return;
  if (depth == kMaxDepth) {
    out += " → …";
    return;
  }
  // Each distinct run of equal calls with its length.
  std::vector<std::pair<std::string, size_t>> runs;
  for (const CallNode& call : node.calls) {
    std::string text;
    AppendCalls(call, depth + 1, text);
    if (!runs.empty() && runs.back().first == text) {
      runs.back().second++;
    } else {
      runs.emplace_back(std::move(text), 1);
    }
  }
  out += runs.size() == 1 ? " → " : " → (";
  for (size_t i = 0; i < runs.size(); i++) {
    const auto& [text, count] = runs[i];
    if (i > 0) out += ", ";
    // A repeated chain needs its own bounds: "(A → B) ×3".
    const bool bounded = count > 1 && text.find(" → ") != std::string::npos;
    out += bounded ? "(" + text + ")" : text;
    if (count > 1) out += " ×" + std::to_string(count);
  }
  if (runs.size() > 1) out += ")";
}

}  // namespace

std::string FormatRequest(const RequestLine& line, Colours colours) {
  const std::string status = line.status == 0 ? "(client left)" : std::to_string(line.status);
  return Printable(line.method) + " " + Printable(PathOf(line.url)) + " " +
         Paint(status, ColourOf(line.status), colours) + " " +
         Paint(Milliseconds(line.microseconds), Colour::kDim, colours);
}

std::string FormatCalls(const CallNode& root) {
  std::string out;
  AppendCalls(root, 0, out);
  return out;
}

}  // namespace isolane::cli
