// A WebSocket without its wire: two ends that give each other messages. What WebSocketPair makes,
// what crosses isolates with a response, and what the framing of a network connection
// (http/web_socket_connection.h) is joined to.
//
// Loop thread. Each end is owned by whoever uses it; letting go of one without a close breaks the
// other's connection. Listeners are called synchronously from the other end's call, so they never
// run JavaScript: they note the event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "runtime/base/chunk.h"

namespace isolane::base {

struct Message {
  enum class Kind : uint8_t {
    kText,    // UTF-8
    kBinary,  // bytes
    kClose,   // the other end has closed: code and reason
    kLost,    // the connection broke: no close came; `reason` says why
  };
  Kind kind = Kind::kText;
  Chunk data;
  uint16_t code = 0;   // kClose; 1005: none was given
  std::string reason;  // UTF-8
};

class MessageListener {
 public:
  virtual ~MessageListener() = default;
  // Receive has something.
  virtual void OnMessage() = 0;
  // The other end has taken what was sent: buffered() is small again.
  virtual void OnDrained() = 0;
};

class MessageEnd {
 public:
  // Bytes that may wait at the other end before a writer that can wait should.
  static constexpr size_t kHighWaterMark = 256 * 1024;

  static std::pair<std::shared_ptr<MessageEnd>, std::shared_ptr<MessageEnd>> Pair();
  MessageEnd() = default;
  ~MessageEnd() { Abandon("Network connection lost."); }
  MessageEnd(const MessageEnd&) = delete;
  MessageEnd& operator=(const MessageEnd&) = delete;

  // At most one; it unsets itself (nullptr) before it dies.
  void set_listener(MessageListener* listener) { listener_ = listener; }

  // Text or binary. Dropped after Close, and when the other end is gone.
  void Send(Message message);
  // No more will be sent. Once.
  void Close(uint16_t code, std::string reason);
  // The connection is broken, `why` being what the other end is told. After Close it has no effect.
  void Abandon(std::string why);

  // The next thing that the other end sent, or false.
  bool Receive(Message* message);
  bool readable() const { return !inbox_.empty(); }
  // The same, left where it is; null if there is nothing.
  const Message* Peek() const { return inbox_.empty() ? nullptr : &inbox_.front(); }
  // Bytes sent that the other end has not taken.
  size_t buffered() const { return peer_ == nullptr ? 0 : peer_->inbox_bytes_; }
  bool closed() const { return closed_; }

  // The far end is a network connection (at the end of it all) or a Durable Object, which others
  // may talk to: who waits for it waits for the world.
  bool outside() const { return peer_ != nullptr && peer_->speaks_for_world; }
  // Somebody listens at the other end.
  bool heard() const { return peer_ != nullptr && peer_->listener_ != nullptr; }
  bool speaks_for_world = false;

 private:
  void Deliver(Message message);

  MessageEnd* peer_ = nullptr;
  MessageListener* listener_ = nullptr;
  std::deque<Message> inbox_;
  size_t inbox_bytes_ = 0;
  bool closed_ = false;  // this end has closed or abandoned
};

}  // namespace isolane::base
