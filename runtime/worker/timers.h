// The timers of all isolates in one heap over one timer of the loop.
//
// Loop thread.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "runtime/base/slot_pool.h"
#include "runtime/worker/records.h"
#include "runtime/worker/run_queue.h"

namespace isolane::worker {

class Timers {
 public:
  Timers(RunQueue& queue, base::SlotPool<Invocation>& invocations)
      : queue_(queue), invocations_(invocations) {}

  // Returns the timer's number, or 0 if there are too many.
  uint32_t Start(Invocation& owner, double now_ms, double delay_ms, bool repeat);
  void Stop(Invocation& owner, uint32_t id);
  void StopAllOf(Invocation& owner);

  // Queues an event for each timer that is due.
  void QueueDue(double now_ms);
  // The event of timer `id` runs now: its owner, or nullptr if it was stopped meanwhile. A
  // repeating timer is started again, another is gone.
  Invocation* Fire(uint32_t id, double now_ms);
  bool empty() const { return heap_.empty(); }
  // ms until the next one, or -1.
  double NextDelay(double now_ms);

 private:
  struct Entry {
    double due_ms;
    uint64_t order;  // among timers due at the same time, the first set fires first
    uint32_t id;
    bool operator>(const Entry& other) const {
      return due_ms != other.due_ms ? due_ms > other.due_ms : order > other.order;
    }
  };

  void Schedule(TimerRecord& timer);
  void Free(TimerRecord& timer);
  bool Current(const Entry& entry);

  RunQueue& queue_;
  base::SlotPool<Invocation>& invocations_;
  base::SlotPool<TimerRecord> pool_;
  // May hold entries of stopped timers: they are dropped when they come up.
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  uint64_t order_ = 0;
};

}  // namespace isolane::worker
