// The line printed for each request that came in from outside, and the tree of calls below it.
//
// Thread: any. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <isolane/observer.h>

#include "cli/terminal.h"

namespace isolane::cli {

struct RequestLine {
  std::string_view method;
  std::string_view url;  // absolute or a path; the query is not printed: it often holds secrets
  int status = 0;        // 0: the client left before there was a response
  std::string_view status_text = {};
  int64_t microseconds = 0;
};

// "/cart" of "http://shop.example/cart?token=1".
std::string_view PathOfRequest(std::string_view url);

// Wrangler's: "GET /private 200 OK (3ms)".
std::string FormatRequest(const RequestLine& line, Colours colours);

// One Worker's part in a request, and the calls it made, in order. Equal neighbours are one node
// that counts them.
struct CallNode {
  std::string name;  // of the public Worker, then as in TraceNode
  std::vector<CallNode> calls = {};
  // How long the fastest and the slowest took. Negative: nobody has measured, or (kUnanswered) not
  // answered yet.
  int64_t least_us = -1;
  int64_t most_us = -1;
  int status = 200;  // 0: it failed
  size_t count = 1;
};

inline constexpr int64_t kUnanswered = -2;

// The tree below the first node of `trace`, without the nodes before `from`, but for those that
// lead to others.
CallNode TreeOfCalls(const std::vector<TraceNode>& trace, size_t from);

// A chain reads "gateway → AUTH 1.2ms → KEYS 0.30ms". Several calls of one Worker stand in
// parentheses: "gateway → (AUTH 403 1.2ms, APPLICATION 3.1ms)"; the same call in a row counts up:
// "gateway → ITEM ×12 0.10–1.4ms". A call without an answer ends with "…", a failed one says so.
std::string FormatCalls(const CallNode& root, Colours colours);

}  // namespace isolane::cli
