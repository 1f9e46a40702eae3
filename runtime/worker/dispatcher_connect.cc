// Connections of connect() to the network: calls whose answer is a pair of pipes.
#include <memory>
#include <string>
#include <utility>

#include "runtime/http/client.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/outbound.h"

namespace isolane::worker {

void Dispatcher::OutboundConnected(OutboundCall& outbound, std::shared_ptr<base::Pipe> received) {
  Call* call = calls_.Find(outbound.call());
  if (call == nullptr) {
    received->Cancel();
    return;
  }
  call->status = 200;
  call->body = base::Body::Stream(std::move(received));
  queue_.Push(EventKind::kReply, call->id);
}

void Dispatcher::ReplyToConnect(Invocation& caller, Call& call) {
  const uint32_t call_id = call.id;
  Enter(caller, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    const int32_t body = bodies_.Add(caller, std::exchange(call.body, {}));
    v8::Local<v8::Value> arguments[] = {
        v8::Integer::NewFromUnsigned(isolate, caller.id),
        v8::Integer::NewFromUnsigned(isolate, call_id),
        v8::Number::New(isolate, static_cast<double>(call.outbound)),
        v8::Integer::New(isolate, body)};
    CallHook(isolate, context, caller.worker->hooks().on_connected, arguments);
  });
}

void Dispatcher::WarnOfConnections(Pipeline& pipeline) {
  if (!pipeline.outbound->TakeExhausted()) return;
  Log(LogLevel::kWarn, pipeline.invocations == nullptr ? nullptr : pipeline.invocations->worker,
      "A fetch() or connect() waits, because all of the " +
          std::to_string(pipeline.outbound->limit()) +
          " connections of its request are sockets of connect() that are open. Close those that "
          "are done with: socket.close().",
      true, pipeline.request);
}

int32_t Dispatcher::StartTls(Invocation& caller, uint64_t socket,
                             const http::SocketUpgrade& upgrade, Call& call) {
  const auto found = outbound_.find(socket);
  Pipeline& pipeline = *caller.pipeline;
  if (found == outbound_.end() || found->second->pipeline() != pipeline.id ||
      !found->second->connects()) {
    return kGone;
  }
  call.pipeline = pipeline.id;
  call.caller = caller.id;
  auto outbound = std::make_unique<OutboundCall>(*this, call, *caller.worker);
  const uint64_t id =
      client_->StartTls(socket, upgrade, std::exchange(call.body, {}).pipe, outbound.get());
  if (id == 0) return kGone;
  call.outbound = outbound->request = id;
  pipeline.outbound->Remove(*found->second);
  outbound_.erase(found);
  pipeline.outbound->Add(*outbound);
  outbound_.emplace(id, std::move(outbound));
  caller.calls++;
  caller.outbound_calls.push_back(call.id);
  return static_cast<int32_t>(call.id);
}

}  // namespace isolane::worker
