#include "runtime/http/server_core.h"

#include <algorithm>
#include <utility>

namespace isolane::http {
namespace {

constexpr uint64_t kTickMs = 1'000;

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain;charset=UTF-8\r\n"
    "content-length: 30\r\nretry-after: 1\r\nconnection: close\r\n\r\nToo many open connections "
    "now.";

}  // namespace

ServerCore::ServerCore(uv_loop_t* loop, const ServerLimits& limits, RequestHandler& handler)
    : loop_(loop), limits_(limits), state_{limits_, handler, *this} {
  tick_ = loop::Timer::Create(
      loop, [](void* core) { static_cast<ServerCore*>(core)->Sweep(); }, this);
  deferred_ = loop::Timer::Create(
      loop, [](void* core) { static_cast<ServerCore*>(core)->OnDeferred(); }, this);
}

Status ServerCore::Listen(const ServerAddress& address) {
  state_.tls = address.tls;
  ISOLANE_ASSIGN(listener_, loop::TcpListener::Listen(
                                loop_, address.ip, address.port,
                                [](void* core, uv_stream_t* listener) {
                                  static_cast<ServerCore*>(core)->Accept(listener);
                                },
                                this));
  port_ = listener_->port();
  return Ok{};
}

void ServerCore::Accept(uv_stream_t* listener) {
  const bool has_room = sockets_.size() < limits_.connections || MakeRoom();
  loop::Handle<ServerSocket> socket(new ServerSocket(loop_, state_, *this));
  if (socket->Accept(listener) != 0) return;
  if (!state_.handler.Admits(socket->file())) {
    socket->ResetOnClose();
    return;
  }
  if (!has_room) {
    // It cannot be told before a handshake, which takes what there is none of.
    if (state_.tls != nullptr) return socket->ResetOnClose();
    const uv_buf_t full = uv_buf_init(const_cast<char*>(kFull.data()), kFull.size());
    socket->TryWrite(&full, 1);
    return;
  }
  if (sockets_.empty()) tick_->StartRepeating(kTickMs);
  socket->index = sockets_.size();
  sockets_.push_back(std::move(socket));
  sockets_.back()->SetReading(true);
}

// Closes the connection that has been idle longest.
bool ServerCore::MakeRoom() {
  ServerSocket* oldest = nullptr;
  for (const auto& socket : sockets_) {
    if (!socket->connection().idle()) continue;
    if (oldest == nullptr ||
        socket->connection().idle_since_ms() < oldest->connection().idle_since_ms()) {
      oldest = socket.get();
    }
  }
  if (oldest == nullptr) return false;
  Remove(*oldest);
  return true;
}

void ServerCore::Remove(ServerSocket& socket) {
  if (socket.dirty()) std::erase(dirty_, &socket);
  socket.Release();
  const size_t index = socket.index;
  if (index + 1 != sockets_.size()) {
    std::swap(sockets_[index], sockets_.back());
    sockets_[index]->index = index;
  }
  sockets_.pop_back();
  if (!sockets_.empty()) return;
  tick_->Stop();
  if (drained_ != nullptr) Defer();
}

void ServerCore::Defer() {
  if (!deferred_->active()) deferred_->Start(0);
}

void ServerCore::OnDirty(ServerSocket& socket) { dirty_.push_back(&socket); }

void ServerCore::OnEvent(ServerSocket& socket) {
  if (socket.connection().web_socket() == nullptr) {
    RunTurn();
    return;
  }
  // OPTIMIZATION: with many WebSockets one look at the kernel brings something for many of them:
  // one turn for all is cheaper than one for each, and so are writes in a row.
  Defer();
}

void ServerCore::RunTurn() {
  if (!abandoned_) state_.handler.OnBatchEnd();
  if (!abandoned_ && !dirty_.empty()) Flush();
}

void ServerCore::Flush() {
  bool news = false;
  while (!dirty_.empty()) {
    ServerSocket& socket = *dirty_.back();
    dirty_.pop_back();
    news |= socket.Flush();
    if (socket.finished()) {
      news |= !socket.connection().idle();
      Remove(socket);
    } else {
      resume_ |= socket.connection().can_resume();
    }
  }
  if (news || resume_) Defer();
}

void ServerCore::OnDeferred() {
  if (std::exchange(resume_, false)) {
    for (size_t i = 0; i < sockets_.size(); i++) {
      if (sockets_[i]->connection().can_resume()) sockets_[i]->connection().Resume();
    }
  }
  RunTurn();
  if (abandoned_ || !sockets_.empty() || drained_ == nullptr) return;
  std::exchange(drained_, nullptr)(drained_context_);
}

void ServerCore::Sweep() {
  for (const auto& socket : sockets_) socket->Sweep();
  RunTurn();
}

void ServerCore::Advance(int64_t milliseconds) {
  advanced_ms_ += milliseconds;
  Sweep();
}

void ServerCore::Drain(void (*done)(void*), void* context) {
  listener_.reset();
  state_.draining = true;
  drained_ = done;
  drained_context_ = context;
  for (const auto& socket : sockets_) {
    socket->connection().BeginDrain();
  }
  Flush();
  if (sockets_.empty()) Defer();
}

void ServerCore::CloseNow() {
  listener_.reset();
  while (!sockets_.empty()) Remove(*sockets_.back());
  dirty_.clear();
}

void ServerCore::Abandon() {
  abandoned_ = true;
  drained_ = nullptr;
  CloseNow();
  tick_->Stop();
  deferred_->Stop();
}

}  // namespace isolane::http
