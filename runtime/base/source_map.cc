#include "runtime/base/source_map.h"

#include <algorithm>
#include <string_view>

namespace isolane::base {
namespace {

// Beyond this nothing is a place in a file.
constexpr int64_t kLargest = int64_t{1} << 31;

int DigitOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// The fields of one segment: 1, 4 or 5 numbers.
struct Segment {
  int64_t fields[5] = {};
  int count = 0;
  bool damaged = false;
};

Segment ReadSegment(std::string_view text, size_t& at) {
  Segment segment;
  while (at < text.size() && text[at] != ',' && text[at] != ';') {
    uint64_t number = 0;
    int shift = 0;
    for (;; shift += 5) {
      const int digit = at < text.size() ? DigitOf(text[at]) : -1;
      if (digit < 0 || shift > 30 || segment.count == 5) {
        segment.damaged = true;
        at = std::min(text.find_first_of(",;", at), text.size());
        return segment;
      }
      at++;
      number |= static_cast<uint64_t>(digit & 31) << shift;
      if ((digit & 32) == 0) break;
    }
    const auto magnitude = static_cast<int64_t>(number >> 1);
    segment.fields[segment.count++] = (number & 1) != 0 ? -magnitude : magnitude;
  }
  return segment;
}

}  // namespace

void SourceMapReader::IndexLines() {
  indexed_ = true;
  const std::string_view text = map_->mappings;
  State state;
  lines_.push_back({0, state});
  for (size_t at = 0; at < text.size();) {
    if (text[at] == ';') {
      lines_.push_back({++at, state});
    } else if (text[at] == ',') {
      at++;
    } else {
      const Segment segment = ReadSegment(text, at);
      if (segment.damaged || segment.count < 4) continue;
      state.source += segment.fields[1];
      state.line += segment.fields[2];
      state.column += segment.fields[3];
    }
  }
}

std::optional<SourceMapReader::Place> SourceMapReader::Find(int line, int column) {
  if (!indexed_) IndexLines();
  if (line < 1 || column < 1 || static_cast<size_t>(line) > lines_.size()) return std::nullopt;
  const Line& start = lines_[static_cast<size_t>(line) - 1];
  const std::string_view text = map_->mappings;
  State state = start.before;
  int64_t generated = 0;
  std::optional<State> found;
  for (size_t at = start.at; at < text.size() && text[at] != ';';) {
    if (text[at] == ',') {
      at++;
      continue;
    }
    const Segment segment = ReadSegment(text, at);
    if (segment.damaged || segment.count == 0) continue;
    generated += segment.fields[0];
    if (generated > column - 1) break;
    if (segment.count < 4) {
      found.reset();
      continue;
    }
    state.source += segment.fields[1];
    state.line += segment.fields[2];
    state.column += segment.fields[3];
    found = state;
  }
  if (!found || found->source < 0 || found->source >= static_cast<int64_t>(map_->sources.size()) ||
      found->line < 0 || found->line >= kLargest || found->column < 0 ||
      found->column >= kLargest) {
    return std::nullopt;
  }
  const std::string& source = map_->sources[static_cast<size_t>(found->source)];
  if (source.empty()) return std::nullopt;
  return Place{source, static_cast<int>(found->line) + 1, static_cast<int>(found->column) + 1};
}

}  // namespace isolane::base
