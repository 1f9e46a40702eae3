#include "runtime/worker/timers.h"

#include <algorithm>

namespace isolane::worker {

uint32_t Timers::Start(Invocation& owner, double now_ms, double delay_ms, bool repeat) {
  TimerRecord* timer = pool_.Take();
  if (timer == nullptr) return 0;
  timer->invocation = owner.id;
  timer->due_ms = now_ms + delay_ms;
  // An interval of 0 would be due again at once, for ever.
  if (repeat) timer->interval_ms = std::max(delay_ms, 1.0);
  timer->next = owner.first_timer;
  if (TimerRecord* first = pool_.Find(owner.first_timer)) first->previous = timer->id;
  owner.first_timer = timer->id;
  owner.timers++;
  Schedule(*timer);
  return timer->id;
}

void Timers::Schedule(TimerRecord& timer) { heap_.push({timer.due_ms, order_++, timer.id}); }

void Timers::Free(TimerRecord& timer) {
  Invocation* owner = invocations_.Find(timer.invocation);
  if (TimerRecord* previous = pool_.Find(timer.previous)) {
    previous->next = timer.next;
  } else if (owner != nullptr) {
    owner->first_timer = timer.next;
  }
  if (TimerRecord* next = pool_.Find(timer.next)) next->previous = timer.previous;
  if (owner != nullptr) owner->timers--;
  pool_.Free(&timer);
}

void Timers::Stop(Invocation& owner, uint32_t id) {
  TimerRecord* timer = pool_.Find(id);
  if (timer != nullptr && timer->invocation == owner.id) Free(*timer);
}

void Timers::StopAllOf(Invocation& owner) {
  while (TimerRecord* timer = pool_.Find(owner.first_timer)) Free(*timer);
}

bool Timers::Current(const Entry& entry) {
  TimerRecord* timer = pool_.Find(entry.id);
  return timer != nullptr && !timer->queued && timer->due_ms == entry.due_ms;
}

void Timers::QueueDue(double now_ms) {
  while (!heap_.empty()) {
    const Entry entry = heap_.top();
    if (Current(entry)) {
      if (entry.due_ms > now_ms) return;
      pool_.Find(entry.id)->queued = true;
      queue_.Push(EventKind::kTimer, entry.id);
    }
    heap_.pop();
  }
}

Invocation* Timers::Fire(uint32_t id, double now_ms) {
  TimerRecord* timer = pool_.Find(id);
  if (timer == nullptr || !timer->queued) return nullptr;
  Invocation* owner = invocations_.Find(timer->invocation);
  if (owner == nullptr || timer->interval_ms == 0) {
    Free(*timer);
    return owner;
  }
  timer->queued = false;
  // Late firings are not made up for.
  timer->due_ms = std::max(timer->due_ms + timer->interval_ms, now_ms);
  Schedule(*timer);
  return owner;
}

double Timers::NextDelay(double now_ms) {
  while (!heap_.empty()) {
    if (Current(heap_.top())) return std::max(0.0, heap_.top().due_ms - now_ms);
    heap_.pop();
  }
  return -1;
}

}  // namespace isolane::worker
