#include "runtime/base/message_channel.h"

namespace isolane::base {

std::pair<std::shared_ptr<MessageEnd>, std::shared_ptr<MessageEnd>> MessageEnd::Pair() {
  auto first = std::make_shared<MessageEnd>();
  auto second = std::make_shared<MessageEnd>();
  first->peer_ = second.get();
  second->peer_ = first.get();
  return {std::move(first), std::move(second)};
}

void MessageEnd::Send(Message message) {
  if (!closed_ && peer_ != nullptr) peer_->Deliver(std::move(message));
}

void MessageEnd::Close(uint16_t code, std::string reason) {
  if (closed_) return;
  closed_ = true;
  if (peer_ != nullptr) peer_->Deliver({Message::Kind::kClose, {}, code, std::move(reason)});
}

void MessageEnd::Abandon(std::string why) {
  if (peer_ != nullptr) {
    MessageEnd* peer = std::exchange(peer_, nullptr);
    peer->peer_ = nullptr;
    if (!closed_) peer->Deliver({Message::Kind::kLost, {}, 0, std::move(why)});
  }
  closed_ = true;
}

void MessageEnd::Deliver(Message message) {
  inbox_bytes_ += message.data.size();
  inbox_.push_back(std::move(message));
  if (listener_ != nullptr) listener_->OnMessage();
}

bool MessageEnd::Receive(Message* message) {
  if (inbox_.empty()) return false;
  *message = std::move(inbox_.front());
  inbox_.pop_front();
  const size_t before = inbox_bytes_;
  inbox_bytes_ -= message->data.size();
  const bool drained = before >= kHighWaterMark && inbox_bytes_ < kHighWaterMark;
  if ((drained || inbox_bytes_ == 0) && peer_ != nullptr && peer_->listener_ != nullptr) {
    peer_->listener_->OnDrained();
  }
  return true;
}

}  // namespace isolane::base
