// What becomes of calls and Durable Objects when another version takes the place of a Worker, and
// of calls on Workers that cannot run yet.
#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/outbound.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

const std::string kUpdated = "Durable Object reset because its code was updated.";
// RFC 6455's registry: "Service Restart".
constexpr uint16_t kServiceRestart = 1012;

// The Worker that a call waits for, if it waits for one.
Worker* Awaited(const Call& call) {
  if (call.target != nullptr) return call.target;
  if (call.channel == nullptr || call.channel->actor_class == nullptr) return nullptr;
  return &call.channel->actor_class->worker;
}

}  // namespace

void Dispatcher::Redirect(Worker& from, Worker* to) {
  calls_.ForEach([&](Call& call) {
    if (call.callee != 0 || call.target != &from) return;
    // Its channel may have gone with its request.
    if (pipelines_.Find(call.pipeline) == nullptr) return;
    if (call.channel != nullptr) {
      call.target = call.channel->target;
    } else if (to != nullptr) {
      call.target = to;
    }
  });
  const Worker* const old = &from;
  const Worker* const next = to;
  pipelines_.ForEach([&](Pipeline& pipeline) {
    std::vector<const Worker*>& chain = pipeline.tail_chain;
    std::replace(chain.begin(), chain.end(), old, next);
    std::erase(chain, nullptr);
  });
  tails_.Redirect(from, to);
  for (const auto& one : from.actor_classes()) {
    MoveActors(*one, to == nullptr ? nullptr : to->FindActorClass(one->name));
  }
  ReleaseHeld();
}

std::vector<bool> Dispatcher::InUse(const std::vector<Worker*>& workers) {
  std::vector<bool> used(workers.size());
  auto mark = [&](auto&& refers) {
    for (size_t i = 0; i < workers.size(); i++) used[i] = used[i] || refers(*workers[i]);
  };
  mark([&](Worker& worker) {
    return tails_.Concerns(worker) ||
           std::any_of(worker.actor_classes().begin(), worker.actor_classes().end(),
                       [](const auto& one) { return !one->live.empty(); });
  });
  for (const auto& [released, id] : releases_) {
    mark([&](const Worker& worker) { return released == &worker; });
  }
  pipelines_.ForEach([&](const Pipeline& pipeline) {
    mark([&](const Worker& worker) { return pipeline.limits == &worker.spec().limits; });
  });
  invocations_.ForEach([&](const Invocation& invocation) {
    mark([&](const Worker& worker) { return invocation.worker == &worker; });
  });
  for (const auto& [request, outbound] : outbound_) {
    mark([&](const Worker& worker) { return &outbound->worker() == &worker; });
  }
  calls_.ForEach([&](const Call& call) {
    mark([&](const Worker& worker) {
      if (call.target == &worker || (call.channel != nullptr && worker.Owns(*call.channel))) {
        return true;
      }
      return std::any_of(
          call.message.attachments.begin(), call.message.attachments.end(),
          [&](const RpcAttachment& one) { return one.channel && worker.Owns(*one.channel); });
    });
  });
  return used;
}

// --- Durable Objects ---

void Dispatcher::MoveActors(ActorClass& from, ActorClass* to) {
  for (const auto& [object_id, id] : from.live) {
    Actor* actor = actors_->Find(id);
    if (actor == nullptr) continue;
    if (to != nullptr) actor->actor_class = to;
    Leave(*actor);
  }
  alarms_.Move(from, to);
  std::vector<uint32_t> sockets;
  for (const auto& [object_id, of_object] : from.sockets) {
    sockets.insert(sockets.end(), of_object.ids.begin(), of_object.ids.end());
  }
  for (uint32_t id : sockets) {
    WebSocketRecord* socket = web_sockets_.Find(id);
    if (socket == nullptr) continue;
    if (to != nullptr) {
      socket->hibernating->actor_class = to;
    } else {
      socket->end->Close(kServiceRestart, kUpdated);
      web_sockets_.Free(*socket);
    }
  }
  if (to == nullptr) {
    from.sockets.clear();
    return;
  }
  to->live.merge(from.live);
  to->sockets.merge(from.sockets);
  to->storages.merge(from.storages);
}

void Dispatcher::Leave(Actor& actor) {
  if (actor.leaving) return;
  actor.leaving = true;
  // An instance of a Workflow goes on with the new code from the last step that has ended, whatever
  // this one was doing.
  const int64_t left_ms =
      actor.actor_class->key.is_workflow() ? 0 : actor.pipeline->limits->wait_until_ms;
  const double due_ms = NowMs() + static_cast<double>(left_ms);
  auto place = leaving_.end();
  while (place != leaving_.begin() && std::prev(place)->first > due_ms) --place;
  leaving_.insert(place, {due_ms, actor.id});
}

