// Calls on services that are programs of their own.
#include <memory>
#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/decoded_body.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/services/child_call.h"
#include "runtime/worker/services/child_service.h"

namespace isolane::worker {

bool Dispatcher::RouteInside(Call& call) {
  Invocation* caller = invocations_.Find(call.caller);
  if (caller == nullptr) return true;
  using To = base::RouteDecision::To;
  auto decision = std::make_unique<base::RouteDecision>();
  call.channel->router->RouteInside(call.channel->router_number, call.head, *decision);
  switch (decision->to) {
    case To::kService:
      if (!decision->head.empty()) call.head = std::move(decision->head);
      call.routed = std::move(decision);
      return true;
    case To::kAnswer:
      call.DropBody();
      call.status = decision->status;
      call.head = decision->head;
      call.body = std::move(decision->body);
      call.routed = std::move(decision);
      queue_.Push(EventKind::kReply, call.id);
      return false;
    case To::kOutside:
      // From here on it is a fetch to the network, which waits for a connection of the request.
      // Its span goes on, until that has answered.
      caller->calls--;
      if (call.on_actor) caller->actor_calls--;
      call.head = std::move(decision->head);
      call.channel = nullptr;
      StartOutbound(*caller, call);
      return false;
    case To::kClose:
      break;
  }
  ReplyWithError(call, {kFetchFailed, "connection closed", {}, false});
  return false;
}

void Dispatcher::StartOnChild(Call& call) {
  const Channel& channel = *call.channel;
  if (call.kind == CallKind::kMethod) {
    ReplyWithError(call, {"TypeError",
                          "The binding " + channel.binding + " leads to the service \"" +
                              channel.child->name() +
                              "\", which is a program of its own: it answers "
                              "fetch() only; " +
                              call.head + "() was called.",
                          {},
                          false});
    return;
  }
  Invocation* caller = invocations_.Find(call.caller);
  if (caller == nullptr) {
    call.DropBody();
    calls_.Free(&call);
    return;
  }
  caller->outbound_calls.push_back(call.id);
  const uint64_t number = ++last_child_call_;
  auto made = std::make_unique<ChildCall>(*this, number, call.id);
  const std::string head = std::exchange(call.head, {});
  ChildCall& child_call = *made;
  child_calls_.emplace(number, std::move(made));
  call.outbound = number;
  child_call.request = channel.child->Send(head, std::exchange(call.body, {}), &child_call);
}

void Dispatcher::ChildAnswered(ChildCall& child, int status, std::string_view packed_head,
                               base::Body body) {
  Call* call = calls_.Find(child.call);
  if (call == nullptr) {
    body.Cancel();
    return;
  }
  if (body.kind == base::Body::Kind::kPipe) body.pipe->outside = true;
  const Channel& channel = *call->channel;
  const std::string origin =
      channel.origin.empty() ? "http://" + channel.child->name() : channel.origin;
  call->status = status;
  call->head = channel.child->Outward(packed_head, origin);
  call->body = std::move(body);
  http::DecodeResponse(call->head, call->body);
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::ChildSwitched(ChildCall& child, std::string_view packed_head,
                               std::shared_ptr<base::MessageEnd> end) {
  Call* call = calls_.Find(child.call);
  if (call == nullptr) return;
  call->status = 101;
  call->head = packed_head;
  call->socket = std::move(end);
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::ChildFailed(ChildCall& child, const std::string& message) {
  if (Call* call = calls_.Find(child.call)) {
    ReplyWithError(*call, {kFetchFailed, message, {}, false});
  }
  ChildFinished(child);
}

void Dispatcher::ChildFinished(ChildCall& child) { child_calls_.erase(child.number); }

void Dispatcher::DropChildCall(Call& call) {
  if (const auto found = child_calls_.find(call.outbound); found != child_calls_.end()) {
    call.channel->child->Cancel(found->second->request, "Network connection lost.");
    child_calls_.erase(found);
  }
  call.DropBody();
  calls_.Free(&call);
}

// An exception does not travel by URL: who calls one gets what HTTP has for it.
void Dispatcher::TurnIntoResponse(Call& call) {
  call.error = RemoteError();
  call.status = 500;
  call.head = "Internal Server Error";
  base::AppendPackedHeader(call.head, "content-type", "text/plain;charset=UTF-8");
  call.body = base::Body::Bytes(
      base::Chunk::Copy("A server error has occurred\n\nFUNCTION_INVOCATION_FAILED\n"));
}

}  // namespace isolane::worker
