#include "runtime/http/server_socket.h"

namespace isolane::http {

void ServerSocket::OnRead(std::string_view bytes) {
  connection_.Feed(bytes);
  if (owner_ == nullptr) return;
  OnReadingChanged();
  owner_->OnEvent(*this);
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
    writer_.OnDone(connection_.output());
    connection_.OnWritten();
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
  while (!write_pending() && !connection_.dead() && !connection_.output().empty()) {
    const SocketWriter::Outcome outcome = writer_.Write(*this, connection_.output());
    if (outcome == SocketWriter::Outcome::kFailed) {
      connection_.Die();
      news = true;
      break;
    }
    connection_.OnWritten();
    if (outcome == SocketWriter::Outcome::kPending) break;
    news |= connection_.Pump();
  }
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
      ShutDown();
      OnReadingChanged();
      return;
    case Connection::Fate::kReset:
      ResetOnClose();
      [[fallthrough]];
    case Connection::Fate::kClose:
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
