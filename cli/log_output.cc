#include "cli/log_output.h"

#include <unistd.h>

#include <cerrno>

namespace isolane::cli {

namespace {

constexpr size_t kWriteAt = 32 * 1024;

}  // namespace

void LogOutput::AddLine(int file_descriptor, std::string_view text) {
  if (parts_.empty() || parts_.back().file_descriptor != file_descriptor) {
    parts_.push_back({file_descriptor, {}});
  }
  std::string& part = parts_.back().text;
  part += text;
  part += '\n';
  bytes_ += text.size() + 1;
  if (bytes_ >= kWriteAt) Flush();
}

void LogOutput::Flush() {
  for (const Part& part : parts_) {
    size_t written = 0;
    while (written < part.text.size()) {
      const ssize_t count =
          write(part.file_descriptor, part.text.data() + written, part.text.size() - written);
      if (count < 0 && errno == EINTR) continue;
      // A closed or full terminal must not stop the server; the lines are lost.
      if (count <= 0) break;
      written += static_cast<size_t>(count);
    }
  }
  parts_.clear();
  bytes_ = 0;
}

}  // namespace isolane::cli