bool Dispatcher::IsServing(const Actor& actor, uint32_t pipeline) {
  std::vector<uint32_t> seen;
  return IsServing(actor, pipeline, seen);
}

bool Dispatcher::IsServing(const Actor& actor, uint32_t pipeline_id, std::vector<uint32_t>& seen) {
  if (std::find(seen.begin(), seen.end(), pipeline_id) != seen.end()) return false;
  seen.push_back(pipeline_id);
  if (actor.pipeline->id == pipeline_id) return true;
  for (uint32_t id : actor.invocation->incoming) {
    const Call* call = calls_.Find(id);
    if (call != nullptr && !call->cancelled && call->pipeline == pipeline_id) return true;
  }
  Pipeline* pipeline = pipelines_.Find(pipeline_id);
  if (pipeline == nullptr) return false;
  // A stub of one of its objects, whose holder goes on with what it has begun.
  for (const Invocation* one = pipeline->invocations; one != nullptr; one = one->next) {
    for (const ImportRecord* stub = rpc_.FindImport(one->first_import); stub != nullptr;
         stub = rpc_.FindImport(stub->next)) {
      const ExportRecord* object = rpc_.FindExport(stub->target);
      if (object != nullptr && object->owner == actor.invocation->id) return true;
    }
  }
  // Another object, which may be called by this one, or on behalf of whom this one serves.
  if (pipeline->actor == nullptr) return false;
  const std::vector<uint32_t>& incoming = pipeline->actor->invocation->incoming;
  return std::any_of(incoming.begin(), incoming.end(), [&](uint32_t id) {
    const Call* call = calls_.Find(id);
    return call != nullptr && !call->cancelled && IsServing(actor, call->pipeline, seen);
  });
}

void Dispatcher::RunLeaving(Actor& actor) {
  const uint32_t id = actor.id;
  for (size_t i = 0; i < actor.waiting.size();) {
    const Actor::Waiting one = actor.waiting[i];
    Call* call = one.kind == EventKind::kStart ? calls_.Find(one.id) : nullptr;
    if (call == nullptr || !Passes(actor, *call)) {
      i++;
      continue;
    }
    actor.waiting.erase(actor.waiting.begin() + static_cast<std::ptrdiff_t>(i));
    Deliver(actor, *call);
    if (actors_->Find(id) != &actor || actor.broken) return;
  }
}

bool Dispatcher::HandOver() {
  const double now = NowMs();
  for (const auto& [due_ms, id] : std::exchange(leaving_, {})) {
    Actor* actor = actors_->Find(id);
    if (actor == nullptr) continue;
    if (!actor->broken && !IsAnswering(*actor) && actor->invocation->wait_until == 0) {
      web_sockets_.CloseAllOf(*actor->invocation, kServiceRestart, kUpdated);
      EndActor(*actor);
      continue;
    }
    if (due_ms <= now) BreakActor(*actor, {"Error", kUpdated, {}, false}, {});
    leaving_.emplace_back(due_ms, id);
  }
  return !queue_.empty();
}

// --- calls that wait for a Worker ---

void Dispatcher::Hold(Call& call) { held_.emplace_back(NowMs() + hold_ms_, call.id); }

void Dispatcher::ReleaseHeld() {
  std::erase_if(held_, [&](const auto& one) {
    const Call* call = calls_.Find(one.second);
    // Of one whose request is over, and its channel with it, Start lets go.
    const bool over = call == nullptr || pipelines_.Find(call->pipeline) == nullptr;
    const Worker* worker = over ? nullptr : Awaited(*call);
    if (worker != nullptr && worker->held()) return false;
    queue_.Push(EventKind::kStart, one.second);
    return true;
  });
}

void Dispatcher::FailOverdueHeld(double now_ms) {
  while (!held_.empty() && held_.front().first <= now_ms) {
    const uint32_t id = held_.front().second;
    held_.pop_front();
    Call* call = calls_.Find(id);
    if (call == nullptr) continue;
    Pipeline* pipeline = pipelines_.Find(call->pipeline);
    if (call->cancelled || pipeline == nullptr) {
      call->DropBody();
      calls_.Free(call);
      continue;
    }
    Refuse(*call, *pipeline, Awaited(*call)->HeldText());
  }
}

bool Dispatcher::Holds(const Pipeline& pipeline) {
  return std::any_of(held_.begin(), held_.end(), [&](const auto& one) {
    const Call* call = calls_.Find(one.second);
    return call != nullptr && call->pipeline == pipeline.id;
  });
}

void Dispatcher::Refuse(Call& call, Pipeline& pipeline, std::string text) {
  call.DropBody();
  if (call.caller == 0) {
    calls_.Free(&call);
    FailTop(pipeline, 503, text);
    return;
  }
  call.status = 0;
  call.error.message = std::move(text);
  queue_.Push(EventKind::kReply, call.id);
}

}  // namespace isolane::worker
