#include "runtime/base/message_channel.h"

#include <cstddef>

namespace isolane::base {
namespace {

size_t PayloadOf(const Message& message) {
  const bool carries = message.kind <= Message::Kind::kBinary;
  return carries ? message.data.size() : 0;
}

}  // namespace

std::pair<std::shared_ptr<MessageEnd>, std::shared_ptr<MessageEnd>> MessageEnd::Pair() {
  auto first = std::make_shared<MessageEnd>();
  auto second = std::make_shared<MessageEnd>();
  first->peer_ = second.get();
  second->peer_ = first.get();
  return {std::move(first), std::move(second)};
}

void MessageEnd::Send(Message message) {
  if (closed_ || peer_ == nullptr) return;
  if (buffered() + message.data.size() > kMaxBuffered) [[unlikely]] {
    constexpr std::string_view kFull = "The WebSocket's peer does not read what is sent to it.";
    Abandon(kFull);
    Deliver({Message::Kind::kLost, Message::kAbnormal, Chunk::Copy(kFull)});
    return;
  }
  peer_->Deliver(std::move(message));
}

void MessageEnd::Close(uint16_t code, std::string_view reason) {
  if (closed_) return;
  closed_ = true;
  if (peer_ != nullptr) peer_->Deliver({Message::Kind::kClose, code, Chunk::Copy(reason)});
}

void MessageEnd::Abandon(std::string_view why, uint16_t code) {
  if (peer_ != nullptr) {
    MessageEnd* peer = std::exchange(peer_, nullptr);
    peer->peer_ = nullptr;
    if (!closed_) peer->Deliver({Message::Kind::kLost, code, Chunk::Copy(why)});
  }
  closed_ = true;
}

void MessageEnd::Deliver(Message message) {
  inbox_bytes_ += PayloadOf(message);
  inbox_.push_back(std::move(message));
  if (listener_ != nullptr) listener_->OnMessage();
}

bool MessageEnd::Receive(Message* message) {
  if (!readable()) return false;
  *message = std::move(inbox_[taken_++]);
  if (taken_ == inbox_.size()) {
    // Most of the time a connection is silent: then it keeps the place of one message.
    if (inbox_.capacity() > 1) {
      inbox_ = {};
    } else {
      inbox_.clear();
    }
    taken_ = 0;
  } else if (taken_ >= 1024 && taken_ > inbox_.size() / 2) {
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  const size_t before = inbox_bytes_;
  inbox_bytes_ -= PayloadOf(*message);
  const bool drained = before >= kHighWaterMark && inbox_bytes_ < kHighWaterMark;
  if (drained && peer_ != nullptr && peer_->listener_ != nullptr) peer_->listener_->OnDrained();
  return true;
}

}  // namespace isolane::base
