// What a tail Worker is told of one invocation, gathered while that goes on, and its text: the JSON
// from which builtins/workers/tail.js makes a TraceItem.
//
// Loop thread. Owned by Tails; its invocation points to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/pipe.h"

namespace isolane::worker {

class Worker;
class TailSource;
struct Call;
struct Channel;

// Who is told.
struct TailTarget {
  Worker* worker = nullptr;
  // Of the Worker that is told of: which entrypoint; null: the default one.
  const Channel* channel = nullptr;
  std::string props;       // as Call::props
  bool streaming = false;  // while it goes on, instead of when it is over
};

// The path of a method call, with dots.
std::string MethodNameOf(const Call& call);

// A console line: see TailRecord::AddLog. Or an exception, which has a name instead of a level and
// a stack instead of the information: see TailRecord::AddException.
struct TailLine {
  double timestamp_ms;
  std::string level;
  std::string message;
  std::string error_info;
  bool exception = false;
};

struct TailRecord {
  // Bytes of console lines and exceptions that are kept; more is cut off and shown as `truncated`.
  static constexpr size_t kMaxBytes = size_t{256} << 10;

  const Worker* worker = nullptr;
  std::string entrypoint;  // empty: the default export
  std::string object_id;   // of a Durable Object: 64 digits; else empty
  uint32_t call = 0;       // of a Durable Object: the call on it that this is about
  // Who is told: those of the Worker's tail consumers that were not told of what led to this.
  std::vector<TailTarget> consumers;
  std::vector<const Worker*> chain;
  double timestamp_ms = 0;               // since 1970
  double started_ms = 0;                 // of the monotonic clock
  uint64_t cpu = 0;                      // cycles of the time-stamp counter
  std::string head;                      // of a fetch
  std::string cf;                        // of a fetch: structured-clone bytes, or empty
  std::string event;                     // of anything else: JSON object
  int status = 0;                        // of a fetch: 0 before it has answered
  std::shared_ptr<base::Pipe> response;  // its body, if that is a stream
  std::string outcome;                   // empty: "ok"
  std::string logs;                      // JSON objects with commas between them
  std::string exceptions;                // likewise
  // What the constructor of a Durable Object has written, and exceptions that nobody caught there:
  // told with the first call, as in workerd.
  // Of a record that stands for nothing else.
  std::vector<TailLine> early_lines;
  bool early = false;
  size_t bytes = 0;
  bool truncated = false;
  // Of what is told at once (tail_stream.h); null: nobody wants it. Nobody else owns it; calls that
  // are under way know it by weak_ptr.
  std::shared_ptr<TailSource> source;

  TailRecord();
  ~TailRecord();

  // What the invocation was called for.
  void Describe(const Call& call);
  // The same for a record that is `early`.
  void KeepLine(TailLine line);
  // `message` is a JSON array, `error_info` another one or empty; both in UTF-8.
  void AddLog(double timestamp_ms, std::string_view level, std::string_view message,
              std::string_view error_info);
  // `stack` is empty when there is none.
  void AddException(double timestamp_ms, std::string_view name, std::string_view message,
                    std::string_view stack);
  // What it is: a JSON object, in ASCII.
  std::string EventJson() const;
  // All of it, in ASCII. `now_ms` is of the monotonic clock.
  std::string ToJson(double now_ms, double cycles_per_ms) const;

 private:
  // Whether there is room for so many bytes more; notes that there was none.
  bool Fits(size_t bytes);
};

}  // namespace isolane::worker
