// Prints what a Runtime tells, for programs: a JSON object a line, all of them to stdout.
//
//   {"type":"log","time":"2026-11-21T14:00:00.000Z","level":"info","worker":"auth","request":3,
//    "message":"hello"}
//   {"type":"request","time":...,"request":3,"method":"GET","path":"/private","status":200,
//    "statusText":"OK","ms":1.23,"totalMs":1.5,"cpuMs":0.4,"calls":[{"name":"AUTH","worker":"auth","caller":-1,
//    "status":200,"startMs":0.1,"ms":0.8}]}
//   {"type":"output","time":...,"service":"api","stream":"stdout","text":"GET /"}
//
// `level` is that of console, or "error" and "warn" of isolane itself ("source":"isolane"). A
// request has its line when it is over, with its waitUntil() tasks, after `totalMs`; its response
// began after `ms`. `status` is null if the client left before. `caller` is an index of `calls`, -1
// the public Worker; `ms` of a call without an answer is null.
//
// Loop thread. Lines are gathered and written together, some milliseconds later at most.
#pragma once

#include <map>
#include <string>

#include <isolane/observer.h>

#include "cli/log_output.h"
#include "cli/options.h"

namespace isolane::cli {

class JsonLog final : public Observer {
 public:
  // `calls`: requests have theirs, which costs a little for each of them.
  JsonLog(LogLevel level, bool calls) : level_(level), calls_(calls) {}

  bool wants_trace() const override { return calls_ && wants_responses(); }
  bool wants_responses() const override { return level_ >= LogLevel::kInfo; }
  void OnLog(const LogLine& line) override;
  void OnResponse(const ResponseSummary& summary) override;
  void OnRequest(const RequestSummary& summary) override;
  bool wants_data_points() const override { return level_ >= LogLevel::kDebug; }
  void OnDataPoint(const DataPoint& point) override;
  void OnOutput(const OutputLine& line) override;
  void OnFlush() override { output_.Flush(); }

 private:
  const LogLevel level_;
  const bool calls_;
  // Of requests whose response has begun: what was known then.
  struct Begun {
    std::string status_text;
    double duration_ms;
  };
  std::map<uint64_t, Begun> begun_;
  LogOutput output_;
};

// "2026-11-21T14:00:00.000Z"; `ms` since 1970.
std::string IsoTime(int64_t ms);
// A line of type "log" about the program itself, and a newline.
std::string JsonMessage(std::string_view level, std::string_view text);
// {"type":"ready","url":...,"workers":[...]} and a newline.
std::string JsonReady(const std::vector<std::string>& urls,
                      const std::vector<std::string>& workers);
// {"type":"build","worker":"auth","ok":true,"bundled":false,"ms":1.2} and a newline, likewise.
std::string JsonBuild(const std::string& worker, bool ok, bool bundled, double ms);
// {"type":"reload","workers":["auth"],"ms":12} and a newline.
std::string JsonReload(const std::vector<std::string>& workers, double ms);
// {"type":"connections","connected":["mailer"]} and a newline: Workers of other processes.
std::string JsonConnections(const std::vector<std::string>& connected);

}  // namespace isolane::cli
