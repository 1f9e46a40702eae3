// What is to be done in this turn, in order: entries into isolates and checks of pipelines. The
// loop is polled only when it is empty, so a whole tree of calls runs in one turn.
//
// Loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isolane::worker {

enum class EventKind : uint8_t {
  kStart,     // a: call
  kReply,     // a: call
  kNews,      // a: invocation, b: body or pipe with something to read or room to write
  kTimer,     // a: timer
  kAbort,     // a: invocation whose caller or client is gone
  kSocket,    // a: invocation, b: a WebSocket with something to receive
  kDropped,   // a: invocation, b: an export of it that nobody holds a stub of any more
  kPipeline,  // a: pipeline to be checked for its end
  kActor,     // a: actor whose input gate has opened, or that is to end
};

struct Event {
  EventKind kind;
  uint32_t a;
  uint32_t b;
};

class RunQueue {
 public:
  void Push(EventKind kind, uint32_t a, uint32_t b = 0) { events_.push_back({kind, a, b}); }

  bool Pop(Event& event) {
    if (head_ == events_.size()) {
      events_.clear();
      head_ = 0;
      return false;
    }
    event = events_[head_++];
    // A turn that goes on and on must not grow the queue for ever.
    if (head_ == kCompactAt) {
      events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
    return true;
  }

  bool empty() const { return head_ == events_.size(); }

 private:
  static constexpr size_t kCompactAt = 4096;
  std::vector<Event> events_;
  size_t head_ = 0;
};

}  // namespace isolane::worker
