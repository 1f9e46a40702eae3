// What stands behind a Server: the listening socket, the connections, and when they are flushed.
//
// Loop thread. Its memory outlives the Server by one iteration of the loop, so that a handler may
// destroy the Server from within its callbacks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/http/server.h"
#include "runtime/http/server_socket.h"
#include "runtime/loop/tcp_listener.h"
#include "runtime/loop/timer.h"

namespace isolane::http {

class ServerCore final : private ServerSocket::Owner, private Clock {
 public:
  ServerCore(uv_loop_t* loop, const ServerLimits& limits, RequestHandler& handler);
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  Status Listen(const ServerAddress& address);
  int port() const { return port_; }
  uv_loop_t* loop() const { return loop_; }
  size_t connections() const { return sockets_.size(); }

  void Flush();
  void Drain(void (*done)(void*), void* context);
  void CloseNow();
  // The handler is not called any more.
  void Abandon();
  void Advance(int64_t milliseconds);

 private:
  void OnDirty(ServerSocket& socket) override;
  void OnEvent(ServerSocket& socket) override;
  int64_t now_ms() const override { return static_cast<int64_t>(uv_now(loop_)) + advanced_ms_; }

  void Accept(uv_stream_t* listener);
  bool MakeRoom();
  void Remove(ServerSocket& socket);
  void RunTurn();
  // A turn follows in the loop's next iteration.
  void Defer();
  void OnDeferred();
  void Sweep();

  uv_loop_t* loop_;
  const ServerLimits limits_;
  int64_t advanced_ms_ = 0;
  ServerState state_;
  int port_ = 0;
  bool abandoned_ = false;
  bool resume_ = false;  // a connection keeps back input that it can go on with
  void (*drained_)(void*) = nullptr;
  void* drained_context_ = nullptr;

  loop::Handle<loop::TcpListener> listener_;
  std::vector<loop::Handle<ServerSocket>> sockets_;
  std::vector<ServerSocket*> dirty_;
  loop::Handle<loop::Timer> tick_;      // once a second while there are connections
  loop::Handle<loop::Timer> deferred_;  // for Defer
};

}  // namespace isolane::http
