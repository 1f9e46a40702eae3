// How invocations, pipelines and isolates end: released, aborted, hung, condemned.
#include <iterator>
#include <utility>
#include <vector>

#include "runtime/js/platform.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/dispatcher_rpc.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/stub_body.h"

namespace isolane::worker {

namespace {

const std::string kHung =
    "The Workers runtime canceled this request because it detected that your Worker's code had "
    "hung and would never generate a response. Refer to: "
    "https://developers.cloudflare.com/workers/observability/errors/";

}  // namespace

void Dispatcher::EndExhausted(Pipeline& pipeline, const Worker& worker) {
  std::string log = kCpuExceeded;
  log.append(" ").append(pipeline.method).append(" ").append(pipeline.url);
  log.append(" has used the CPU time of its request, [limits] cpu_ms = ");
  log.append(std::to_string(pipeline.limits->cpu_ms));
  log.append(" of the public Worker; raise it there if the request needs more.");
  Log(LogLevel::kError, &worker, log, true, pipeline.request);
  NoteOutcomes(pipeline, "exceededCpu");
  if (pipeline.actor != nullptr) {
    pipeline.actor->broken = {"Error", kCpuExceeded, {}, false};
    EndActor(*pipeline.actor);
    return;
  }
  FailTop(pipeline, 503, kCpuExceeded);
  // Everything it still runs elsewhere has no budget left.
  End(pipeline);
}

void Dispatcher::NoteOutcomes(Pipeline& pipeline, std::string_view outcome) {
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    if (one->tail != nullptr) tails_.NoteOutcome(*one, outcome);
  }
}

void Dispatcher::Condemn(Worker& worker, uint32_t culprit_id) {
  const bool cpu = worker.isolate()->condemned() == js::Condemned::kCpu;
  js::Isolate* isolate = worker.isolate();
  if (Pipeline* culprit = pipelines_.Find(culprit_id)) {
    if (cpu) {
      EndExhausted(*culprit, worker);
    } else {
      std::string log = kMemoryExceeded;
      log.append(" ").append(culprit->method).append(" ").append(culprit->url);
      log.append(" made the isolate exceed [limits] memory_mb = ");
      log.append(std::to_string(worker.spec().limits.memory_mb)).append(" MiB.");
      Log(LogLevel::kError, &worker, log, true, culprit->request);
      NoteOutcomes(*culprit, "exceededMemory");
      if (culprit->actor != nullptr) {
        culprit->actor->broken = {"Error", kMemoryExceeded, {}, false};
        EndActor(*culprit->actor);
      } else {
        FailTop(*culprit, 503, kMemoryExceeded);
        End(*culprit);
      }
    }
  }
  Log(LogLevel::kError, &worker,
      std::string("The isolate is replaced because it exceeded its ") +
          (cpu ? "CPU time" : "memory") + " limit; its module state starts afresh.",
      true);
  const RemoteError error{"Error",
                          "The isolate of Worker \"" + worker.name() +
                              "\" was ended because another request exceeded its " +
                              (cpu ? "CPU time" : "memory") +
                              " limit; this request ran in it too. Send it again.",
                          {},
                          false};
  std::vector<uint32_t> victims;
  for (Pipeline* pipeline = live_; pipeline != nullptr; pipeline = pipeline->next) {
    for (Invocation* one = pipeline->invocations; one != nullptr; one = one->next) {
      if (one->isolate == isolate) victims.push_back(one->id);
    }
  }
  for (uint32_t id : victims) {
    Invocation* victim = invocations_.Find(id);
    if (victim == nullptr) continue;
    if (victim->actor != nullptr) {
      if (!victim->actor->broken) victim->actor->broken = error;
      EndActor(*victim->actor);
    } else {
      Drop(*victim, error, 503);
    }
  }
  worker.Replace();
  replaced_ = true;
}

void Dispatcher::Release(Invocation& invocation, bool tell_javascript) {
  Pipeline& pipeline = *invocation.pipeline;
  WarnOfUndisposed(invocation);
  rpc_.DisposeAllOf(invocation);
  if (invocation.first_export != 0) tell_javascript = true;
  rpc_.AbandonExportsOf(invocation);
  for (uint32_t id : invocation.incoming) {
    if (Call* call = calls_.Find(id)) {
      call->callee = 0;
      ReplyWithError(*call, {"Error", kCallbackGone, {}, false});
    }
  }
  if (invocation.tail != nullptr) tails_.Finish(invocation);
  timers_.StopAllOf(invocation);
  bodies_.FreeAllOf(invocation);
  const Actor* actor = invocation.actor;
  web_sockets_.FreeAllOf(invocation, actor != nullptr && !actor->broken);
  const std::vector<uint32_t> outbound_calls = std::exchange(invocation.outbound_calls, {});
  if (pipeline.outbound != nullptr) {
    for (uint32_t id : outbound_calls) pipeline.outbound->Forget(id);
  }
  for (uint32_t id : outbound_calls) {
    if (Call* call = calls_.Find(id)) DropOutbound(pipeline, *call);
  }
  if (Call* call = calls_.Find(invocation.call)) {
    // Nobody is going to be answered: the caller is gone, or the pipeline is over.
    call->callee = 0;
    calls_.Free(call);
  }
  pipeline.wait_until -= invocation.wait_until;
  if (invocation.previous != nullptr) {
    invocation.previous->next = invocation.next;
  } else {
    pipeline.invocations = invocation.next;
  }
  if (invocation.next != nullptr) invocation.next->previous = invocation.previous;
  if (tell_javascript && invocation.worker->isolate() == invocation.isolate) {
    releases_.push_back({invocation.worker, invocation.id});
  }
  invocations_.Free(&invocation);
}

