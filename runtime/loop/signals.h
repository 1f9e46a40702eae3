// Watches SIGTERM, SIGINT and, unless it is ignored (nohup), SIGHUP, so that a program can drain
// before it ends.
//
// Loop thread. Does not keep the loop running.
#pragma once

#include <uv.h>

#include <array>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class Signals {
 public:
  using Callback = void (*)(void* context, int signal);

  // `context` outlives the object.
  Signals(uv_loop_t* loop, Callback callback, void* context);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct Watch {
    uv_signal_t signal;
    Callback callback;
    void* context;
    uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&signal); }
  };

  std::array<Handle<Watch>, 3> watches_;  // one may be null
};

}  // namespace isolane::loop
