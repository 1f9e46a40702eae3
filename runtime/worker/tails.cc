#include "runtime/worker/tails.h"

#include <algorithm>
#include <utility>

#include "runtime/base/json_text.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/call.h"
#include "runtime/worker/dispatcher.h"
#include "runtime/worker/tail_spans.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

TailRecord* Tails::NewRecord(const Invocation& invocation, const Call* call) {
  const std::vector<const Worker*>& chain = invocation.pipeline->tail_chain;
  std::vector<TailTarget> consumers;
  for (const TailTarget& one : invocation.worker->tail_consumers()) {
    if (std::find(chain.begin(), chain.end(), one.worker) == chain.end()) consumers.push_back(one);
  }
  if (consumers.empty() || stopped_) return nullptr;
  auto owned = std::make_unique<TailRecord>();
  TailRecord* const record = owned.get();
  record->worker = invocation.worker;
  record->consumers = std::move(consumers);
  record->chain = chain;
  record->timestamp_ms = Dispatcher::WallClockMs();
  record->started_ms = Dispatcher::NowMs();
  live_.emplace(record, std::move(owned));
  if (call != nullptr) {
    if (call->channel != nullptr && call->channel->entrypoint != "default") {
      record->entrypoint = call->channel->entrypoint;
    }
    record->Describe(*call);
  }
  streams_.Open(*record, call);
  return record;
}

void Tails::Begin(Invocation& invocation, const Call& call) {
  invocation.tail = NewRecord(invocation, &call);
  // Of an event the built-in half has more to say first.
  if (invocation.tail != nullptr && (call.operation & kEventOperation) == 0) {
    Announce(*invocation.tail, call);
  }
}

void Tails::BeginObject(Invocation& object) {
  if (stopped_) return;
  auto owned = std::make_unique<TailRecord>();
  TailRecord* const record = owned.get();
  record->worker = object.worker;
  record->early = true;
  live_.emplace(record, std::move(owned));
  object.tail = record;
}

void Tails::SwitchTo(Invocation& object, TailRecord* record) {
  TailRecord* const early = object.tail;
  object.tail = record == nullptr && early != nullptr && !early->early ? early : record;
  if (early == nullptr || !early->early) return;
  if (record != nullptr) {
    record->cpu += early->cpu;
    record->truncated = early->truncated;
    for (const TailLine& line : early->early_lines) {
      if (line.exception) {
        AddException(*record, line);
      } else {
        AddLog(*record, line);
      }
    }
  }
  // Not disposed of before the turn is over: it may be that of the entry that is under way.
  Close(*early);
}

void Tails::BeginCall(Invocation& object, const Call& call) {
  TailRecord* const record = NewRecord(object, &call);
  if (record != nullptr) BeginOnObject(object, *record, call.id);
  SwitchTo(object, record);
  if (record != nullptr) Announce(*record, call);
}

void Tails::Announce(TailRecord& record, const Call& call) {
  TailSource* const source = SourceOf(record);
  if (source != nullptr && call.kind == CallKind::kMethod) OpenMethodSpan(*source, call);
}

uint32_t Tails::BeginEvent(Invocation& object, std::string_view json) {
  TailRecord* const record = NewRecord(object, nullptr);
  if (record == nullptr) {
    SwitchTo(object, nullptr);
    return 0;
  }
  base::AppendAsciiJson(json, record->event);
  const uint32_t number = kFirstEvent | ++events_;
  BeginOnObject(object, *record, number);
  SwitchTo(object, record);
  SourceOf(*record);
  return number;
}

void Tails::BeginOnObject(Invocation& object, TailRecord& record, uint32_t number) {
  record.object_id = object.actor->object_id;
  record.entrypoint = object.actor->actor_class->key.exported();
  record.call = number;
  calls_[number] = {&object, &record};
}

void Tails::FinishCall(Invocation& object, uint32_t call, const RemoteError* error) {
  const auto found = calls_.find(call);
  if (found == calls_.end() || found->second.first != &object) return;
  TailRecord& record = *found->second.second;
  calls_.erase(found);
  if (error != nullptr) {
    if (record.outcome.empty()) record.outcome = "exception";
    if (record.exceptions.empty()) NoteException(record, error->type, error->message, {});
  }
  if (object.tail == &record) {
    object.tail = nullptr;
    for (const auto& [other, entry] : calls_) {
      if (entry.first == &object) object.tail = entry.second;
    }
  }
  Close(record);
}

void Tails::FinishObject(Invocation& object, const RemoteError* error) {
  std::vector<uint32_t> open;
  for (const auto& [call, entry] : calls_) {
    if (entry.first == &object) open.push_back(call);
  }
  for (uint32_t call : open) FinishCall(object, call, error);
}

