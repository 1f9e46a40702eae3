// Calls that leave this process for another one, and those that come from there.
#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/remote_calls.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

void Dispatcher::set_remote_calls(RemoteCalls* remote) {
  remote_ = remote;
  rpc_.set_remote_calls(remote);
}

// --- calls that leave ---

void Dispatcher::SendToPeer(Call& call) {
  call.at_peer = true;
  if (Pipeline* pipeline = pipelines_.Find(call.pipeline)) pipeline->calls_peers = true;
  remote_->Send(call);
}

CallBudget Dispatcher::BudgetOf(uint32_t pipeline_id) {
  const Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr) return {};
  const uint64_t left = pipeline->cpu.exhausted() ? 0 : pipeline->cpu.budget - pipeline->cpu.spent;
  return {pipeline->subrequests_left,
          static_cast<int64_t>(static_cast<double>(left) / cycles_per_ms_ * 1e3)};
}

const Limits* Dispatcher::LimitsOf(uint32_t pipeline_id) {
  const Pipeline* pipeline = pipelines_.Find(pipeline_id);
  return pipeline == nullptr ? nullptr : pipeline->limits;
}

void Dispatcher::AnswerFromPeer(Call& call, const CallBudget& used) {
  call.at_peer = false;
  if (Pipeline* pipeline = pipelines_.Find(call.pipeline)) {
    pipeline->subrequests_left =
        std::max<int64_t>(0, pipeline->subrequests_left - used.subrequests);
    pipeline->cpu.spent +=
        static_cast<uint64_t>(static_cast<double>(used.cpu_us) * cycles_per_ms_ / 1e3);
  }
  queue_.Push(EventKind::kReply, call.id);
}

void Dispatcher::AnswerFromPeer(Call& call, RemoteError error) {
  call.at_peer = false;
  ReplyWithError(call, std::move(error));
}

void Dispatcher::AnswerUnknownService(Call& call, const std::string& text) {
  call.at_peer = false;
  if (call.kind == CallKind::kMethod) {
    // As if a Worker that stands in for it had thrown: wrangler has one.
    ReplyWithError(call, {"Error", text, {}, true});
    return;
  }
  call.status = 503;
  call.head = "Service Unavailable";
  base::AppendPackedHeader(call.head, "content-type", "text/plain;charset=UTF-8");
  call.DropBody();
  call.body = base::Body::Bytes(base::Chunk::Copy(text));
  queue_.Push(EventKind::kReply, call.id);
}

// --- calls that come ---

Call* Dispatcher::OpenForPeer(Worker& worker, TopLevel& top, const Limits& limits,
                              const CallBudget& budget, uint32_t from_peer) {
  Pipeline* pipeline = NewPipeline(worker, top);
  if (pipeline == nullptr) return nullptr;
  pipeline->limits = &limits;
  pipeline->subrequests_left = budget.subrequests;
  pipeline->cpu.budget =
      static_cast<uint64_t>(static_cast<double>(budget.cpu_us) * cycles_per_ms_ / 1e3);
  pipeline->of_peer = true;
  // It is logged where it came in from outside.
  pipeline->unlisted = true;
  Call* call = calls_.Find(pipeline->first_call);
  call->from_peer = from_peer;
  return call;
}

void Dispatcher::DescribeRequest(uint32_t pipeline_id, const Call& call) {
  Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr) return;
  const bool method = call.kind == CallKind::kMethod;
  pipeline->method = method ? std::string_view(call.head) : base::PackedMethod(call.head);
  pipeline->url = method ? std::string_view("()") : base::PackedUrl(call.head);
}

Call* Dispatcher::NewStubCallForPeer(StubReference object, uint32_t from_peer) {
  Call* call = calls_.Take();
  if (call == nullptr) return nullptr;
  const ExportRecord* target = rpc_.FindExport(object.target());
  const Invocation* owner = target == nullptr ? nullptr : invocations_.Find(target->owner);
  call->kind = CallKind::kMethod;
  call->pipeline = owner == nullptr ? 0 : owner->pipeline->id;
  call->export_id = object.target();
  call->object = std::move(object);
  call->from_peer = from_peer;
  queue_.Push(EventKind::kStart, call->id);
  return call;
}

void Dispatcher::CancelForPeer(uint32_t pipeline_id) {
  Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr) return;
  pipeline->served = true;
  for (Invocation* one = pipeline->invocations; one != nullptr; one = one->next) {
    const Call* call = calls_.Find(one->call);
    if (call != nullptr && call->from_peer != 0) queue_.Push(EventKind::kAbort, one->id);
  }
  if (Call* call = calls_.Find(pipeline->first_call)) call->cancelled = true;
  QueueCheck(*pipeline);
}

void Dispatcher::ServedForPeer(uint32_t pipeline_id) {
  Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr) return;
  pipeline->served = true;
  QueueCheck(*pipeline);
}

CallBudget Dispatcher::UsedForPeer(uint32_t pipeline_id, const CallBudget& given) {
  const Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr || !pipeline->of_peer) return {};
  return {std::max<int64_t>(0, given.subrequests - pipeline->subrequests_left),
          static_cast<int64_t>(static_cast<double>(pipeline->cpu.spent) / cycles_per_ms_ * 1e3)};
}

}  // namespace isolane::worker
