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
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/base/chunk.h"

namespace isolane::base {

struct Message {
  enum class Kind : uint8_t {
    kText,    // UTF-8
    kBinary,  // bytes
    kClose,   // the other end has closed
    kLost,    // the connection broke: no close came
  };
  // The codes of RFC 6455, section 7.4, that have a meaning here.
  static constexpr uint16_t kNoCode = 1005;    // kClose: none was given
  static constexpr uint16_t kAbnormal = 1006;  // kLost: failed at this end

  Kind kind = Kind::kText;
  // kClose: the code. kLost: 0 if the other side is gone, or the code with which the connection was
  // failed.
  uint16_t code = 0;
  // kClose, kLost: the reason, UTF-8.
  Chunk data;
};

class MessageListener {
 public:
  virtual ~MessageListener() = default;
  // Receive has something.
  virtual void OnMessage() = 0;
  // The other end has fallen below the high-water mark again.
  virtual void OnDrained() = 0;
};

class MessageEnd {
 public:
  // Bytes that may wait at the other end before a writer that can wait should.
  static constexpr size_t kHighWaterMark = 256 * 1024;
  // Bytes that may wait there at all.
  static constexpr size_t kMaxBuffered = size_t{128} << 20;

  static std::pair<std::shared_ptr<MessageEnd>, std::shared_ptr<MessageEnd>> Pair();
  MessageEnd() = default;
  ~MessageEnd() { Abandon("Network connection lost."); }
  MessageEnd(const MessageEnd&) = delete;
  MessageEnd& operator=(const MessageEnd&) = delete;

  // At most one; it unsets itself (nullptr) before it dies.
  void set_listener(MessageListener* listener) { listener_ = listener; }

  // Text or binary. Dropped after Close, and when the other end is gone. What would pass
  // kMaxBuffered fails the connection: both ends are told.
  void Send(Message message);
  // No more will be sent. Once.
  void Close(uint16_t code, std::string_view reason);
  // The connection is broken, and the other end is told `why`; `code` as in Message. After Close it
  // has no effect.
  void Abandon(std::string_view why, uint16_t code = 0);

  // The next thing that the other end sent, or false.
  bool Receive(Message* message);
  bool readable() const { return taken_ != inbox_.size(); }
  // The same, left where it is; null if there is nothing.
  const Message* Peek() const { return readable() ? &inbox_[taken_] : nullptr; }
  // Bytes sent that the other end has not taken, or taken and not passed on.
  size_t buffered() const { return peer_ == nullptr ? 0 : peer_->inbox_bytes_ + peer_->held_; }
  // For a wire: bytes of what it took that the network has not.
  void set_held(size_t bytes) { held_ = bytes; }
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
  // What was received and not taken begins at `taken_`.
  std::vector<Message> inbox_;
  size_t taken_ = 0;
  size_t inbox_bytes_ = 0;
  size_t held_ = 0;
  bool closed_ = false;  // this end has closed or abandoned
};

}  // namespace isolane::base
