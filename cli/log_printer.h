// Prints what a Runtime tells, for people: console lines, uncaught errors with the code they come
// from, a line for each request.
//
//   hello                                      of a single Worker, as wrangler prints it
//   [auth] hello                               one of several
//   [auth #3] hello                            with the number of the request
//   ▲ [WARNING] careful                        to stderr
//   ✘ [ERROR] Uncaught TypeError: boom ...     likewise
//   GET /private 200 OK (3ms)  gateway → AUTH 1.2ms
//
// Loop thread. Lines are gathered and written together, some milliseconds later at most, so that
// logging costs no system call per request.
#pragma once

#include <string>
#include <utility>

#include <isolane/observer.h>

#include "cli/code_frame.h"
#include "cli/log_output.h"
#include "cli/options.h"
#include "cli/service_output.h"
#include "cli/terminal.h"

namespace isolane::cli {

struct LogStyle {
  LogLevel level = LogLevel::kLog;
  Colours out = Colours::kNever;  // of stdout
  Colours err = Colours::kNever;  // of stderr
  bool several_workers = false;   // lines say which one they come from
  bool numbers = false;           // and which request
  bool calls = false;             // the line of a request ends with the tree of its calls
};

// What `options` ask for, on this process's stdout and stderr. Calls cost a little for each of
// them: they are shown while developing, and by `serve` at the level debug.
LogStyle StyleOf(const CliOptions& options, size_t workers);

class LogPrinter final : public Observer {
 public:
  explicit LogPrinter(const LogStyle& style) : style_(style) {}

  bool wants_trace() const override { return style_.calls && wants_responses(); }
  bool wants_responses() const override { return style_.level >= LogLevel::kInfo; }
  void OnLog(const LogLine& line) override;
  bool wants_data_points() const override { return style_.level >= LogLevel::kDebug; }
  void OnDataPoint(const DataPoint& point) override;
  void OnResponse(const ResponseSummary& summary) override;
  void OnRequest(const RequestSummary& summary) override;
  void OnOutput(const OutputLine& line) override;
  // How lines of processes look.
  void set_services(ServiceOutput services) { services_ = std::move(services); }
  void OnFlush() override { output_.Flush(); }

 private:
  std::string NumberOf(uint64_t request) const;

  const LogStyle style_;
  CodeFrames frames_;
  LogOutput output_;
  ServiceOutput services_;
};

// Whether a line of this level is shown.
bool IsShown(isolane::LogLevel level, LogLevel wanted);

}  // namespace isolane::cli
