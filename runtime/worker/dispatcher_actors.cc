// Durable Objects: calls on them wait at the input gate, start the instance if there is none, and
// are answered through the output gate.
#include <algorithm>
#include <utility>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/dispatcher_rpc.h"

namespace isolane::worker {

namespace {

const std::string kTooManyActors = "isolane holds as many Durable Objects as it can.";
const std::string kStopped = "The Durable Object's runtime was stopped.";

// An actor has no top level: its pipeline begins with no request and ends with no response.
class NoTop final : public TopLevel {
 public:
  void OnResponse(int, std::string_view, base::Body, bool) override {}
  bool OnWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override { return false; }
  void OnFailure(int, const std::string&) override {}
  void OnPipelineEnd() override {}
};

NoTop no_top;

std::string IdOf(const std::string& address) { return address.substr(0, ActorIds::kDigits); }

}  // namespace

size_t Dispatcher::live_actors() const { return actors_->live(); }

void Dispatcher::Settle(Invocation& caller, const Call& call) {
  caller.calls--;
  if (call.on_actor) caller.actor_calls--;
}

// --- to an actor ---

void Dispatcher::StartOnActor(Call& call) {
  const uint32_t call_id = call.id;
  Actor* actor = FindOrStartActor(call);
  // Starting it may have ended anything.
  Call* same = calls_.Find(call_id);
  if (actor == nullptr || same == nullptr) return;
  if (actor->blocks > 0 || actor->broken || !actor->waiting.empty()) {
    actor->waiting.push_back(call_id);
    return;
  }
  Deliver(*actor, *same);
}

Actor* Dispatcher::FindOrStartActor(Call& call) {
  ActorClass& actor_class = *call.channel->actor_class;
  const std::string id = IdOf(call.props);
  const auto known = actor_class.live.find(id);
  if (known != actor_class.live.end()) return actors_->Find(known->second);
  Worker& worker = actor_class.worker;
  if (worker.isolate() == nullptr) {
    ReplyWithError(
        call,
        {"Error", "Worker \"" + worker.name() + "\" cannot run: " + worker.failure(), {}, false});
    return nullptr;
  }
  Actor* actor = actors_->Take();
  if (actor == nullptr) {
    ReplyWithError(call, {"Error", kTooManyActors, {}, false});
    return nullptr;
  }
  actor->actor_class = &actor_class;
  actor->object_id = id;
  actor_class.live[id] = actor->id;
  const uint32_t actor_id = actor->id;
  const uint32_t call_id = call.id;
  if (!StartActor(*actor, call.props)) {
    actor_class.live.erase(id);
    actors_->Free(actor);
    ReplyWithError(call, {"Error", kTooManyActors, {}, false});
    return nullptr;
  }
  actor = actors_->Find(actor_id);
  if (actor != nullptr) return actor;
  // Its isolate was condemned while the constructor ran.
  if (Call* same = calls_.Find(call_id)) {
    ReplyWithError(*same, {"Error",
                           "The Durable Object could not be started: its constructor exceeded a "
                           "limit of Worker \"" +
                               worker.name() + "\".",
                           {},
                           false});
  }
  return nullptr;
}

bool Dispatcher::StartActor(Actor& actor, const std::string& address) {
  Worker& worker = actor.actor_class->worker;
  Pipeline* pipeline = pipelines_.Take();
  Invocation* invocation = pipeline == nullptr ? nullptr : invocations_.Take();
  if (invocation == nullptr) {
    if (pipeline != nullptr) pipelines_.Free(pipeline);
    return false;
  }
  const Limits& limits = worker.spec().limits;
  pipeline->top = &no_top;
  pipeline->actor = &actor;
  pipeline->limits = &limits;
  pipeline->cpu.budget = watchdog_.CyclesOf(limits.cpu_ms);
  pipeline->subrequests_left = limits.subrequests;
  pipeline->request = current_request();
  pipeline->started_ms = NowMs();
  pipeline->method = actor.actor_class->name;
  pipeline->url =
      address.size() > ActorIds::kDigits ? address.substr(ActorIds::kDigits + 1) : actor.object_id;
  pipeline->next = live_;
  if (live_ != nullptr) live_->previous = pipeline;
  live_ = pipeline;
  invocation->worker = &worker;
  invocation->isolate = worker.isolate();
  invocation->pipeline = pipeline;
  invocation->actor = &actor;
  invocation->is_root = true;
  pipeline->invocations = invocation;
  actor.pipeline = pipeline;
  actor.invocation = invocation;
  const int class_number = actor.actor_class->number;
  const std::string label = pipeline->method + " " + pipeline->url;
  Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::String> name;
    v8::Local<v8::String> text;
    if (!js::FromUtf8(isolate, address).ToLocal(&name) ||
        !js::FromUtf8(isolate, label).ToLocal(&text)) {
      return;
    }
    v8::Local<v8::Value> arguments[] = {
        v8::Integer::NewFromUnsigned(isolate, invocation->id),
        v8::Number::New(isolate, static_cast<double>(pipeline->request)),
        v8::Integer::New(isolate, class_number), name, text};
    CallHook(isolate, context, worker.hooks().start_actor, arguments);
  });
  return true;
}

