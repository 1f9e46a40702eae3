// Durable Objects: calls on them wait at the input gate, start the instance if there is none, and
// are answered through the output gate.
#include <algorithm>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/dispatcher_rpc.h"
#include "runtime/worker/request_cf.h"
#include "runtime/worker/tail_spans.h"

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

void Transmit(const WebSocketRecord& socket, base::Message message) {
  if (message.kind == base::Message::Kind::kClose) {
    socket.end->Close(message.code, message.data.view());
  } else {
    socket.end->Send(std::move(message));
  }
}

std::string IdOf(const std::string& address) { return address.substr(0, ActorIds::kDigits); }

}  // namespace

std::string ActorClass::Describe(const std::string& object) const {
  return (key.is_workflow() ? "Instance " : "Durable Object ") + object + " of " + key.Describe() +
         " of Worker \"" + worker.name() + "\"";
}

size_t Dispatcher::live_actors() const { return actors_->live(); }

void Dispatcher::Settle(Invocation& caller, Call& call) {
  if (call.spans != nullptr) [[unlikely]]
    CloseCallSpans(call);
  caller.calls--;
  if (call.on_actor) caller.actor_calls--;
}

// --- to an actor ---

bool Dispatcher::IsShut(const Actor& actor) {
  return MustWait(actor) || actor.broken || actor.leaving || !actor.waiting.empty();
}

bool Dispatcher::Passes(const Actor& actor, const Call& call) {
  if (!actor.leaving) return !IsShut(actor);
  return !MustWait(actor) && !actor.broken && IsServing(actor, call.pipeline);
}

void Dispatcher::StartOnActor(Call& call) {
  if (call.channel->actor_class->worker.held()) [[unlikely]] {
    Hold(call);
    return;
  }
  const uint32_t call_id = call.id;
  const std::string address = call.props;
  std::string failure;
  Actor* actor = FindOrStartActor(*call.channel->actor_class, address, &failure);
  // Starting it may have ended anything.
  Call* same = calls_.Find(call_id);
  if (same == nullptr) return;
  if (actor == nullptr) {
    ReplyWithError(*same, {"Error", std::move(failure), {}, false});
  } else if (Passes(*actor, *same)) {
    Deliver(*actor, *same);
  } else {
    actor->waiting.push_back({EventKind::kStart, call_id});
  }
}

Actor* Dispatcher::FindOrStartActor(ActorClass& actor_class, const std::string& address,
                                    std::string* failure) {
  const std::string id = IdOf(address);
  const auto known = actor_class.live.find(id);
  if (known != actor_class.live.end()) return actors_->Find(known->second);
  // It becomes the name of a file, and may have come with a stub from another process.
  if (actor_class.ids.Check(id) == ActorIds::Verdict::kMalformed) {
    *failure = "Invalid Durable Object ID: must be 64 hex digits";
    return nullptr;
  }
  Worker& worker = actor_class.worker;
  if (worker.isolate() == nullptr) {
    *failure = "Worker \"" + worker.name() + "\" cannot run: " + worker.failure();
    return nullptr;
  }
  Actor* actor = actors_->Take();
  if (actor == nullptr) {
    *failure = kTooManyActors;
    return nullptr;
  }
  actor->actor_class = &actor_class;
  actor->object_id = id;
  const uint32_t actor_id = actor->id;
  actor_class.live[id] = actor_id;
  if (!StartActor(*actor, address)) {
    actor_class.live.erase(id);
    actors_->Free(actor);
    *failure = kTooManyActors;
    return nullptr;
  }
  actor = actors_->Find(actor_id);
  if (actor == nullptr) {
    *failure =
        "The Durable Object could not be started: its constructor exceeded a limit of Worker \"" +
        worker.name() + "\".";
  }
  return actor;
}

bool Dispatcher::StartActor(Actor& actor, const std::string& address) {
  Worker& worker = actor.actor_class->worker;
  Pipeline* pipeline = pipelines_.Take();
  Invocation* invocation = pipeline == nullptr ? nullptr : invocations_.Take();
  if (invocation == nullptr) {
    if (pipeline != nullptr) pipelines_.Free(pipeline);
    return false;
  }
  actor.address = address;
  const Limits& limits = worker.spec().limits;
  pipeline->top = &no_top;
  pipeline->actor = &actor;
  pipeline->limits = &limits;
  FillBudgets(*pipeline);
  pipeline->request = current_request();
  pipeline->started_ms = NowMs();
  pipeline->method = actor.actor_class->key.exported();
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
  const auto sockets = actor.actor_class->sockets.find(actor.object_id);
  if (sockets != actor.actor_class->sockets.end()) {
    for (uint32_t id : sockets->second.ids) web_sockets_.Adopt(*invocation, id);
  }
  if (!worker.tail_consumers().empty()) [[unlikely]]
    tails_.BeginObject(*invocation);
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

// Each call and each message gives the object a budget of its own, as at the edge.
void Dispatcher::Deliver(Actor& actor, Call& call) {
  const Pipeline* caller = pipelines_.Find(call.pipeline);
  if (call.cancelled || caller == nullptr) {
    call.DropBody();
    calls_.Free(&call);
    return;
  }
  Invocation& invocation = *actor.invocation;
  FillBudgets(*actor.pipeline);
  actor.pipeline->request = caller->request;
  actor.pipeline->tail_chain = caller->tail_chain;
  if (!invocation.worker->tail_consumers().empty()) [[unlikely]]
    tails_.BeginCall(invocation, call);
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
    v8::Local<v8::Value> cf;
    if (!CfValue(isolate, call.cf).ToLocal(&cf)) return;
    v8::Local<v8::Value> arguments[] = {id, number, depth, head, v8::Integer::New(isolate, body),
                                        cf};
    CallHook(isolate, context, hooks.handle_actor_fetch, arguments);
  });
}

