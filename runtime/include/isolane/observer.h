// What a Runtime tells about its work: log lines and finished requests.
//
// Called on the loop thread, OnLog and OnDataPoint also while JavaScript runs: an observer notes
// what it is told and calls nothing of the Runtime. Views are valid during the call only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isolane {

enum class LogLevel { kDebug, kInfo, kLog, kWarn, kError };

struct LogLine {
  LogLevel level = LogLevel::kLog;
  std::string_view worker;
  // Number of the top-level request; 0 outside of any.
  uint64_t request = 0;
  // May hold several lines.
  std::string_view text;
  // True for what isolane says about a Worker (an uncaught exception), false for console lines.
  bool from_runtime = false;
};

// One call of a request's tree, in the order in which they were made.
struct TraceNode {
  // What was called: "AUTH", "AUTH.verify()", "fetch shop.example"; the Worker's name for the
  // first.
  std::string name;
  // Empty: the network, or nobody.
  std::string worker;
  // Index of the caller in the vector; -1 for the first.
  int parent = -1;
  int status = 0;  // 0: no response
  // When it was called, counted from the beginning of the request, and how long it took until it
  // was answered: -1 for one that is not. Of the first: both are 0.
  double start_ms = 0;
  double duration_ms = 0;
};

// What is known when a response begins: its body may take hours.
struct ResponseSummary {
  uint64_t request = 0;
  // A process that has called `service` by an URL binding; `caller` is empty for a request from
  // outside.
  std::string_view caller;
  std::string_view service;
  // The Worker that was asked.
  std::string_view worker;
  std::string_view method;
  std::string_view url;
  int status = 0;
  // The response's own, or the registered one; may be empty.
  std::string_view status_text;
  double duration_ms = 0;
  // The calls so far. Null unless wants_trace().
  const std::vector<TraceNode>* trace = nullptr;
};

// A line that a process of the graph has written.
struct OutputLine {
  std::string_view service;
  bool to_stderr = false;
  std::string_view text;
};

struct RequestSummary {
  uint64_t request = 0;
  std::string_view method;
  std::string_view url;
  int status = 0;  // 0: the client left before there was one
  double duration_ms = 0;
  double cpu_ms = 0;
  // Null unless wants_trace().
  const std::vector<TraceNode>* trace = nullptr;
  // So many of them OnResponse was told of; 0: it was not called.
  size_t traced_before = 0;
};

// What a Worker wrote to a data set of Analytics Engine.
struct DataPoint {
  std::string_view worker;
  uint64_t request = 0;  // see LogLine
  std::string_view dataset;
  // The point as console.log would show it.
  std::string_view text;
};

class Observer {
 public:
  virtual ~Observer() = default;
  // Asked once, by Runtime::Load: building traces costs a little per call.
  virtual bool wants_trace() const { return false; }
  // Likewise.
  virtual bool wants_responses() const { return false; }
  virtual void OnLog(const LogLine& line) { (void)line; }
  // Asked for every data point: without it none is put into words.
  virtual bool wants_data_points() const { return false; }
  virtual void OnDataPoint(const DataPoint& point) { (void)point; }
  // The head of a response is about to leave. Not called for a client that left before, nor without
  // wants_responses().
  virtual void OnResponse(const ResponseSummary& summary) { (void)summary; }
  // The response has left and every waitUntil() task is done.
  virtual void OnRequest(const RequestSummary& summary) { (void)summary; }
  virtual void OnOutput(const OutputLine& line) { (void)line; }
  // Some milliseconds after the first of the others since the last OnFlush: for observers that
  // gather.
  virtual void OnFlush() {}
};

}  // namespace isolane
