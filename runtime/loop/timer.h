// A timer of the loop, one-shot or repeating.
//
// Loop thread. Started again from its own callback or stopped at will.
#pragma once

#include <uv.h>

#include <cstdint>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class Timer {
 public:
  using Callback = void (*)(void* context);

  // `context` outlives the handle.
  static Handle<Timer> Create(uv_loop_t* loop, Callback callback, void* context);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces an earlier start. The time runs from now, not from the start of the loop's iteration.
  void Start(uint64_t milliseconds);
  // Fires every `milliseconds`.
  void StartRepeating(uint64_t milliseconds);
  void Stop();
  bool active() const { return uv_is_active(reinterpret_cast<const uv_handle_t*>(&timer_)) != 0; }
  // An unreferenced timer does not keep the loop running.
  void Unref() { uv_unref(uv_handle()); }

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&timer_); }

 private:
  friend struct CloseAndDelete<Timer>;
  Timer(Callback callback, void* context) : callback_(callback), context_(context) {}
  ~Timer() = default;
  void StartWithRepeat(uint64_t milliseconds, uint64_t repeat);

  uv_timer_t timer_;
  Callback callback_;
  void* context_;
};

}  // namespace isolane::loop