// --- WebSockets of an object ---

void Dispatcher::HibernateSocket(Actor& actor, WebSocketRecord& socket,
                                 std::vector<std::string> tags) {
  auto state = std::make_unique<HibernatingSocket>();
  state->actor_class = actor.actor_class;
  state->address = actor.address;
  state->tags = std::move(tags);
  web_sockets_.Hibernate(socket, std::move(state));
}

void Dispatcher::RunHibernating(WebSocketRecord& socket) {
  const uint32_t id = socket.id;
  const std::string address = socket.hibernating->address;
  std::string failure;
  Actor* actor = FindOrStartActor(*socket.hibernating->actor_class, address, &failure);
  WebSocketRecord* same = web_sockets_.Find(id);
  if (same == nullptr) return;
  if (actor == nullptr) {
    Log(LogLevel::kError, &same->hibernating->actor_class->worker, failure, true);
    web_sockets_.Free(*same);
  } else if (IsShut(*actor)) {
    // One event for all that comes meanwhile.
    same->queued = true;
    actor->waiting.push_back({EventKind::kSocket, id});
  } else {
    DeliverMessage(*actor->invocation, *same);
  }
}

void Dispatcher::SendMessage(WebSocketRecord& socket, base::Message message) {
  const Invocation* owner = invocations_.Find(socket.invocation);
  if (owner != nullptr && owner->actor != nullptr && owner->actor->unconfirmed != 0) {
    owner->actor->held.push_back({EventKind::kSocket, socket.id,
                                  std::make_unique<base::Message>(std::move(message)),
                                  owner->actor->unconfirmed});
    return;
  }
  Transmit(socket, std::move(message));
}

// --- the gates ---

bool Dispatcher::MustWait(const Actor& actor) {
  return actor.blocks > 0 || (actor.storage != nullptr && actor.storage->database().folding());
}

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
  if (actor.leaving) {
    RunLeaving(actor);
    return;
  }
  const uint32_t id = actor.id;
  // Those that come meanwhile queue up behind.
  while (!MustWait(actor) && !actor.waiting.empty()) {
    const Actor::Waiting next = actor.waiting.front();
    actor.waiting.pop_front();
    if (next.kind == EventKind::kTimer) {
      DeliverAlarm(actor, static_cast<int>(next.id));
    } else if (next.kind == EventKind::kSocket) {
      WebSocketRecord* socket = web_sockets_.Find(next.id);
      if (socket == nullptr) continue;
      DeliverMessage(*actor.invocation, *socket);
    } else {
      Call* call = calls_.Find(next.id);
      if (call == nullptr) continue;
      Deliver(actor, *call);
    }
    if (actors_->Find(id) != &actor || actor.broken) return;
  }
}

void Dispatcher::PushFrom(Invocation& from, EventKind kind, uint32_t id) {
  if (from.actor != nullptr && from.actor->unconfirmed != 0) [[unlikely]] {
    from.actor->held.push_back({kind, id, nullptr, from.actor->unconfirmed});
    return;
  }
  queue_.Push(kind, id);
}

void Dispatcher::ConfirmActor(Actor& actor, uint64_t commit) {
  if (actor.unconfirmed <= commit) actor.unconfirmed = 0;
  while (!actor.held.empty() && actor.held.front().commit <= commit) {
    Actor::Held one = std::move(actor.held.front());
    actor.held.pop_front();
    if (one.kind != EventKind::kSocket) {
      queue_.Push(one.kind, one.id);
    } else if (WebSocketRecord* socket = web_sockets_.Find(one.id)) {
      Transmit(*socket, std::move(*one.message));
    }
  }
  if (!actor.waiting.empty()) QueueActor(actor);
}

void Dispatcher::TellActor(const Actor& actor, uint32_t what) {
  queue_.Push(EventKind::kNews, actor.invocation->id, what);
}

