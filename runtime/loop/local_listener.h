// A listening unix socket.
//
// Loop thread. Owned through loop::Handle. Its file is the business of whoever made it.
#pragma once

#include <uv.h>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class LocalListener {
 public:
  // A connection waits: the callee calls LocalStream::Accept(listener) on a new stream.
  using Callback = void (*)(void* context, uv_stream_t* listener);

  // Takes over a bound socket. Null if it cannot listen. `context` outlives the handle.
  static Handle<LocalListener> Create(uv_loop_t* loop, int descriptor, Callback callback,
                                      void* context);
  LocalListener(const LocalListener&) = delete;
  LocalListener& operator=(const LocalListener&) = delete;

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&pipe_); }

 private:
  friend struct CloseAndDelete<LocalListener>;
  LocalListener(Callback callback, void* context) : callback_(callback), context_(context) {}
  ~LocalListener() = default;

  uv_pipe_t pipe_;
  Callback callback_;
  void* context_;
};

}  // namespace isolane::loop
