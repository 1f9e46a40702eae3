// Events: pipelines that begin with one, and the outcomes of handlers.
#include <string>
#include <utility>

#include "runtime/worker/dispatcher.h"
#include "runtime/worker/event_call.h"
#include "runtime/worker/rpc_values.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

uint32_t Dispatcher::SendEvent(Worker& worker, HandlerEvent event, EventDone done) {
  auto owned = std::make_unique<EventCall>(*this, std::move(done));
  EventCall& top = *owned;
  events_.emplace(&top, std::move(owned));
  Pipeline* pipeline = NewPipeline(worker, top);
  if (pipeline == nullptr) return 0;
  top.set_pipeline(pipeline->id);
  pipeline->method = event.name;
  pipeline->url = worker.name();
  pipeline->unlisted = true;
  pipeline->tail_chain = std::move(event.tail_chain);
  Call& call = *calls_.Find(pipeline->first_call);
  call.kind = CallKind::kMethod;
  call.operation = kEventOperation | kTopEventOperation;
  call.channel = event.channel != nullptr ? event.channel : worker.LoopbackOf(event.entrypoint);
  call.props = std::move(event.props);
  call.head = std::move(event.name);
  AppendText(event.arguments_json, call.message.values);
  return pipeline->id;
}

void Dispatcher::TellOfTail(uint32_t id) {
  Invocation* invocation = invocations_.Find(id);
  if (invocation == nullptr) return;
  FillBudgets(*invocation->pipeline);
  queue_.Push(EventKind::kNews, id, 0);
}

void Dispatcher::ForgetEvent(const EventCall& event) { events_.erase(&event); }

void Dispatcher::RespondEvent(Invocation& invocation, uint32_t call_id, const EventResult& result,
                              std::string_view json) {
  if (invocation.tail != nullptr) tails_.NoteOutcome(invocation, result.outcome);
  if (Call* call = TakeAnswered(invocation, call_id)) AnswerEvent(*call, result, json);
}

void Dispatcher::AnswerEvent(Call& call, const EventResult& result, std::string_view json) {
  if (call.caller != 0 || call.from_peer != 0) {
    call.status = 200;
    call.message.Reset();
    AppendText(json, call.message.values);
    queue_.Push(EventKind::kReply, call.id);
    return;
  }
  Pipeline* pipeline = pipelines_.Find(call.pipeline);
  calls_.Free(&call);
  pipeline->response_given = true;
  pipeline->response_sent = true;
  EventResult told = result;
  told.details = json;
  pipeline->top->OnEventResult(told);
  QueueCheck(*pipeline);
}

}  // namespace isolane::worker
