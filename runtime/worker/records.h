// The pooled records behind the JavaScript objects of a request: pipelines, invocations, timers
// (calls: call.h; bodies: bodies.h). Plain state; what happens to it is in dispatcher.cc and
// bodies.cc.
//
// Loop thread. Owned by the pools of the Dispatcher; ids go stale when a record is freed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/events.h>
#include <isolane/observer.h>
#include <isolane/worker_spec.h>

#include "runtime/base/body.h"
#include "runtime/base/message_channel.h"
#include "runtime/js/watchdog.h"
#include "runtime/worker/outbound_slots.h"

namespace isolane::js {
class Isolate;
}

namespace isolane::worker {

class Worker;
struct Actor;
struct Channel;
struct Invocation;
struct TailRecord;

// An exception on its way to a caller: see builtins/internal/errors.js.
struct RemoteError {
  std::string type = "Error";
  std::string message;
  // Structured-clone bytes of what else arrives, or empty.
  std::string extra;
  // Thrown by the other worker's code, not by isolane.
  bool remote = false;
  // A sentence for the stack, which the message leaves out to be that of other runtimes; or empty.
  std::string hint = {};
  // It ended the Durable Object that was called.
  bool reset = false;
};

// What OnFailure is told when a request has used up a limit.
inline constexpr char kCpuExceeded[] = "Worker exceeded CPU time limit.";
inline constexpr char kMemoryExceeded[] = "Worker exceeded memory limit.";

// Who opened a pipeline and awaits its response: an HTTP exchange, an embedder.
class TopLevel {
 public:
  // `packed_head` is borrowed until return.
  virtual void OnResponse(int status, std::string_view packed_head, base::Body body,
                          bool already_encoded) = 0;
  // The response is a WebSocket: status 101. False: it cannot be one here; OnFailure follows.
  virtual bool OnWebSocket(std::string_view packed_head, std::shared_ptr<base::MessageEnd> end) = 0;
  // There will be no response from the Worker: answer with `status` (500, 503) and words for
  // people.
  virtual void OnFailure(int status, const std::string& text) = 0;
  // Instead of these: the outcome of the event that the pipeline was opened for
  // (Dispatcher::SendEvent).
  virtual void OnEventResult(const EventResult&) {}
  // The last call: the pipeline is over and forgotten.
  virtual void OnPipelineEnd() = 0;

 protected:
  ~TopLevel() = default;
};

// The tree of invocations of one top-level request, and what they share.
struct Pipeline {
  uint32_t id = 0;
  uint64_t request = 0;  // number for logs
  TopLevel* top = nullptr;
  Pipeline* next = nullptr;  // the dispatcher's list of live ones
  Pipeline* previous = nullptr;
  // Live invocations, newest first (linked by Invocation::next/previous).
  Invocation* invocations = nullptr;
  js::CpuMeter cpu;
  int64_t subrequests_left = 0;
  const Limits* limits = nullptr;  // those of the public Worker
  int wait_until = 0;              // unsettled tasks of all its invocations
  int disposers = 0;               // exported objects whose Symbol.dispose is to be called
  int dropped = 0;                 // of these, those whose owner is about to be told
  int status = 0;
  bool response_given = false;  // top->OnResponse or OnFailure was called
  bool response_sent = false;   // and all of it has left, or nobody wants it any more
  bool queued_for_check = false;
  bool has_deadline = false;  // waitUntil tasks are being waited for
  bool disposing = false;     // stubs are let go, so that disposers run before the end
  bool ended = false;
  Actor* actor = nullptr;    // it is that of a Durable Object: nobody awaits a response
  bool unlisted = false;     // the observer is not told that it is over
  bool calls_peers = false;  // it has called other processes
  bool of_peer = false;      // it is part of a request of another process, which awaits its answer
  bool served = false;       // likewise, and has got it
  uint32_t first_call = 0;
  double started_ms = 0;
  std::string method;
  std::string url;
  // The process whose call it is, and the service that it called; null: it came from outside.
  const std::string* caller = nullptr;
  const std::string* service = nullptr;
  // The response's body while it is being sent.
  std::shared_ptr<base::Pipe> response_pipe;
  // Null until the first fetch() to the network.
  std::unique_ptr<OutboundSlots> outbound;
  std::vector<TraceNode> trace;
  size_t traced_before = 0;  // calls the observer knows of since the response began
  // Of a pipeline that tells a tail Worker of an invocation: see HandlerEvent::tail_chain.
  std::vector<const Worker*> tail_chain;

  void Reset() {
    // The texts keep their memory: a record is used again for the next request.
    std::string kept_method = std::move(method);
    std::string kept_url = std::move(url);
    std::vector<TraceNode> kept_trace = std::move(trace);
    *this = Pipeline();
    kept_method.clear();
    kept_url.clear();
    kept_trace.clear();
    method = std::move(kept_method);
    url = std::move(kept_url);
    trace = std::move(kept_trace);
  }
};

// One call of one worker: the native half of an IoContext.
struct Invocation {
  uint32_t id = 0;
  Worker* worker = nullptr;
  js::Isolate* isolate = nullptr;  // the worker's isolate when it began
  Pipeline* pipeline = nullptr;
  Actor* actor = nullptr;  // it is that of a Durable Object
  Invocation* next = nullptr;
  Invocation* previous = nullptr;
  uint32_t call = 0;  // the call it answers, until it has
  bool is_root = false;
  bool responded = false;
  bool aborted = false;  // its caller does not want the answer any more
  bool head_request = false;
  int depth = 1;                   // 1 for the first worker
  int wait_until = 0;              // unsettled tasks
  int timers = 0;                  // set and not fired
  int calls = 0;                   // outstanding calls on bindings
  int actor_calls = 0;             // of these, those with Call::on_actor
  int pumps = 0;                   // streams being copied into pipes
  int sockets = 0;                 // accepted WebSockets that are not closed
  int exports = 0;                 // objects that others hold stubs of
  int trace = -1;                  // index in the pipeline's trace
  TailRecord* tail = nullptr;      // what tail Workers will be told of it; null: nobody wants it
  uint32_t first_body = 0;         // linked by BodyRecord::next
  uint32_t first_timer = 0;        // linked by TimerRecord::next
  uint32_t first_socket = 0;       // linked by WebSocketRecord::next
  uint32_t first_export = 0;       // linked by ExportRecord::next
  uint32_t first_import = 0;       // linked by ImportRecord::next
  std::vector<uint32_t> incoming;  // calls on its exports that it has not answered
  std::vector<uint32_t> outbound_calls;

  void Reset() { *this = Invocation(); }
};

struct TimerRecord {
  uint32_t id = 0;
  uint32_t invocation = 0;
  uint32_t next = 0;
  uint32_t previous = 0;
  double due_ms = 0;
  double interval_ms = 0;  // 0: once
  bool queued = false;     // an event for it waits in the run queue
  void Reset() { *this = TimerRecord(); }
};

}  // namespace isolane::worker
