// Whole lines out of pieces of output.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace isolane::process {

class LineJoiner {
 public:
  // A longer line is given in parts.
  static constexpr size_t kLongest = 64 * 1024;

  // Calls give(line) for each line that is complete, without "\n" or "\r\n".
  template <typename Give>
  void Add(std::string_view bytes, Give&& give) {
    for (;;) {
      const size_t end = bytes.find('\n');
      if (end == std::string_view::npos) break;
      pending_ += bytes.substr(0, end);
      bytes.remove_prefix(end + 1);
      Take(give);
    }
    pending_ += bytes;
    if (pending_.size() >= kLongest) Take(give);
  }
  // The last line need not have an end.
  template <typename Give>
  void Finish(Give&& give) {
    if (!pending_.empty()) Take(give);
  }

 private:
  template <typename Give>
  void Take(Give&& give) {
    const std::string line = std::exchange(pending_, {});
    std::string_view view = line;
    if (view.ends_with('\r')) view.remove_suffix(1);
    give(view);
  }

  std::string pending_;
};

}  // namespace isolane::process