ActorStorage& Dispatcher::StorageOf(Actor& actor) {
  if (actor.storage == nullptr) {
    ActorClass& actor_class = *actor.actor_class;
    std::unique_ptr<ActorStorage>& storage = actor_class.storages[actor.object_id];
    if (storage == nullptr) {
      const std::string& directory = actor_class.directory;
      storage::StorageName name;
      name.owner = actor_class.Describe(actor.pipeline->url);
      if (!directory.empty()) name.path = directory + "/" + actor.object_id + ".sqlite";
      storage = std::make_unique<ActorStorage>(*this, *committer_, std::move(name));
    }
    storage->Attach(&actor);
    actor.storage = storage.get();
  }
  return *actor.storage;
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
  std::vector<uint32_t> calls;
  for (const Actor::Waiting& one : std::exchange(actor.waiting, {})) {
    if (one.kind == EventKind::kStart && actor.leaving) {
      queue_.Push(EventKind::kStart, one.id);
    } else if (one.kind == EventKind::kStart) {
      calls.push_back(one.id);
    } else if (one.kind == EventKind::kTimer) {
      RetryAlarm(*actor.actor_class, actor.object_id, static_cast<int>(one.id));
    } else if (WebSocketRecord* socket = web_sockets_.Find(one.id)) {
      // For the next instance, if the socket is kept.
      queue_.Push(EventKind::kSocket, 0, socket->id);
    }
  }
  std::vector<uint32_t> incoming = std::exchange(actor.invocation->incoming, {});
  if (actor.broken && !actor.invocation->worker->tail_consumers().empty()) {
    // Its constructor has failed, say: these calls have not begun, and end with it.
    for (uint32_t one : calls) {
      const Call* call = calls_.Find(one);
      if (call == nullptr) continue;
      tails_.BeginCall(*actor.invocation, *call);
      tails_.FinishCall(*actor.invocation, one, &error);
    }
  }
  // The calls first, in their order.
  if (actor.invocation->tail != nullptr) {
    for (uint32_t one : incoming) tails_.FinishCall(*actor.invocation, one, &error);
  }
  if (actor.invocation->tail != nullptr) tails_.FinishObject(*actor.invocation, &error);
  calls.insert(calls.end(), incoming.begin(), incoming.end());
  for (const Actor::Held& one : std::exchange(actor.held, {})) {
    Call* call = one.kind == EventKind::kSocket ? nullptr : calls_.Find(one.id);
    if (call == nullptr) continue;
    call->DropBody();
    if (one.kind == EventKind::kReply) {
      // What it was going to say may not be true: the writes it told of may be lost.
      calls.push_back(one.id);
    } else {
      calls_.Free(call);
    }
  }
  for (uint32_t one : calls) {
    Call* call = calls_.Find(one);
    if (call == nullptr) continue;
    call->callee = 0;
    ReplyWithError(*call, error);
  }
  if (actor.alarm && actor.leaving) {
    // It is the reload that ended it, and no failure: it goes on at once, with the new code.
    alarms_.Set(*actor.actor_class, actor.object_id, WallClockMs(), actor.alarm->retries);
  } else if (actor.alarm) {
    RetryAlarm(*actor.actor_class, actor.object_id, actor.alarm->retries + 1);
  }
  if (ActorStorage* storage = std::exchange(actor.storage, nullptr)) {
    storage->Attach(nullptr);
    // A file is opened again by the next instance; memory is all there is.
    if (!storage->in_memory()) actor.actor_class->storages.erase(actor.object_id);
  }
  Pipeline& pipeline = *actor.pipeline;
  actor.pipeline = nullptr;
  actor.invocation = nullptr;
  End(pipeline);
  actors_->Free(&actor);
}

// --- eviction ---

bool Dispatcher::IsBusy(const Actor& actor) {
  const Invocation& one = *actor.invocation;
  return !actor.waiting.empty() || one.timers > 0 || web_sockets_.IsHeard(one) ||
         IsAnswering(actor);
}

bool Dispatcher::IsAnswering(const Actor& actor) {
  const Invocation& one = *actor.invocation;
  if (actor.alarm || actor.blocks > 0 || !actor.held.empty() || actor.unconfirmed != 0 ||
      one.calls > 0 || !one.outbound_calls.empty() || one.pumps > 0) {
    return true;
  }
  // A call whose caller has ended keeps nothing, nor does what it holds.
  int abandoned = 0;
  for (uint32_t id : one.incoming) {
    const Call* call = calls_.Find(id);
    if (call == nullptr) continue;
    const bool is_awaited = call->from_peer != 0 ? pipelines_.Find(call->pipeline) != nullptr
                                                 : invocations_.Find(call->caller) != nullptr;
    if (!call->cancelled && is_awaited) return true;
    if (call->object.held()) abandoned++;
  }
  return rpc_.HeldElsewhere(one) > abandoned;
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