TailSource* Tails::SourceOf(TailRecord& record) {
  TailSource* const source = record.source.get();
  if (source != nullptr && !source->begun()) source->AddOnset(record);
  return source;
}

TailSource* Tails::FindSource(const Invocation& invocation, std::string_view root) const {
  const auto is_it = [&](const TailRecord* record) {
    return record != nullptr && record->source != nullptr && record->source->span_id() == root;
  };
  if (is_it(invocation.tail)) return SourceOf(*invocation.tail);
  if (invocation.actor == nullptr) return nullptr;
  for (const auto& [call, entry] : calls_) {
    if (entry.first == &invocation && is_it(entry.second)) return SourceOf(*entry.second);
  }
  return nullptr;
}

void Tails::NoteException(TailRecord& record, std::string_view name, std::string_view message,
                          std::string_view stack) {
  TailLine line{Dispatcher::WallClockMs(), std::string(name), std::string(message),
                std::string(stack), true};
  if (record.early) {
    record.KeepLine(std::move(line));
  } else {
    AddException(record, line);
  }
}

void Tails::AddException(TailRecord& record, const TailLine& line) {
  record.AddException(line.timestamp_ms, line.level, line.message, line.error_info);
  if (TailSource* source = SourceOf(record)) {
    source->AddException(line.timestamp_ms, line.level, line.message, line.error_info);
  }
}

void Tails::NoteCall(Invocation& caller, Call& call) {
  if (SourceOf(*caller.tail) != nullptr) OpenCallSpans(caller.tail->source, call);
}

TailRecord* Tails::RecordOf(const Invocation& invocation, uint32_t call) {
  if (invocation.actor == nullptr || call == 0) return invocation.tail;
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : found->second.second;
}

void Tails::NoteOutcome(Invocation& invocation, std::string_view outcome, uint32_t call) {
  TailRecord* const record = RecordOf(invocation, call);
  if (record != nullptr && record->outcome.empty() && outcome != "ok") record->outcome = outcome;
}

void Tails::NoteResponse(Invocation& invocation, uint32_t call, int status,
                         const base::Body& body) {
  TailRecord* const record = RecordOf(invocation, call);
  if (record == nullptr) return;
  record->status = status;
  if (body.kind == base::Body::Kind::kPipe) record->response = body.pipe;
  // A WebSocket is no response that has ended.
  if (TailSource* source = SourceOf(*record)) source->AddReturn(status == 101 ? 0 : status);
}

void Tails::NoteReturn(Invocation& invocation, uint32_t call) {
  TailRecord* const record = RecordOf(invocation, call);
  if (record == nullptr || !record->outcome.empty()) return;
  if (TailSource* source = SourceOf(*record)) source->AddReturn(0);
}

void Tails::NoteError(Invocation& invocation, const RemoteError& error) {
  NoteException(*invocation.tail, error.type, error.message, {});
  NoteOutcome(invocation, "exception");
}

void Tails::NoteEvent(Invocation& invocation, std::string_view json) {
  invocation.tail->event.clear();
  base::AppendAsciiJson(json, invocation.tail->event);
  SourceOf(*invocation.tail);
}

void Tails::NoteLog(Invocation& invocation, std::string_view level, std::string_view message,
                    std::string_view error_info) {
  TailLine line{Dispatcher::WallClockMs(), std::string(level), std::string(message),
                std::string(error_info)};
  if (invocation.tail->early) {
    invocation.tail->KeepLine(std::move(line));
  } else {
    AddLog(*invocation.tail, line);
  }
}

void Tails::AddLog(TailRecord& record, const TailLine& line) {
  record.AddLog(line.timestamp_ms, line.level, line.message, line.error_info);
  if (TailSource* source = SourceOf(record)) {
    source->AddLog(line.timestamp_ms, line.level, line.message, line.error_info);
  }
}

void Tails::NoteException(Invocation& invocation, uint32_t call, std::string_view name,
                          std::string_view message, std::string_view stack) {
  if (TailRecord* const record = RecordOf(invocation, call)) {
    NoteException(*record, name, message, stack);
  }
}

void Tails::NoteClientGone(Invocation& invocation) {
  const base::Pipe* body = invocation.tail->response.get();
  if (!invocation.responded) {
    NoteOutcome(invocation, "canceled");
  } else if (body != nullptr && !body->at_end()) {
    NoteOutcome(invocation, "responseStreamDisconnected");
  }
}