void Dispatcher::ReleaseContexts() {
  // Only built-in code runs, which uses no CPU to speak of.
  js::CpuMeter meter{0, watchdog_.CyclesOf(1000)};
  std::vector<std::pair<Worker*, uint32_t>> releases;
  releases.swap(releases_);
  for (auto& [worker, id] : releases) {
    if (worker->isolate() == nullptr) continue;
    js::Enter enter(*worker->isolate(), watchdog_, meter);
    v8::Isolate* isolate = worker->isolate()->v8();
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, id)};
    CallHook(isolate, enter.context(), worker->hooks().release_context, arguments);
  }
}

void Dispatcher::AbortTree(Invocation& invocation) {
  const uint32_t id = invocation.id;
  Pipeline& pipeline = *invocation.pipeline;
  std::vector<uint32_t> children;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    const Call* call = calls_.Find(one->call);
    if (call != nullptr && call->caller == id) children.push_back(one->id);
  }
  Release(invocation, true);
  if (pipeline.calls_peers) remote_->CancelCallsFrom(id);
  for (uint32_t child : children) {
    Invocation* one = invocations_.Find(child);
    if (one == nullptr) continue;
    one->aborted = true;
    if (one->wait_until == 0) AbortTree(*one);
  }
  QueueCheck(pipeline);
}

void Dispatcher::QueueCheck(Pipeline& pipeline) {
  if (pipeline.queued_for_check) return;
  pipeline.queued_for_check = true;
  queue_.Push(EventKind::kPipeline, pipeline.id);
}

void Dispatcher::Check(Pipeline& pipeline) {
  if (pipeline.actor != nullptr) {
    // It ends in EndActor, but what it has called may hang.
    if (pipeline.invocations->next != nullptr) suspects_.push_back(pipeline.id);
    return;
  }
  if (pipeline.served && pipeline.invocations == nullptr) {
    pipeline.response_given = pipeline.response_sent = true;
  }
  if (pipeline.response_given && pipeline.response_sent && pipeline.wait_until == 0) {
    if (pipeline.disposers > 0 && (!pipeline.disposing || pipeline.dropped > 0)) {
      // Objects that want to know when their stubs are gone are told before the end.
      pipeline.disposing = true;
      for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
        WarnOfUndisposed(*one);
        rpc_.DisposeAllOf(*one);
      }
      QueueCheck(pipeline);
      return;
    }
    End(pipeline);
    return;
  }
  if (pipeline.response_sent && !pipeline.has_deadline && !pipeline.ended) {
    pipeline.has_deadline = true;
    const double due_ms = NowMs() + static_cast<double>(pipeline.limits->wait_until_ms);
    // Last, unless an event has opened a pipeline of another Worker with another limit.
    auto place = deadlines_.end();
    while (place != deadlines_.begin() && std::prev(place)->due_ms > due_ms) --place;
    deadlines_.insert(place, {due_ms, pipeline.id});
  }
  suspects_.push_back(pipeline.id);
}

void Dispatcher::EndOverdue(double now_ms) {
  while (!deadlines_.empty()) {
    Pipeline* pipeline = pipelines_.Find(deadlines_.front().pipeline);
    if (pipeline != nullptr) {
      if (deadlines_.front().due_ms > now_ms) return;
      const Worker* worker =
          pipeline->invocations == nullptr ? nullptr : pipeline->invocations->worker;
      Log(LogLevel::kWarn, worker,
          "waitUntil() tasks did not complete within the allowed time after invocation end and "
          "have "
          "been cancelled. The limit is " +
              std::to_string(pipeline->limits->wait_until_ms) +
              " ms after the response ([limits] wait_until_ms of the public Worker)." +
              DescribeWaits(*pipeline),
          true, pipeline->request);
      End(*pipeline);
    }
    deadlines_.pop_front();
  }
}

