// The line printed for each request that came in from outside, and the tree of calls below it.
//
// Thread: any. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.h"

namespace isolane::cli {

struct RequestLine {
  std::string_view method;
  std::string_view url;  // absolute or a path; the query is not printed: it often holds secrets
  int status = 0;        // 0: the client left before there was a response
  int64_t microseconds = 0;
};

// "GET /private 200 1.3 ms".
std::string FormatRequest(const RequestLine& line, Colours colours);

// One Worker's part in a request, and the calls it made on its bindings, in order.
struct CallNode {
  std::string name;  // of the public Worker, then of bindings: "gateway", "AUTH", "AUTH.verify()"
  std::vector<CallNode> calls;
};

// A chain reads "gateway → AUTH → KEYS". Several calls of one Worker stand in parentheses:
// "gateway → (AUTH → KEYS, APPLICATION)"; the same call in a row counts up: "gateway → ITEM ×12".
std::string FormatCalls(const CallNode& root);

}  // namespace isolane::cli