void Dispatcher::Deliver(Actor& actor, Call& call) {
  const Pipeline* caller = pipelines_.Find(call.pipeline);
  if (call.cancelled || caller == nullptr) {
    call.DropBody();
    calls_.Free(&call);
    return;
  }
  Invocation& invocation = *actor.invocation;
  Pipeline& pipeline = *actor.pipeline;
  // Each call gives the object a budget of its own, as at the edge.
  pipeline.cpu.spent = 0;
  pipeline.subrequests_left = pipeline.limits->subrequests;
  pipeline.request = caller->request;
  const uint32_t call_id = call.id;
  call.callee = invocation.id;
  invocation.incoming.push_back(call_id);
  const int32_t body = bodies_.Add(invocation, std::move(call.body));
  call.body = base::Body();
  if (body > 0) call.actor_body = static_cast<uint32_t>(body);
  Hooks& hooks = invocation.worker->hooks();
  Enter(invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::Value> id = v8::Integer::NewFromUnsigned(isolate, invocation.id);
    v8::Local<v8::Value> number = v8::Integer::NewFromUnsigned(isolate, call_id);
    v8::Local<v8::Value> depth = v8::Integer::New(isolate, call.depth);
    if (call.kind == CallKind::kMethod) {
      v8::Local<v8::String> path;
      v8::Local<v8::Value> values;
      if (!js::FromUtf8(isolate, call.head).ToLocal(&path) ||
          !ArgumentsOf(isolate, call.message).ToLocal(&values)) {
        return;
      }
      v8::Local<v8::Value> arguments[] = {
          id, number, depth, path, v8::Integer::New(isolate, call.operation), values};
      CallHook(isolate, context, hooks.handle_actor_method, arguments);
      return;
    }
    v8::Local<v8::String> head;
    if (!js::FromLatin1(isolate, call.head).ToLocal(&head)) return;
    v8::Local<v8::Value> cf = v8::Undefined(isolate);
    if (!call.cf.empty()) {
      v8::Local<v8::ArrayBuffer> bytes;
      if (!js::CopyToArrayBuffer(isolate, call.cf).ToLocal(&bytes)) return;
      cf = bytes;
    }
    v8::Local<v8::Value> arguments[] = {id, number, depth, head, v8::Integer::New(isolate, body),
                                        cf};
    CallHook(isolate, context, hooks.handle_actor_fetch, arguments);
  });
}

// --- the gates ---

void Dispatcher::BlockActor(Actor& actor, int change) {
  actor.blocks += change;
  if (actor.blocks == 0 && !actor.waiting.empty()) QueueActor(actor);
}

void Dispatcher::QueueActor(Actor& actor) {
  if (actor.queued) return;
  actor.queued = true;
  queue_.Push(EventKind::kActor, actor.id);
}

void Dispatcher::RunActor(Actor& actor) {
  actor.queued = false;
  if (actor.broken) {
    EndActor(actor);
    return;
  }
  const uint32_t id = actor.id;
  // Those that come meanwhile queue up behind.
  while (actor.blocks == 0 && !actor.waiting.empty()) {
    Call* call = calls_.Find(actor.waiting.front());
    actor.waiting.pop_front();
    if (call == nullptr) continue;
    Deliver(actor, *call);
    if (actors_->Find(id) != &actor || actor.broken) return;
  }
}