void Dispatcher::CheckForHang(Pipeline& pipeline) {
  if (pipeline.queued_for_check) return;
  if (pipeline.outbound != nullptr) {
    CheckForStall(pipeline);
    if (pipeline.outbound->connected()) {
      // Its peer may close it at any time, and somebody may wait for that.
      WarnOfConnections(pipeline);
      return;
    }
  }
  bool waits_for_client = false;
  if (pipeline.response_given && !pipeline.response_sent) {
    // Bytes on their way to the client, or a complete response that the next flush announces.
    const base::Pipe* pipe = pipeline.response_pipe.get();
    waits_for_client = pipe == nullptr || pipe->readable() || pipe->outside;
  }
  if (waits_for_client || Holds(pipeline)) return;
  if (!pipeline.tail_chain.empty() && tails_.streams().Feeds(pipeline)) return;
  for (const auto& [id, body] : stub_bodies_) {
    const Call* call = calls_.Find(id);
    if (call != nullptr && call->pipeline == pipeline.id && body->outside()) return;
  }
  Invocation* stuck = nullptr;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    // A Durable Object may be woken by somebody else's call.
    if (one->timers > 0 || !one->outbound_calls.empty() || one->actor_calls > 0 ||
        bodies_.WaitsOutside(*one) || web_sockets_.WaitsOutside(*one)) {
      return;
    }
    if (one->actor == nullptr && (!one->responded || !one->incoming.empty()) && one->calls == 0 &&
        stuck == nullptr) {
      stuck = one;
    }
  }
  // A Durable Object itself may be woken by anybody's call.
  if (stuck == nullptr && pipeline.actor != nullptr) return;
  for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
    // V8 may have work of its own for a promise that is awaited.
    if (js::Platform::Start().RunTasksOf(one->isolate->v8())) {
      Enter(*one, [](v8::Isolate*, v8::Local<v8::Context>) {});
      return;
    }
  }
  if (stuck == nullptr) {
    for (Invocation* one = pipeline.invocations; one != nullptr; one = one->next) {
      if ((!one->responded || !one->incoming.empty()) &&
          (stuck == nullptr || one->depth > stuck->depth))
        stuck = one;
    }
  }
  if (stuck != nullptr && !(pipeline.response_given && pipeline.response_sent)) {
    Log(LogLevel::kError, stuck->worker, kHung + DescribeWaits(pipeline), true, pipeline.request);
    const RemoteError error{"Error", kHung, {}, false};
    if (!stuck->responded) {
      Drop(*stuck, error, 500);
      return;
    }
    // It has answered, but not the calls on objects that it has given away.
    std::vector<uint32_t> incoming;
    incoming.swap(stuck->incoming);
    for (uint32_t id : incoming) {
      if (Call* call = calls_.Find(id)) {
        call->callee = 0;
        ReplyWithError(*call, error);
      }
      if (stuck->actor != nullptr && stuck->tail != nullptr) tails_.FinishCall(*stuck, id, &error);
    }
    QueueCheck(pipeline);
    return;
  }
  if (!pipeline.response_sent) {
    if (pipeline.response_pipe == nullptr) return;
    Worker* worker = pipeline.invocations != nullptr ? pipeline.invocations->worker : nullptr;
    Log(LogLevel::kError, worker,
        "The response's body was begun, but nothing is left that could end it.", true,
        pipeline.request);
    pipeline.response_pipe->Fail({"Error", kHung});
    return;
  }
  if (pipeline.wait_until > 0) {
    Worker* worker = pipeline.invocations != nullptr ? pipeline.invocations->worker : nullptr;
    Log(LogLevel::kWarn, worker,
        "A waitUntil() task can never settle: nothing is left that it could wait for. It was "
        "dropped." +
            DescribeWaits(pipeline),
        true, pipeline.request);
  }
  End(pipeline);
}

void Dispatcher::End(Pipeline& pipeline) {
  if (pipeline.ended) return;
  pipeline.ended = true;
  while (pipeline.invocations != nullptr) {
    Invocation& invocation = *pipeline.invocations;
    // The common case, one that has answered and holds nothing, needs no word to JavaScript.
    const bool clean = invocation.responded && invocation.timers == 0 && invocation.calls == 0;
    Release(invocation, !clean);
  }
  // Nobody is left to read what a responder, which has no invocation, still writes.
  if (pipeline.response_pipe != nullptr && !pipeline.response_sent &&
      pipeline.response_pipe->state() == base::Pipe::State::kOpen) {
    pipeline.response_pipe->Cancel();
  }
  // After what its invocations held: who is told of the end may let go of what is left.
  if (pipeline.calls_peers) remote_->EndCallsOf(pipeline.id);
  if (pipeline.previous != nullptr) {
    pipeline.previous->next = pipeline.next;
  } else {
    live_ = pipeline.next;
  }
  if (pipeline.next != nullptr) pipeline.next->previous = pipeline.previous;
  if (pipeline.actor != nullptr) {
    pipelines_.Free(&pipeline);
    return;
  }
  if (!pipeline.unlisted) {
    RequestSummary summary;
    summary.request = pipeline.request;
    summary.method = pipeline.method;
    summary.url = pipeline.url;
    summary.status = pipeline.status;
    summary.duration_ms = NowMs() - pipeline.started_ms;
    summary.cpu_ms = static_cast<double>(pipeline.cpu.spent) / cycles_per_ms_;
    if (traces_ && !pipeline.trace.empty()) pipeline.trace[0].status = pipeline.status;
    summary.trace = traces_ ? &pipeline.trace : nullptr;
    summary.traced_before = pipeline.traced_before;
    observer_.OnRequest(summary);
    told_observer_ = true;
  }
  TopLevel* top = pipeline.top;
  pipelines_.Free(&pipeline);
  top->OnPipelineEnd();
}

}  // namespace isolane::worker
