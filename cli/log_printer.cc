#include "cli/log_printer.h"

#include <unistd.h>

#include "cli/request_log.h"

namespace isolane::cli {

namespace {

LogLevel LevelOf(isolane::LogLevel level) {
  switch (level) {
    // console.debug() is a line like console.info()'s: wrangler's level debug is about wrangler.
    case isolane::LogLevel::kDebug:
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

int64_t Microseconds(double milliseconds) { return static_cast<int64_t>(milliseconds * 1000); }

}  // namespace

bool IsShown(isolane::LogLevel level, LogLevel wanted) { return LevelOf(level) <= wanted; }

LogStyle StyleOf(const CliOptions& options, size_t workers) {
  LogStyle style;
  style.level = options.log_level;
  style.out = ColoursOf(STDOUT_FILENO);
  style.err = ColoursOf(STDERR_FILENO);
  style.several_workers = workers > 1;
  // A program that reads the lines finds wrangler's form; people see which line belongs to what.
  style.numbers = isatty(STDOUT_FILENO) != 0 || options.log_level == LogLevel::kDebug;
  style.calls = options.command == Command::kDev || options.log_level == LogLevel::kDebug;
  return style;
}

std::string LogPrinter::NumberOf(uint64_t request) const {
  return style_.numbers && request != 0 ? "#" + std::to_string(request) : std::string();
}

void LogPrinter::OnLog(const LogLine& line) {
  if (!IsShown(line.level, style_.level)) return;
  const bool marked =
      line.level == isolane::LogLevel::kError || line.level == isolane::LogLevel::kWarn;
  const Colours colours = marked ? style_.err : style_.out;
  std::string tag;
  const bool several = style_.several_workers || services_.several();
  if (several && !line.worker.empty()) tag = line.worker;
  if (const std::string number = NumberOf(line.request); !number.empty()) {
    tag += (tag.empty() ? "" : " ") + number;
  }
  std::string text = tag.empty() ? tag : Paint("[" + tag + "]", Colour::kDim, colours) + " ";
  if (line.level == isolane::LogLevel::kError) {
    text += Paint("✘ [ERROR]", Colour::kRed, colours) + " ";
  } else if (line.level == isolane::LogLevel::kWarn) {
    text += Paint("▲ [WARNING]", Colour::kYellow, colours) + " ";
  }
  text += line.text;
  if (marked) {
    const std::string frame = frames_.FrameOf(line.text, colours);
    if (!frame.empty()) text += "\n" + frame;
  }
  output_.AddLine(marked ? STDERR_FILENO : STDOUT_FILENO, text);
}

void LogPrinter::OnDataPoint(const DataPoint& point) {
  const std::string text =
      "data point for " + std::string(point.dataset) + ": " + std::string(point.text);
  OnLog({isolane::LogLevel::kDebug, point.worker, point.request, text, true});
}

void LogPrinter::OnOutput(const OutputLine& line) {
  output_.AddLine(line.to_stderr ? STDERR_FILENO : STDOUT_FILENO, services_.Format(line));
}

void LogPrinter::OnResponse(const ResponseSummary& summary) {
  RequestLine line;
  line.method = summary.method;
  line.url = summary.url;
  line.status = summary.status;
  line.status_text = summary.status_text;
  line.microseconds = Microseconds(summary.duration_ms);
  std::string text;
  if (const std::string number = NumberOf(summary.request); !number.empty()) {
    text = Paint("[" + number + "]", Colour::kDim, style_.out) + " ";
  }
  if (!summary.caller.empty()) {
    text += Printable(summary.caller) + " → " + Printable(summary.service) + " ";
  }
  text += FormatRequest(line, style_.out);
  if (summary.trace != nullptr && summary.trace->size() > 1) {
    text += "  " + FormatCalls(TreeOfCalls(*summary.trace, 0), style_.out);
  }
  output_.AddLine(STDOUT_FILENO, text);
}

void LogPrinter::OnRequest(const RequestSummary& summary) {
  if (!wants_responses()) return;
  if (summary.traced_before == 0) {
    ResponseSummary left;
    left.request = summary.request;
    left.method = summary.method;
    left.url = summary.url;
    left.duration_ms = summary.duration_ms;
    left.trace = summary.trace;
    OnResponse(left);
    return;
  }
  // Calls of a body that was still being written, or of waitUntil() tasks.
  if (summary.trace == nullptr || summary.trace->size() <= summary.traced_before) return;
  std::string text;
  if (const std::string number = NumberOf(summary.request); !number.empty()) {
    text = Paint("[" + number + "]", Colour::kDim, style_.out) + " ";
  }
  text += Printable(summary.method) + " " + Printable(PathOfRequest(summary.url)) +
          " after the response  " +
          FormatCalls(TreeOfCalls(*summary.trace, summary.traced_before), style_.out);
  output_.AddLine(STDOUT_FILENO, text);
}

}  // namespace isolane::cli
