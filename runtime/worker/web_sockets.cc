#include "runtime/worker/web_sockets.h"

#include <algorithm>
#include <utility>

#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

namespace {

// Answers the messages at the head of the line that need no instance.
void AnswerAutomatically(WebSocketRecord& record) {
  HibernatingSocket& state = *record.hibernating;
  const ActorSockets& of_object = state.actor_class->sockets[state.object_id()];
  if (!of_object.answers) return;
  for (;;) {
    const base::Message* next = record.end->Peek();
    if (next == nullptr || next->kind != base::Message::Kind::kText ||
        next->data.view() != of_object.request) {
      return;
    }
    base::Message taken;
    record.end->Receive(&taken);
    base::Message answer;
    answer.data = base::Chunk::Copy(of_object.response);
    record.end->Send(std::move(answer));
    state.answered_ms = Dispatcher::WallClockMs();
  }
}

}  // namespace

void WebSocketRecord::OnMessage() {
  if (!accepted || queued) return;
  if (hibernating != nullptr) {
    AnswerAutomatically(*this);
    if (!end->readable()) return;
  }
  queued = true;
  table->queue_.Push(EventKind::kSocket, invocation, id);
}

void WebSocketRecord::Reset() {
  invocation = next = previous = 0;
  accepted = queued = false;
  end.reset();
  hibernating.reset();
}

void WebSockets::Link(Invocation& owner, WebSocketRecord& record) {
  record.invocation = owner.id;
  record.previous = 0;
  record.next = owner.first_socket;
  if (WebSocketRecord* first = pool_.Find(owner.first_socket)) first->previous = record.id;
  owner.first_socket = record.id;
}

void WebSockets::Unlink(WebSocketRecord& record) {
  Invocation* owner = invocations_.Find(record.invocation);
  if (WebSocketRecord* previous = pool_.Find(record.previous)) {
    previous->next = record.next;
  } else if (owner != nullptr) {
    owner->first_socket = record.next;
  }
  if (WebSocketRecord* next = pool_.Find(record.next)) next->previous = record.previous;
  if (record.accepted && record.hibernating == nullptr && owner != nullptr) owner->sockets--;
  record.invocation = record.next = record.previous = 0;
}

uint32_t WebSockets::Add(Invocation& owner, std::shared_ptr<base::MessageEnd> end) {
  WebSocketRecord* record = pool_.Take();
  if (record == nullptr) return 0;
  record->table = this;
  record->end = std::move(end);
  Link(owner, *record);
  return record->id;
}

void WebSockets::Accept(WebSocketRecord& record) {
  if (record.accepted) return;
  record.accepted = true;
  record.end->set_listener(&record);
  if (Invocation* owner = invocations_.Find(record.invocation)) {
    owner->sockets++;
    record.end->speaks_for_world = owner->actor != nullptr;
  }
  if (record.end->readable()) record.OnMessage();
}

void WebSockets::Hibernate(WebSocketRecord& record, std::unique_ptr<HibernatingSocket> state) {
  if (record.accepted) return;
  record.accepted = true;
  record.hibernating = std::move(state);
  record.end->speaks_for_world = true;
  record.hibernating->actor_class->sockets[record.hibernating->object_id()].ids.push_back(
      record.id);
  record.end->set_listener(&record);
  if (record.end->readable()) record.OnMessage();
}

void WebSockets::Adopt(Invocation& owner, uint32_t id) {
  WebSocketRecord* record = pool_.Find(id);
  if (record != nullptr && record->invocation == 0) Link(owner, *record);
}

bool WebSockets::TakeMessage(WebSocketRecord& record, base::Message* message) {
  record.queued = false;
  if (!record.end->Receive(message)) return false;
  if (record.end->readable()) record.OnMessage();
  return true;
}

std::shared_ptr<base::MessageEnd> WebSockets::Take(uint32_t id) {
  WebSocketRecord* record = pool_.Find(id);
  if (record == nullptr || record->accepted) return nullptr;
  std::shared_ptr<base::MessageEnd> end = std::move(record->end);
  Free(*record);
  return end;
}

void WebSockets::Free(WebSocketRecord& record) {
  if (record.end != nullptr) {
    record.end->set_listener(nullptr);
    record.end->Abandon("Network connection lost.");
  }
  Unlink(record);
  if (record.hibernating != nullptr) {
    auto& sockets = record.hibernating->actor_class->sockets;
    const auto of_object = sockets.find(record.hibernating->object_id());
    if (of_object != sockets.end()) std::erase(of_object->second.ids, record.id);
  }
  pool_.Free(&record);
}

void WebSockets::FreeAllOf(Invocation& owner, bool keep_hibernating) {
  while (owner.first_socket != 0) {
    WebSocketRecord& record = *pool_.Find(owner.first_socket);
    if (keep_hibernating && record.hibernating != nullptr && !record.hibernating->left) {
      Unlink(record);
    } else {
      Free(record);
    }
  }
}

void WebSockets::FreeHibernating() {
  std::vector<uint32_t> ids;
  pool_.ForEach([&](const WebSocketRecord& record) {
    if (record.hibernating != nullptr) ids.push_back(record.id);
  });
  for (uint32_t id : ids) Free(*pool_.Find(id));
}

void WebSockets::CloseAllOf(const Invocation& owner, uint16_t code, std::string_view reason) {
  for (WebSocketRecord* record = pool_.Find(owner.first_socket); record != nullptr;
       record = pool_.Find(record->next)) {
    if (record->accepted && record->hibernating == nullptr) record->end->Close(code, reason);
  }
}

bool WebSockets::IsHeard(const Invocation& owner) {
  for (WebSocketRecord* record = pool_.Find(owner.first_socket); record != nullptr;
       record = pool_.Find(record->next)) {
    if (record->accepted && record->hibernating == nullptr && record->end->heard()) return true;
  }
  return false;
}

bool WebSockets::WaitsOutside(const Invocation& owner) {
  for (WebSocketRecord* record = pool_.Find(owner.first_socket); record != nullptr;
       record = pool_.Find(record->next)) {
    if (record->accepted && record->end->outside()) return true;
  }
  return false;
}

}  // namespace isolane::worker