void Dispatcher::PushFrom(Invocation& from, EventKind kind, uint32_t id) {
  if (from.actor != nullptr && from.actor->unconfirmed != 0) [[unlikely]] {
    from.actor->held.emplace_back(kind, id);
    return;
  }
  queue_.Push(kind, id);
}

void Dispatcher::ConfirmActor(Actor& actor) {
  actor.unconfirmed = 0;
  for (const auto& [kind, id] : actor.held) queue_.Push(kind, id);
  actor.held.clear();
}

// --- the end ---

void Dispatcher::BreakActor(Actor& actor, RemoteError error, const std::string& log) {
  if (!log.empty()) Log(LogLevel::kError, &actor.actor_class->worker, log, true);
  if (actor.broken) return;
  actor.broken = std::move(error);
  QueueActor(actor);
}

void Dispatcher::EndActor(Actor& actor) {
  const uint32_t id = actor.id;
  // A new call starts another instance, whatever is still to be told here.
  const auto known = actor.actor_class->live.find(actor.object_id);
  if (known != actor.actor_class->live.end() && known->second == id) {
    actor.actor_class->live.erase(known);
  }
  RemoteError error = actor.broken ? *actor.broken : RemoteError{"Error", kStopped, {}, false};
  error.remote = false;
  error.reset = true;
  std::vector<uint32_t> calls(actor.waiting.begin(), actor.waiting.end());
  actor.waiting.clear();
  std::vector<uint32_t> incoming = std::exchange(actor.invocation->incoming, {});
  calls.insert(calls.end(), incoming.begin(), incoming.end());
  for (const auto& [kind, held] : actor.held) {
    Call* call = calls_.Find(held);
    if (call == nullptr) continue;
    call->DropBody();
    if (kind == EventKind::kReply) {
      // What it was going to say is not true: the writes it told of are lost.
      calls.push_back(held);
    } else {
      calls_.Free(call);
    }
  }
  actor.held.clear();
  for (uint32_t one : calls) {
    Call* call = calls_.Find(one);
    if (call == nullptr) continue;
    call->callee = 0;
    ReplyWithError(*call, error);
  }
  Pipeline& pipeline = *actor.pipeline;
  actor.pipeline = nullptr;
  actor.invocation = nullptr;
  End(pipeline);
  actors_->Free(&actor);
}

// --- eviction ---

bool Dispatcher::IsBusy(const Actor& actor) const {
  const Invocation& one = *actor.invocation;
  return actor.blocks > 0 || !actor.waiting.empty() || !actor.held.empty() ||
         actor.unconfirmed != 0 || !one.incoming.empty() || one.calls > 0 || one.timers > 0 ||
         !one.outbound_calls.empty() || one.pumps > 0 || one.sockets > 0 || one.exports > 0 ||
         one.wait_until > 0;
}

void Dispatcher::LookAfterActor(Actor& actor) {
  actor.used = true;
  if (actor.in_idle_queue) return;
  actor.in_idle_queue = true;
  idle_actors_.emplace_back(NowMs() + actor_idle_ms_, actor.id);
}

void Dispatcher::EndIdleActors() {
  std::vector<uint32_t> idle;
  actors_->ForEach([&](const Actor& actor) {
    if (!IsBusy(actor)) idle.push_back(actor.id);
  });
  for (uint32_t id : idle) {
    if (Actor* actor = actors_->Find(id)) EndActor(*actor);
  }
}

void Dispatcher::EvictIdle(double now_ms) {
  // All wait equally long, so they come in order; those of this round are not due again in it.
  for (size_t left = idle_actors_.size(); left > 0; left--) {
    const auto [due_ms, id] = idle_actors_.front();
    if (due_ms > now_ms) return;
    idle_actors_.pop_front();
    Actor* actor = actors_->Find(id);
    if (actor == nullptr) continue;
    const bool used = std::exchange(actor->used, false);
    if (used || IsBusy(*actor)) {
      idle_actors_.emplace_back(now_ms + actor_idle_ms_, id);
    } else {
      EndActor(*actor);
    }
  }
}

}  // namespace isolane::worker
