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
    connection_.output().Consume(write_pending_bytes_);
    connection_.OnWritten();
  }
  write_pending_bytes_ = 0;
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
    if (!Write()) {
      connection_.Die();
      news = true;
      break;
    }
    if (write_pending()) break;
    connection_.OnWritten();
    news |= connection_.Pump();
  }
  Settle();
  return news;
}

bool ServerSocket::Write() {
  WriteQueue& output = connection_.output();
  uv_buf_t pieces[kMaxPieces];
  int count = 0;
  size_t gathered = 0;
  const auto add = [&](const char* data, size_t size) {
    pieces[count] = uv_buf_init(const_cast<char*>(data), static_cast<unsigned>(size));
    gathered += size;
    return ++count < kMaxPieces;
  };
  output.Gather(add);
  const ptrdiff_t written = TryWrite(pieces, count);
  if (written < 0) return false;
  output.Consume(static_cast<size_t>(written));
  if (output.empty()) return true;
  if (static_cast<size_t>(written) == gathered) return true;  // more pieces than one call takes

  connection_.NoteProgress();
  if (written > 0) connection_.OnWritten();
  output.Seal();
  count = 0;
  gathered = 0;
  output.GatherSealed(add);
  write_pending_bytes_ = last_pending_ = gathered;
  return TcpStream::Write(pieces, count) == 0;
}

void ServerSocket::Settle() {
  if (write_pending() && !connection_.dead()) {
    OnReadingChanged();
    return;
  }
  switch (connection_.fate()) {
    case Connection::Fate::kOpen: OnReadingChanged(); return;
    case Connection::Fate::kLinger:
      lingering_ = true;
      connection_.BeginLinger();
      ShutDown();
      OnReadingChanged();
      return;
    case Connection::Fate::kReset: ResetOnClose(); [[fallthrough]];
    case Connection::Fate::kClose:
      finished_ = true;
      SetReading(false);
      return;
  }
}

void ServerSocket::Sweep() {
  if (write_pending() && pending_bytes() != last_pending_) {
    last_pending_ = pending_bytes();
    connection_.NoteProgress();
  }
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
