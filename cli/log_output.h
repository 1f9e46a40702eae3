// Lines for stdout and stderr, in the order in which they were added, written together.
//
// Loop thread. Owned by whoever prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isolane::cli {

class LogOutput final {
 public:
  LogOutput() = default;
  ~LogOutput() { Flush(); }
  LogOutput(const LogOutput&) = delete;
  LogOutput& operator=(const LogOutput&) = delete;

  // `text` and a newline.
  void AddLine(int file_descriptor, std::string_view text);
  // Writes all there is. What a closed or full terminal does not take is lost.
  void Flush();

 private:
  struct Part {
    int file_descriptor;
    std::string text;
  };
  std::vector<Part> parts_;
  size_t bytes_ = 0;
};

}  // namespace isolane::cli
