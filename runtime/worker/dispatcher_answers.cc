// Answers of an invocation: to the call it was made for, or to the top level.
#include <utility>

#include <isolane/runtime.h>

#include "runtime/base/packed_head.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

void Dispatcher::Respond(Invocation& invocation, uint32_t call_id, int status,
                         std::string_view head, base::Body body, bool already_encoded,
                         std::shared_ptr<base::MessageEnd> socket) {
  const bool on_actor = call_id != 0;
  Call* call = TakeAnswered(invocation, on_actor ? call_id : invocation.call);
  if (call == nullptr) {
    body.Cancel();
    return;
  }
  // A HEAD response says how long the body would have been.
  int64_t length_of_head = -1;
  if (on_actor ? base::PackedMethod(call->head) == "HEAD" : invocation.head_request) {
    body.Cancel();
    if (body.kind == base::Body::Kind::kBytes) {
      length_of_head = static_cast<int64_t>(body.bytes.size());
    }
    body = base::Body();
  }
  if (invocation.tail != nullptr) tails_.NoteResponse(invocation, call_id, status, body);
  Pipeline& pipeline = *invocation.pipeline;
  std::string with_length;
  if (length_of_head >= 0 && head.find("\ncontent-length") == std::string_view::npos) {
    with_length = head;
    base::AppendPackedHeader(with_length, "content-length", std::to_string(length_of_head));
    head = with_length;
  }
  if (!invocation.is_root || on_actor) {
    call->status = status;
    call->head = head;
    call->body = std::move(body);
    call->socket = std::move(socket);
    if (on_actor && invocation.tail != nullptr) tails_.FinishCall(invocation, call_id);
    PushFrom(invocation, EventKind::kReply, call->id);
    return;
  }
  calls_.Free(call);
  if (pipeline.response_given) {
    // The client left before; waitUntil kept the handler running.
    body.Cancel();
    return;
  }
  pipeline.response_given = true;
  pipeline.status = status;
  if (socket != nullptr) {
    if (pipeline.top->OnWebSocket(head, std::move(socket))) {
      if (tells_responses_) [[unlikely]]
        TellResponse(pipeline, head);
      return;
    }
    Log(LogLevel::kError, invocation.worker,
        "The response is a WebSocket, but the request did not come over a connection that can "
        "become "
        "one.",
        true);
    pipeline.response_given = false;
    FailTop(pipeline, 500, "Internal Server Error");
    return;
  }
  if (body.kind == base::Body::Kind::kPipe) pipeline.response_pipe = body.pipe;
  if (tells_responses_) [[unlikely]]
    TellResponse(pipeline, head);
  pipeline.top->OnResponse(status, head, std::move(body), already_encoded);
}

void Dispatcher::Fail(Invocation& invocation, uint32_t call_id, RemoteError error,
                      const std::string& log) {
  if (!log.empty()) Log(LogLevel::kError, invocation.worker, log, true);
  const bool on_actor = invocation.actor != nullptr;
  if (invocation.tail != nullptr && (call_id == 0 || call_id == invocation.call || on_actor)) {
    tails_.NoteOutcome(invocation, "exception", call_id);
  }
  Call* call = TakeAnswered(invocation, call_id == 0 ? invocation.call : call_id);
  if (call == nullptr) return;
  if (on_actor && invocation.tail != nullptr) tails_.FinishCall(invocation, call_id);
  if (call->caller == 0 && call->from_peer == 0) {
    calls_.Free(call);
    const bool shown = error_pages_ != ErrorPages::kNone && !log.empty();
    FailTop(*invocation.pipeline, 500, shown ? log : "Internal Server Error");
    return;
  }
  call->status = 0;
  call->error = std::move(error);
  call->message.Reset();
  PushFrom(invocation, EventKind::kReply, call->id);
}

Call* Dispatcher::TakeAnswered(Invocation& invocation, uint32_t call_id) {
  // What a Durable Object says once it was reset reaches nobody: EndActor tells them why.
  if (invocation.actor != nullptr && invocation.actor->broken) return nullptr;
  Call* call = calls_.Find(call_id);
  if (call_id == invocation.call) {
    invocation.responded = true;
    invocation.call = 0;
  } else if (std::erase(invocation.incoming, call_id) == 0) {
    return nullptr;
  }
  if (call == nullptr) return nullptr;
  call->callee = 0;
  if (call->actor_body != 0) bodies_.FreeIfUntouched(std::exchange(call->actor_body, 0));
  return call;
}

void Dispatcher::ReplyWithError(Call& call, RemoteError error) {
  // Who writes it must not wait for a reader any more.
  call.DropBody();
  call.status = 0;
  call.error = std::move(error);
  call.message.Reset();
  queue_.Push(EventKind::kReply, call.id);
}

void Dispatcher::RespondMethod(Invocation& invocation, uint32_t call_id, RpcMessage message) {
  const bool is_its_own = call_id == invocation.call || invocation.actor != nullptr;
  Call* call = TakeAnswered(invocation, call_id);
  if (call == nullptr) return;
  call->status = 200;
  call->message = std::move(message);
  if (invocation.tail != nullptr && is_its_own) {
    // The handler of an event goes on (connect), or says it itself.
    if ((call->operation & kEventOperation) == 0) tails_.NoteReturn(invocation, call_id);
    if (invocation.actor != nullptr) tails_.FinishCall(invocation, call_id);
  }
  PushFrom(invocation, EventKind::kReply, call->id);
}

void Dispatcher::FailTop(Pipeline& pipeline, int status, const std::string& text) {
  if (pipeline.response_given) {
    // Too late for another status: the client must see that the body is not complete.
    if (pipeline.response_pipe != nullptr) pipeline.response_pipe->Fail({"Error", text});
    return;
  }
  pipeline.response_given = true;
  pipeline.status = status;
  if (tells_responses_) [[unlikely]]
    TellResponse(pipeline, {});
  pipeline.top->OnFailure(status, text);
}

void Dispatcher::Drop(Invocation& invocation, const RemoteError& error, int status) {
  if (invocation.tail != nullptr) tails_.NoteError(invocation, error);
  if (Call* call = calls_.Find(invocation.call)) {
    invocation.call = 0;
    call->callee = 0;
    if ((call->operation & kEventOperation) != 0) {
      // An event has an outcome even so; what else there is to say, nobody knows any more.
      AnswerEvent(*call, {"exception", false, error.message}, {});
    } else if (invocation.is_root) {
      calls_.Free(call);
      FailTop(*invocation.pipeline, status,
              status == 500 && error_pages_ == ErrorPages::kNone ? "Internal Server Error"
                                                                 : error.message);
    } else {
      call->status = 0;
      call->error = error;
      queue_.Push(EventKind::kReply, call->id);
    }
  }
  // Calls on its objects are told the same.
  for (uint32_t id : invocation.incoming) {
    if (Call* call = calls_.Find(id)) {
      call->callee = 0;
      ReplyWithError(*call, error);
    }
  }
  invocation.incoming.clear();
  QueueCheck(*invocation.pipeline);
  Release(invocation, true);
}

void Dispatcher::WaitUntil(Invocation& invocation, int change) {
  invocation.wait_until += change;
  invocation.pipeline->wait_until += change;
}

uint32_t Dispatcher::StartTimer(Invocation& invocation, double delay_ms, bool repeat) {
  return timers_.Start(invocation, NowMs(), delay_ms, repeat);
}

}  // namespace isolane::worker
