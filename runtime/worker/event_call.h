// An event that nobody called over a binding: a cron trigger, a test, a trace for a tail Worker. It
// opens a pipeline of its own and tells its outcome.
//
// Loop thread. Owned by the Dispatcher until its pipeline is over.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/events.h>

#include "runtime/worker/records.h"

namespace isolane::worker {

class Dispatcher;

// What is to be called, and with what.
struct HandlerEvent {
  // "scheduled", "tail", "test": see builtins/workers/events.js.
  std::string name;
  // Number of the entrypoint (Worker::EntrypointOf).
  int entrypoint = 0;
  // Instead of that: a channel that leads to it, and what calls on it carry; or null.
  const Channel* channel = nullptr;
  std::string props = {};  // as Call::props
  // JSON array, in ASCII, of what the caller of an event gives.
  std::string arguments_json = "[]";
  // Of a trace: the Workers whose traces led to it, so that none is told of itself.
  std::vector<const Worker*> tail_chain = {};
};

// Told once, when the pipeline is over; may be empty.
using EventDone = std::function<void(const EventResult&)>;

class EventCall final : public TopLevel {
 public:
  EventCall(Dispatcher& dispatcher, EventDone done)
      : dispatcher_(dispatcher), done_(std::move(done)) {}

  void set_pipeline(uint32_t pipeline) { pipeline_ = pipeline; }

  void OnEventResult(const EventResult& result) override { result_ = result; }
  void OnResponse(int status, std::string_view packed_head, base::Body body,
                  bool already_encoded) override;
  bool OnWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override { return false; }
  void OnFailure(int status, const std::string& text) override;
  // The last call: this object is gone after it.
  void OnPipelineEnd() override;

 private:
  Dispatcher& dispatcher_;
  EventDone done_;
  uint32_t pipeline_ = 0;
  // What it is when the runtime stops before there was another one.
  EventResult result_{"canceled", false, "the runtime was stopped before the event was over"};
};

}  // namespace isolane::worker
