// Prints what a Runtime tells: console lines, uncaught errors, a line for each request.
//
// Loop thread. Lines are gathered and written together, some milliseconds later at most, so that
// logging costs no system call per request.
#pragma once

#include <string>

#include <isolane/observer.h>

#include "cli/options.h"
#include "cli/terminal.h"

namespace isolane::cli {

class LogPrinter final : public Observer {
 public:
  LogPrinter(LogLevel level, Colours colours) : level_(level), colours_(colours) {}
  ~LogPrinter() override { OnFlush(); }

  bool wants_trace() const override { return level_ >= LogLevel::kDebug; }
  void OnLog(const LogLine& line) override;
  bool wants_data_points() const override { return level_ >= LogLevel::kDebug; }
  void OnDataPoint(const DataPoint& point) override;
  void OnRequest(const RequestSummary& summary) override;
  void OnFlush() override;

 private:
  void Add(std::string_view text);

  const LogLevel level_;
  const Colours colours_;
  std::string buffer_;
};

}  // namespace isolane::cli
