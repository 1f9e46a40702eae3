#include "cli/log_printer.h"

#include <unistd.h>
#include <cerrno>

#include "cli/request_log.h"

namespace isolane::cli {

namespace {

constexpr size_t kWriteAt = 32 * 1024;

LogLevel Shown(isolane::LogLevel level) {
  switch (level) {
    case isolane::LogLevel::kDebug:
      return LogLevel::kDebug;
    case isolane::LogLevel::kInfo:
      return LogLevel::kInfo;
    case isolane::LogLevel::kLog:
      return LogLevel::kLog;
    case isolane::LogLevel::kWarn:
      return LogLevel::kWarn;
    case isolane::LogLevel::kError:
      return LogLevel::kError;
  }
  return LogLevel::kLog;
}

CallNode TreeOf(const std::vector<TraceNode>& trace, int index) {
  CallNode node;
  node.name = trace[static_cast<size_t>(index)].name;
  for (size_t i = 0; i < trace.size(); i++) {
    if (trace[i].parent == index && static_cast<int>(i) > index) {
      node.calls.push_back(TreeOf(trace, static_cast<int>(i)));
    }
  }
  return node;
}

}  // namespace

void LogPrinter::Add(std::string_view text) {
  buffer_ += text;
  buffer_ += '\n';
  if (buffer_.size() >= kWriteAt) OnFlush();
}

void LogPrinter::OnFlush() {
  size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = write(STDOUT_FILENO, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    // A closed or full terminal must not stop the server; the lines are lost.
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  buffer_.clear();
}

void LogPrinter::OnLog(const LogLine& line) {
  if (Shown(line.level) > level_) return;
  std::string text;
  if (!line.worker.empty()) {
    text = "[" + std::string(line.worker);
    if (line.request != 0) text += " #" + std::to_string(line.request);
    text += "] ";
    text = Paint(text, Colour::kDim, colours_);
  }
  std::string body(line.text);
  if (line.level == isolane::LogLevel::kError) body = Paint(body, Colour::kRed, colours_);
  if (line.level == isolane::LogLevel::kWarn) body = Paint(body, Colour::kYellow, colours_);
  Add(text + body);
}

void LogPrinter::OnDataPoint(const DataPoint& point) {
  const std::string text =
      "data point for " + std::string(point.dataset) + ": " + std::string(point.text);
  OnLog({isolane::LogLevel::kDebug, point.worker, point.request, text, true});
}

void LogPrinter::OnRequest(const RequestSummary& summary) {
  if (level_ < LogLevel::kInfo) return;
  RequestLine line;
  line.method = summary.method;
  line.url = summary.url;
  line.status = summary.status;
  line.microseconds = static_cast<int64_t>(summary.duration_ms * 1000);
  std::string text = FormatRequest(line, colours_);
  if (summary.trace != nullptr && !summary.trace->empty()) {
    text += "  " + FormatCalls(TreeOf(*summary.trace, 0));
  }
  Add(text);
}

}  // namespace isolane::cli
