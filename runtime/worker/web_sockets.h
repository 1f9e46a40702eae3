// WebSockets as JavaScript knows them: by number. Each is one end of a message channel
// (base/message_channel.h) in one invocation; the other end is in another isolate, in the same one,
// or on the network.
//
// Loop thread. A WebSocket belongs to one invocation, ends with it, and once accepted holds it open
// until both sides have closed. Owned by the Dispatcher.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "runtime/base/message_channel.h"
#include "runtime/base/slot_pool.h"
#include "runtime/worker/hibernating_socket.h"
#include "runtime/worker/records.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

class WebSockets;

struct WebSocketRecord final : base::MessageListener {
  uint32_t id = 0;
  uint32_t invocation = 0;
  uint32_t next = 0;  // the invocation's list
  uint32_t previous = 0;
  bool accepted = false;
  bool queued = false;  // an event for it waits in the run queue
  std::shared_ptr<base::MessageEnd> end;
  // Set: it is the object's, and `invocation` is 0 while that has no instance.
  std::unique_ptr<HibernatingSocket> hibernating;
  WebSockets* table = nullptr;

  void OnMessage() override;
  void OnDrained() override {}
  void Reset();
};

class WebSockets {
 public:
  WebSockets(RunQueue& queue, base::SlotPool<Invocation>& invocations)
      : queue_(queue), invocations_(invocations) {}

  // Gives `end` a number in `owner`; 0 if there are too many.
  uint32_t Add(Invocation& owner, std::shared_ptr<base::MessageEnd> end);
  WebSocketRecord* Find(uint32_t id) { return pool_.Find(id); }
  // From now on messages are delivered, and the invocation waits for them.
  void Accept(WebSocketRecord& record);
  // The next message, for the event that was queued; another event follows if there is more. False
  // if there is none.
  bool TakeMessage(WebSocketRecord& record, base::Message* message);
  // Takes the end out of the table, for another isolate or the network. Null if the id is stale or
  // it was accepted.
  std::shared_ptr<base::MessageEnd> Take(uint32_t id);
  // Likewise, but it is the object's from now on and holds no invocation open.
  void Hibernate(WebSocketRecord& record, std::unique_ptr<HibernatingSocket> state);
  // `owner` is the object's new instance.
  void Adopt(Invocation& owner, uint32_t id);
  void Free(WebSocketRecord& record);
  // Those that hibernate are kept if `keep_hibernating`.
  void FreeAllOf(Invocation& owner, bool keep_hibernating = false);
  void FreeHibernating();
  // The accepted ones of `owner` that belong to it alone are closed from this side.
  void CloseAllOf(const Invocation& owner, uint16_t code, std::string_view reason);

  // True while an accepted one of `owner` has the network at its other end.
  bool WaitsOutside(const Invocation& owner);

  // True while an accepted one of `owner` has a listener at its other end; those that hibernate do
  // not count.
  bool IsHeard(const Invocation& owner);

  size_t live() const { return pool_.live(); }

 private:
  friend struct WebSocketRecord;
  void Link(Invocation& owner, WebSocketRecord& record);
  void Unlink(WebSocketRecord& record);

  RunQueue& queue_;
  base::SlotPool<Invocation>& invocations_;
  base::SlotPool<WebSocketRecord> pool_;
};

}  // namespace isolane::worker
