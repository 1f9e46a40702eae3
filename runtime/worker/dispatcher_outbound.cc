// Fetches to the network: which of them may have a connection, and what becomes of their answers.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "runtime/http/client.h"
#include "runtime/http/decoded_body.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/edge_shaping.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

void Dispatcher::StartOutbound(Invocation& caller, Call& call) {
  caller.calls++;
  if (client_ == nullptr) {
    call.DropBody();
    const bool connects = call.kind == CallKind::kConnect;
    call.error.message = connects ? "connect() to the network is not available here."
                                  : "fetch() to the network is not available here.";
    queue_.Push(EventKind::kReply, call.id);
    return;
  }
  caller.outbound_calls.push_back(call.id);
  Pipeline& pipeline = *caller.pipeline;
  if (pipeline.outbound == nullptr) {
    pipeline.outbound =
        std::make_unique<OutboundSlots>(static_cast<size_t>(pipeline.limits->connections));
  }
  pipeline.outbound->Wait(call.id);
  SendWaiting(pipeline);
}

void Dispatcher::SendWaiting(Pipeline& pipeline) {
  OutboundSlots& slots = *pipeline.outbound;
  while (slots.waiting() && slots.free()) {
    if (Call* call = calls_.Find(slots.TakeWaiting())) SendOutbound(pipeline, *call);
  }
}

void Dispatcher::SendOutbound(Pipeline& pipeline, Call& call) {
  const Invocation* const caller = invocations_.Find(call.caller);
  auto outbound = std::make_unique<OutboundCall>(*this, call, *caller->worker);
  if (call.kind == CallKind::kConnect) {
    call.outbound =
        client_->Connect(*call.connect, std::exchange(call.body, {}).pipe, outbound.get());
  } else {
    std::string head = std::move(call.head);
    call.head.clear();
    if (caller->worker->develops()) ShapeOutboundRequest(head, caller->worker->spec());
    call.outbound = client_->Start(head, std::exchange(call.body, {}), outbound.get());
  }
  outbound->request = call.outbound;
  pipeline.outbound->Add(*outbound);
  outbound_.emplace(call.outbound, std::move(outbound));
}

void Dispatcher::OutboundAnswered(OutboundCall& outbound, int status, std::string_view packed_head,
                                  base::Body body, const std::string& failure) {
  if (Pipeline* pipeline = pipelines_.Find(outbound.pipeline())) {
    pipeline->outbound->Touch(outbound);
  }
  Call* call = calls_.Find(outbound.call());
  if (call == nullptr) {
    body.Cancel();
    return;
  }
  call->status = status;
  call->head = packed_head;
  call->body = std::move(body);
  if (call->body.kind == base::Body::Kind::kPipe) call->body.pipe->outside = true;
  http::DecodeResponse(call->head, call->body);
  outbound.set_body(call->body.pipe);
  call->error.message = failure;
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::OutboundSwitched(OutboundCall& outbound, std::string_view packed_head,
                                  std::shared_ptr<base::MessageEnd> end) {
  Call* call = calls_.Find(outbound.call());
  if (call == nullptr) return;
  call->status = 101;
  call->head = packed_head;
  call->socket = std::move(end);
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::OutboundFinished(OutboundCall& outbound) {
  const uint32_t id = outbound.pipeline();
  if (Pipeline* pipeline = pipelines_.Find(id)) pipeline->outbound->Remove(outbound);
  outbound_.erase(outbound.request);
  if (Pipeline* pipeline = pipelines_.Find(id)) SendWaiting(*pipeline);
}

void Dispatcher::DropOutbound(Pipeline& pipeline, Call& call) {
  if (call.channel != nullptr) {
    DropChildCall(call);
    return;
  }
  pipeline.outbound->Forget(call.id);
  if (const auto found = outbound_.find(call.outbound); found != outbound_.end()) {
    client_->Cancel(call.outbound, "Network connection lost.");
    pipeline.outbound->Remove(*found->second);
    outbound_.erase(found);
  }
  call.DropBody();
  calls_.Free(&call);
  if (!pipeline.ended) SendWaiting(pipeline);
}

void Dispatcher::CheckForStall(Pipeline& pipeline) {
  const double now = NowMs();
  const OutboundSlots::Stall stall = pipeline.outbound->FindStall(now);
  if (stall.look_again_ms >= 0) {
    const double due = now + stall.look_again_ms;
    stall_due_ms_ = stall_due_ms_ < 0 ? due : std::min(stall_due_ms_, due);
  }
  if (stall.victim == nullptr) return;
  const std::string limit = std::to_string(pipeline.outbound->limit());
  const std::string reason =
      "The response was cancelled: this request had all of its " + limit +
      " connections to the network open, nobody read what came by them, and another fetch() waited "
      "for one. Read or cancel the bodies of responses.";
  Log(LogLevel::kWarn, &stall.victim->worker(),
      "A response that nobody read was cancelled, because another fetch() waited for one of the " +
          limit +
          " connections of its request. Read bodies, or cancel them: response.body.cancel().",
      true, pipeline.request);
  const uint64_t request = stall.victim->request;
  client_->Cancel(request, reason);
  pipeline.outbound->Remove(*stall.victim);
  outbound_.erase(request);
  SendWaiting(pipeline);
}

void Dispatcher::QueueStalled() {
  if (NowMs() < stall_due_ms_) return;
  stall_due_ms_ = -1;
  for (Pipeline* pipeline = live_; pipeline != nullptr; pipeline = pipeline->next) {
    if (pipeline->outbound != nullptr && pipeline->outbound->waiting()) QueueCheck(*pipeline);
  }
}

}  // namespace isolane::worker
