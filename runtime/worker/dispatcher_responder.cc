// Fetches that a Worker's responder answers in the place of its code: the assets of the Worker.
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/base/responder.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

bool Dispatcher::AnswerByResponder(Pipeline& pipeline, Call& call) {
  const bool only = call.channel != nullptr && call.channel->responder_only;
  if (call.kind == CallKind::kMethod) {
    if (!only) return false;
    ReplyWithError(call, {"TypeError",
                          "The RPC receiver does not implement the method \"" + call.head + "\".",
                          {},
                          false});
    return true;
  }
  // A named entrypoint is code.
  const bool concerned = call.channel == nullptr || only ||
                         (call.channel->entrypoint_number == 0 && !call.channel->past_responder);
  if (!concerned) return false;
  base::Responder& responder = *call.target->spec().responder;
  std::optional<base::PlainResponse> response =
      responder.Answer(call.head, only ? base::ResponderUse::kOnly : base::ResponderUse::kFirst);
  if (!response) return false;

  call.DropBody();
  if (call.caller != 0 || call.from_peer != 0) {
    call.status = response->status;
    call.head = std::move(response->head);
    call.body = std::move(response->body);
    queue_.Push(EventKind::kReply, call.id);
    return true;
  }
  calls_.Free(&call);
  if (pipeline.response_given) {
    // The client left while the request waited for its turn.
    response->body.Cancel();
    return true;
  }
  pipeline.response_given = true;
  pipeline.status = response->status;
  if (traces_ && !pipeline.trace.empty()) pipeline.trace[0].status = response->status;
  if (response->body.kind == base::Body::Kind::kPipe) pipeline.response_pipe = response->body.pipe;
  if (tells_responses_) [[unlikely]]
    TellResponse(pipeline, response->head);
  pipeline.top->OnResponse(response->status, response->head, std::move(response->body), true);
  QueueCheck(pipeline);
  return true;
}

}  // namespace isolane::worker