void Tails::Finish(Invocation& invocation) {
  TailRecord* const record = std::exchange(invocation.tail, nullptr);
  if (record->call != 0) {
    // A Durable Object that ended otherwise than by EndActor.
    FinishObject(invocation, nullptr);
    return;
  }
  const base::Pipe* body = record->response.get();
  if (body != nullptr && body->state() == base::Pipe::State::kErrored) {
    // The stream failed after its head had been sent.
    if (record->exceptions.empty()) {
      NoteException(*record, body->error().type, body->error().message, {});
    }
    if (record->outcome.empty()) record->outcome = "exception";
  }
  if (!invocation.responded && record->outcome.empty()) record->outcome = "canceled";
  Close(*record);
}

void Tails::Close(TailRecord& record) {
  if (TailSource* source = SourceOf(record)) {
    source->AddOutcome(record.outcome.empty() ? "ok" : record.outcome,
                       static_cast<double>(record.cpu) / dispatcher_.watchdog().CyclesPerMs(),
                       Dispatcher::NowMs() - record.started_ms);
  }
  const auto found = live_.find(&record);
  finished_.push_back(std::move(found->second));
  live_.erase(found);
}

void Tails::Deliver() {
  streams_.Deliver();
  const std::vector<std::unique_ptr<TailRecord>> finished = std::exchange(finished_, {});
  for (const auto& record : finished) {
    if (record->consumers.empty()) continue;
    const std::string arguments =
        "[[" + record->ToJson(Dispatcher::NowMs(), dispatcher_.watchdog().CyclesPerMs()) + "]]";
    for (const TailTarget& target : record->consumers) Send(*record, target, arguments);
  }
}

void Tails::Send(const TailRecord& record, const TailTarget& target, const std::string& arguments) {
  // Its next version does not have that entrypoint.
  if (target.channel != nullptr && target.channel->target != target.worker) return;
  Worker& consumer = *target.worker;
  if (!Reserve(consumer, Kind::kEvent)) return;
  HandlerEvent event;
  event.name = "tail";
  event.arguments_json = arguments;
  event.channel = target.channel;
  event.props = target.props;
  event.tail_chain = record.chain;
  event.tail_chain.push_back(record.worker);
  event.tail_chain.push_back(&consumer);
  dispatcher_.SendEvent(consumer, std::move(event), [this, &consumer](const EventResult&) {
    Unreserve(&consumer, Kind::kEvent);
  });
}

bool Tails::Reserve(Worker& consumer, Kind kind) {
  Places& places = PlacesOf(kind);
  size_t& taken = places.taken[&consumer];
  if (taken < kMaxUnderWay) {
    taken++;
    return true;
  }
  places.dropped++;
  const double now = Dispatcher::NowMs();
  if (now - places.warned_ms >= kWarnEveryMs) {
    places.warned_ms = now;
    dispatcher_.Log(LogLevel::kWarn, &consumer,
                    std::to_string(places.dropped) +
                        (kind == Kind::kStream ? " tail streams" : " tail events") +
                        " were dropped so far, because " + std::to_string(kMaxUnderWay) +
                        " of them are under way at one Worker.",
                    true);
  }
  return false;
}

void Tails::Unreserve(const Worker* consumer, Kind kind) {
  auto& taken = PlacesOf(kind).taken;
  const auto found = taken.find(consumer);
  if (found != taken.end() && --found->second == 0) taken.erase(found);
}

void RedirectTails(std::vector<TailTarget>& targets, const Worker& from, Worker* to) {
  for (TailTarget& target : targets) {
    if (target.worker == &from) target.worker = to;
  }
  std::erase_if(targets, [](const TailTarget& target) { return target.worker == nullptr; });
}

void Tails::Redirect(const Worker& from, Worker* to) {
  auto redirect = [&](TailRecord& record) {
    RedirectTails(record.consumers, from, to);
    std::replace(record.chain.begin(), record.chain.end(), &from, static_cast<const Worker*>(to));
    std::erase(record.chain, nullptr);
    if (to != nullptr && record.worker == &from) record.worker = to;
  };
  for (const auto& [key, record] : live_) redirect(*record);
  for (const auto& record : finished_) redirect(*record);
  streams_.Redirect(from, to);
}

bool Tails::Concerns(const Worker& worker) const {
  return std::any_of(live_.begin(), live_.end(),
                     [&](const auto& one) { return one.first->worker == &worker; }) ||
         std::any_of(finished_.begin(), finished_.end(),
                     [&](const auto& one) { return one->worker == &worker; });
}

void Tails::Stop() { stopped_ = true; }

}  // namespace isolane::worker
