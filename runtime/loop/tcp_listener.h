// A listening TCP socket.
//
// Loop thread. Owned through loop::Handle.
#pragma once

#include <uv.h>

#include <isolane/result.h>

#include <string>

#include "runtime/loop/handle.h"

namespace isolane::loop {

class TcpListener {
 public:
  // A connection waits: the callee calls TcpStream::Accept(stream) on a new stream.
  using Callback = void (*)(void* context, uv_stream_t* listener);

  // `ip` is an IPv4 or IPv6 address, "localhost" or "*"; `port` 0 picks a free one. `context`
  // outlives the handle.
  static Result<Handle<TcpListener>> Listen(uv_loop_t* loop, const std::string& ip, int port,
                                            Callback callback, void* context);
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  int port() const { return port_; }
  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&tcp_); }

 private:
  friend struct CloseAndDelete<TcpListener>;
  TcpListener(Callback callback, void* context) : callback_(callback), context_(context) {}
  ~TcpListener() = default;

  uv_tcp_t tcp_;
  Callback callback_;
  void* context_;
  int port_ = 0;
};

}  // namespace isolane::loop
