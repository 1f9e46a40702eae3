#include "runtime/loop/timer.h"

namespace isolane::loop {

Handle<Timer> Timer::Create(uv_loop_t* loop, Callback callback, void* context) {
  Handle<Timer> timer(new Timer(callback, context));
  uv_timer_init(loop, &timer->timer_);
  timer->timer_.data = timer.get();
  return timer;
}

void Timer::Start(uint64_t milliseconds) { StartWithRepeat(milliseconds, 0); }

void Timer::StartRepeating(uint64_t milliseconds) { StartWithRepeat(milliseconds, milliseconds); }

void Timer::Stop() { uv_timer_stop(&timer_); }

void Timer::StartWithRepeat(uint64_t milliseconds, uint64_t repeat) {
  // After long synchronous work the loop's idea of now is old, and the timer would fire early.
  uv_update_time(timer_.loop);
  uv_timer_start(
      &timer_,
      [](uv_timer_t* fired) {
        auto* timer = static_cast<Timer*>(fired->data);
        timer->callback_(timer->context_);
      },
      milliseconds, repeat);
}

}  // namespace isolane::loop
