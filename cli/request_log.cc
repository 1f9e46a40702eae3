#include "cli/request_log.h"

#include <algorithm>
#include <utility>

namespace isolane::cli {
namespace {

// Beyond it the chain ends with "…"; the runtime's own limit on depth is near.
constexpr int kMaxDepth = 32;

// Three digits are enough to see what is slow.
std::string Milliseconds(int64_t microseconds) {
  // In whole hundredths, tenths or ones of a millisecond: printing a double costs more than a hop.
  if (microseconds < 995) {
    const int64_t hundredths = (microseconds + 5) / 10;
    const char digits[] = {static_cast<char>('0' + hundredths / 10 % 10),
                           static_cast<char>('0' + hundredths % 10), 0};
    return std::string(hundredths >= 100 ? "1." : "0.") + digits;
  }
  if (microseconds < 9950) {
    const int64_t tenths = (microseconds + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
  }
  return std::to_string((microseconds + 500) / 1000);
}

Colour ColourOf(int status) {
  if (status < 100 || status >= 500) return Colour::kRed;
  if (status >= 400) return Colour::kYellow;
  return status >= 300 ? Colour::kCyan : Colour::kGreen;
}

// The same calls, whatever time they took.
bool SameCalls(const CallNode& a, const CallNode& b) {
  if (a.name != b.name || a.status != b.status || (a.least_us < 0) != (b.least_us < 0))
    return false;
  return std::equal(
      a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(),
      [](const CallNode& x, const CallNode& y) { return x.count == y.count && SameCalls(x, y); });
}

void Merge(const CallNode& other, CallNode& node) {
  node.least_us = std::min(node.least_us, other.least_us);
  node.most_us = std::max(node.most_us, other.most_us);
  for (size_t i = 0; i < node.calls.size(); i++) Merge(other.calls[i], node.calls[i]);
}

void AppendNode(const CallNode& node, Colours colours, std::string& out) {
  out += Printable(node.name);
  if (node.count > 1 && node.calls.empty()) out += " ×" + std::to_string(node.count);
  if (node.least_us == kUnanswered) {
    out += " …";
    return;
  }
  if (node.status == 0) out += " " + Paint("failed", Colour::kRed, colours);
  if (node.status >= 300) {
    out += " " + Paint(std::to_string(node.status), ColourOf(node.status), colours);
  }
  if (node.least_us < 0) return;
  std::string time = Milliseconds(node.least_us);
  const std::string most = Milliseconds(node.most_us);
  if (most != time) time += "–" + most;
  out += " " + Paint(time + "ms", Colour::kDim, colours);
}

void AppendCalls(const CallNode& node, int depth, Colours colours, std::string& out) {
  // A repeated chain needs its own bounds: "(A → B) ×3".
  const bool bounded = node.count > 1 && !node.calls.empty();
  if (bounded) out += "(";
  AppendNode(node, colours, out);
  if (!node.calls.empty() && depth == kMaxDepth) {
    out += " → …";
  } else if (!node.calls.empty()) {
    out += node.calls.size() == 1 ? " → " : " → (";
    for (size_t i = 0; i < node.calls.size(); i++) {
      if (i > 0) out += ", ";
      AppendCalls(node.calls[i], depth + 1, colours, out);
    }
    if (node.calls.size() > 1) out += ")";
  }
  if (bounded) out += ") ×" + std::to_string(node.count);
}

}  // namespace

std::string_view PathOfRequest(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t query = url.find_first_of("?#");
  if (scheme != std::string_view::npos && (query == std::string_view::npos || scheme < query)) {
    const size_t path = url.find_first_of("/?#", scheme + 3);
    if (path == std::string_view::npos || url[path] != '/') return "/";
    url.remove_prefix(path);
  }
  return url.substr(0, url.find_first_of("?#"));
}

std::string FormatRequest(const RequestLine& line, Colours colours) {
  std::string status = line.status == 0 ? "(client left)" : std::to_string(line.status);
  if (line.status != 0 && !line.status_text.empty()) status += " " + Printable(line.status_text);
  // Whole ones, as wrangler prints them.
  const std::string time = "(" + std::to_string((line.microseconds + 500) / 1000) + "ms)";
  return Printable(line.method) + " " + Printable(PathOfRequest(line.url)) + " " +
         Paint(status, ColourOf(line.status), colours) + " " + Paint(time, Colour::kDim, colours);
}

CallNode TreeOfCalls(const std::vector<TraceNode>& trace, size_t from) {
  // A caller stands before those it calls: from the last to the first each node is complete when
  // its caller takes it.
  std::vector<CallNode> nodes(trace.size());
  for (size_t i = trace.size(); i-- > 0;) {
    const TraceNode& source = trace[i];
    CallNode& node = nodes[i];
    std::reverse(node.calls.begin(), node.calls.end());
    std::vector<CallNode> merged;
    for (CallNode& call : node.calls) {
      if (!merged.empty() && SameCalls(merged.back(), call)) {
        Merge(call, merged.back());
        merged.back().count++;
      } else {
        merged.push_back(std::move(call));
      }
    }
    node.calls = std::move(merged);
    node.name = source.name;
    node.status = source.status;
    if (source.parent < 0) {
      node.status = 200;  // the line has said it
      continue;
    }
    node.least_us = node.most_us =
        source.duration_ms < 0 ? kUnanswered : static_cast<int64_t>(source.duration_ms * 1000);
    if (i < from) {
      if (node.calls.empty()) continue;
      // It was printed before, and only leads on.
      node.least_us = node.most_us = -1;
      node.status = 200;
    }
    nodes[static_cast<size_t>(source.parent)].calls.push_back(std::move(node));
  }
  return nodes.empty() ? CallNode{} : std::move(nodes.front());
}

std::string FormatCalls(const CallNode& root, Colours colours) {
  std::string out;
  AppendCalls(root, 0, colours, out);
  return out;
}

}  // namespace isolane::cli
