#include "runtime/http/server_socket.h"

#include <algorithm>
#include <utility>

#include "runtime/http/server_tls.h"

namespace isolane::http {

namespace {

// At a time. Bytes.
constexpr size_t kMostEncrypted = size_t{64} << 10;

}  // namespace

ServerSocket::ServerSocket(uv_loop_t* loop, ServerState& state, Owner& owner)
    : TcpStream(loop), owner_(&owner), connection_(state, *this) {
  if (state.tls != nullptr) tls_ = std::make_unique<Tls>(*state.tls);
}

void ServerSocket::OnRead(std::string_view bytes) {
  if (tls_ == nullptr) [[likely]] {
    connection_.Feed(bytes);
  } else {
    Decrypt(bytes);
  }
  if (owner_ == nullptr) return;
  OnReadingChanged();
  owner_->OnEvent(*this);
}

void ServerSocket::Decrypt(std::string_view ciphertext) {
  tls_->session.Receive(ciphertext, tls_->plain);
  if (!tls_->plain.empty()) connection_.Feed(tls_->plain.view());
  tls_->plain.Clear();
  if (owner_ == nullptr) return;
  if (tls_->session.state() == TlsSession::State::kEnded) connection_.FeedEnd();
  // There is an answer to a handshake, or an alert.
  OnDirty();
}

void ServerSocket::Encrypt() {
  if (!tls_->ciphertext.empty()) return;
  if (tls_->session.state() == TlsSession::State::kOpen && tls_->encrypted == 0) {
    connection_.output().Gather([&](const char* data, size_t size) {
      size = std::min(size, kMostEncrypted - tls_->encrypted);
      tls_->encrypted += size;
      return tls_->session.Send({data, size}) && tls_->encrypted < kMostEncrypted;
    });
  }
  tls_->session.TakeOutput(tls_->ciphertext.tail());
}

void ServerSocket::NoteWritten() {
  if (tls_ != nullptr) {
    // One that is dead has no output any more.
    if (!tls_->ciphertext.empty() || tls_->encrypted == 0 || connection_.dead()) return;
    connection_.output().Consume(std::exchange(tls_->encrypted, 0));
  }
  connection_.OnWritten();
}

void ServerSocket::EndTls() {
  if (tls_ == nullptr || tls_->session.state() != TlsSession::State::kOpen) return;
  tls_->session.Close();
  tls_->session.TakeOutput(tls_->ciphertext.tail());
  if (!tls_->ciphertext.empty()) static_cast<void>(writer_.Write(*this, tls_->ciphertext));
}

void ServerSocket::OnReadEnd(int error) {
  if (error == UV_EOF && !lingering_) {
    connection_.FeedEnd();
  } else {
    connection_.Die();
  }
  if (owner_ == nullptr) return;
  OnDirty();
  owner_->OnEvent(*this);
}

void ServerSocket::OnWriteDone(int status) {
  if (status < 0) {
    connection_.Die();
  } else {
    writer_.OnDone(output());
    NoteWritten();
  }
  OnDirty();
  if (owner_ != nullptr) owner_->OnEvent(*this);
}

void ServerSocket::OnDirty() {
  if (dirty_ || owner_ == nullptr) return;
  dirty_ = true;
  owner_->OnDirty(*this);
}

void ServerSocket::OnReadingChanged() {
  if (owner_ != nullptr && !finished_) SetReading(connection_.wants_read());
}

bool ServerSocket::Flush() {
  dirty_ = false;
  if (finished_ || lingering_) {
    finished_ |= connection_.dead();
    return false;
  }
  bool news = connection_.Pump();
  // A pipe may have more than fits the queue, and the socket may take it all at once.
  while (!write_pending() && !connection_.dead()) {
    if (tls_ != nullptr) [[unlikely]]
      Encrypt();
    if (output().empty()) break;
    const SocketWriter::Outcome outcome = writer_.Write(*this, output());
    if (outcome == SocketWriter::Outcome::kFailed) {
      connection_.Die();
      news = true;
      break;
    }
    NoteWritten();
    if (outcome == SocketWriter::Outcome::kPending) break;
    news |= connection_.Pump();
  }
  // The alert that says why is on its way.
  if (tls_ != nullptr && tls_->session.state() == TlsSession::State::kFailed) connection_.Die();
  Settle();
  return news;
}

void ServerSocket::Settle() {
  if (write_pending() && !connection_.dead()) {
    OnReadingChanged();
    return;
  }
  switch (connection_.fate()) {
    case Connection::Fate::kOpen:
      OnReadingChanged();
      return;
    case Connection::Fate::kLinger:
      lingering_ = true;
      connection_.BeginLinger();
      EndTls();
      ShutDown();
      OnReadingChanged();
      return;
    case Connection::Fate::kReset:
      ResetOnClose();
      [[fallthrough]];
    case Connection::Fate::kClose:
      if (!connection_.dead()) EndTls();
      finished_ = true;
      SetReading(false);
      return;
  }
}

void ServerSocket::Sweep() {
  if (writer_.TakeProgress(*this)) connection_.NoteProgress();
  connection_.Sweep();
  if (connection_.dead()) OnDirty();
}

void ServerSocket::Release() {
  owner_ = nullptr;
  finished_ = true;
  SetReading(false);
  connection_.Die();
}

}  // namespace isolane::http
