#include "runtime/worker/event_call.h"

#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

void EventCall::OnResponse(int, std::string_view, base::Body body, bool) {
  // Only fetch handlers respond.
  body.Cancel();
  OnFailure(500, "the handler answered with a response");
}

void EventCall::OnFailure(int, const std::string& text) {
  result_ = {text == kCpuExceeded      ? "exceededCpu"
             : text == kMemoryExceeded ? "exceededMemory"
                                       : "exception",
             false, text};
  dispatcher_.ResponseSent(pipeline_);
}

void EventCall::OnPipelineEnd() {
  const EventDone done = std::move(done_);
  const EventResult result = std::move(result_);
  dispatcher_.ForgetEvent(*this);
  if (done) done(result);
}

}  // namespace isolane::worker
