#include "runtime/http/client_socket.h"

#include <utility>

namespace isolane::http {

using base::Chunk;
using base::Pipe;

namespace {

constexpr size_t kMaxQueued = 256 * 1024;

constexpr char kLost[] = "Network connection lost.";

}  // namespace

ClientSocket::ClientSocket(ClientContext& context, Owner& owner)
    : context_(context),
      owner_(&owner),
      stream_(context, output_, *this),
      timer_(loop::Timer::Create(
          context.loop, [](void* self) { static_cast<ClientSocket*>(self)->OnTimer(); }, this)) {}

void ClientSocket::Open(uint64_t id, const SocketTarget& target, std::shared_ptr<Pipe> sent,
                        ClientListener* listener) {
  const ClientRoute route = ClientRoute::To(target);
  id_ = id;
  listener_ = listener;
  subject_ = route.Subject();
  sent_ = std::move(sent);
  stream_.Open(route);
}

void ClientSocket::OnOpen() {
  open_ = delivered_ = true;
  received_ = std::make_shared<Pipe>();
  received_->outside = true;
  received_->set_writer(this);
  if (sent_ != nullptr) sent_->set_reader(this);
  stream_.SetReading(true);
  listener_->OnClientSocket(received_);
  if (owner_ == nullptr) return;
  Pump();
  if (owner_ != nullptr) owner_->OnEvent();
}

void ClientSocket::StartTls(uint64_t id, const SocketUpgrade& upgrade, std::shared_ptr<Pipe> sent,
                            ClientListener* listener) {
  if (sent_ != nullptr) {
    while (auto chunk = sent_->Read()) output_.Append(*std::move(chunk));
    sent_->set_reader(nullptr);
  }
  EndReceived();
  id_ = id;
  listener_ = listener;
  sent_ = std::move(sent);
  upgrade_ = upgrade;
  delivered_ = false;
  // The listener is not to be called from here.
  timer_->Start(0);
}

// --- sending ---

void ClientSocket::OnReadable() {
  if (!lingering_ && !timer_->active()) timer_->Start(0);
}

void ClientSocket::OnTimer() {
  if (lingering_) {
    Lose(subject_ + " took nothing more");
    return;
  }
  Pump();
  if (owner_ != nullptr) owner_->OnEvent();
}

void ClientSocket::Pump() {
  if (shut_) CheckOver();
  while (open_ && !shut_ && !stream_.write_pending()) {
    while (sent_ != nullptr && !upgrade_ && output_.size() < kMaxQueued) {
      auto chunk = sent_->Read();
      if (!chunk) break;
      output_.Append(*std::move(chunk));
    }
    if (output_.empty()) {
      output_.Release();
      PumpEnd();
      return;
    }
    if (stream_.Write() == SocketWriter::Outcome::kFailed) {
      Lose(subject_ + " closed the connection");
      return;
    }
  }
  // All is said and nobody listens: there is nobody left who would wait for ever.
  const bool all_said = sent_ == nullptr || sent_->state() != Pipe::State::kOpen;
  if (open_ && all_said && received_ == nullptr && !std::exchange(lingering_, true)) {
    timer_->Start(context_.options.limits.web_socket_ms);
  }
}

void ClientSocket::PumpEnd() {
  if (upgrade_) {
    open_ = false;
    stream_.Upgrade(*std::exchange(upgrade_, std::nullopt));
    return;
  }
  switch (sent_ == nullptr ? Pipe::State::kClosed : sent_->state()) {
    case Pipe::State::kOpen:
    case Pipe::State::kCancelled:
      return;
    case Pipe::State::kErrored:
      // Whoever wrote has given up, or is gone.
      Lose(sent_->error().message);
      return;
    case Pipe::State::kClosed:
      shut_ = true;
      stream_.ShutDown();
      CheckOver();
      return;
  }
}

void ClientSocket::OnWritten() {
  Pump();
  if (owner_ != nullptr) owner_->OnEvent();
}

// --- receiving ---

void ClientSocket::OnBytes(std::string_view bytes) {
  if (received_ == nullptr) return;
  stream_.SetReading(received_->Write(Chunk::Copy(bytes)));
  if (owner_ != nullptr) owner_->OnEvent();
}

void ClientSocket::OnWritable() {
  if (open_ && received_ != nullptr) stream_.SetReading(true);
}

void ClientSocket::OnCancel() {
  std::exchange(received_, nullptr)->set_writer(nullptr);
  stream_.SetReading(false);
  // The reader may be on its way out; nothing is closed from here.
  OnReadable();
}

void ClientSocket::EndReceived() {
  if (received_ == nullptr) return;
  const std::shared_ptr<Pipe> received = std::move(received_);
  received->set_writer(nullptr);
  received->Close();
}

void ClientSocket::OnBytesEnd(const std::string& reason) {
  if (!reason.empty()) {
    Lose(reason);
    return;
  }
  EndReceived();
  CheckOver();
  if (owner_ != nullptr) owner_->OnEvent();
}

// --- the end ---

void ClientSocket::CheckOver() {
  if (owner_ == nullptr || received_ != nullptr || !shut_ || stream_.write_pending()) return;
  Owner* const owner = owner_;
  ClientListener* const listener = listener_;
  Release(kLost);
  listener->OnClientFinished();
  owner->OnOver(*this);
  owner->OnEvent();
}

void ClientSocket::Lose(const std::string& reason) {
  Owner* const owner = owner_;
  if (owner == nullptr) return;
  ClientListener* const listener = listener_;
  const bool delivered = delivered_;
  Release(delivered ? std::string(kLost) + " (" + reason + ")" : reason);
  if (delivered) {
    listener->OnClientFinished();
  } else {
    listener->OnClientError(reason);
  }
  owner->OnOver(*this);
  owner->OnEvent();
}

void ClientSocket::Release(const std::string& reason) {
  owner_ = nullptr;
  listener_ = nullptr;
  open_ = false;
  stream_.Close();
  timer_->Stop();
  if (const std::shared_ptr<Pipe> sent = std::move(sent_)) {
    sent->set_reader(nullptr);
    sent->Cancel();
  }
  if (const std::shared_ptr<Pipe> received = std::move(received_)) {
    received->set_writer(nullptr);
    received->Fail({"Error", reason});
  }
  output_.Clear();
}

}  // namespace isolane::http
