#include "runtime/worker/web_sockets.h"

#include <utility>

namespace isolane::worker {

void WebSocketRecord::OnMessage() {
  if (!accepted || queued) return;
  queued = true;
  table->queue_.Push(EventKind::kSocket, invocation, id);
}

void WebSocketRecord::Reset() {
  invocation = next = previous = 0;
  accepted = queued = false;
  end.reset();
}

uint32_t WebSockets::Add(Invocation& owner, std::shared_ptr<base::MessageEnd> end) {
  WebSocketRecord* record = pool_.Take();
  if (record == nullptr) return 0;
  record->table = this;
  record->invocation = owner.id;
  record->end = std::move(end);
  record->next = owner.first_socket;
  if (WebSocketRecord* first = pool_.Find(owner.first_socket)) first->previous = record->id;
  owner.first_socket = record->id;
  return record->id;
}

void WebSockets::Accept(WebSocketRecord& record) {
  if (record.accepted) return;
  record.accepted = true;
  record.end->set_listener(&record);
  if (Invocation* owner = invocations_.Find(record.invocation)) owner->sockets++;
  if (record.end->readable()) record.OnMessage();
}

std::shared_ptr<base::MessageEnd> WebSockets::Take(uint32_t id) {
  WebSocketRecord* record = pool_.Find(id);
  if (record == nullptr || record->accepted) return nullptr;
  std::shared_ptr<base::MessageEnd> end = std::move(record->end);
  Free(*record);
  return end;
}

void WebSockets::Free(WebSocketRecord& record) {
  Invocation* owner = invocations_.Find(record.invocation);
  if (record.end != nullptr) {
    record.end->set_listener(nullptr);
    record.end->Abandon("Network connection lost.");
  }
  if (WebSocketRecord* previous = pool_.Find(record.previous)) {
    previous->next = record.next;
  } else if (owner != nullptr) {
    owner->first_socket = record.next;
  }
  if (WebSocketRecord* next = pool_.Find(record.next)) next->previous = record.previous;
  if (record.accepted && owner != nullptr) owner->sockets--;
  pool_.Free(&record);
}

void WebSockets::FreeAllOf(Invocation& owner) {
  while (owner.first_socket != 0) Free(*pool_.Find(owner.first_socket));
}

bool WebSockets::WaitsOutside(const Invocation& owner) {
  for (WebSocketRecord* record = pool_.Find(owner.first_socket); record != nullptr;
       record = pool_.Find(record->next)) {
    if (record->accepted && record->end->outside()) return true;
  }
  return false;
}

}  // namespace isolane::worker
