// The wire of a WebSocket: joins one end of a message channel to the bytes of an upgraded
// connection. RFC 6455.
//
// Loop thread. Owned by the connection, which feeds it what the socket brings and empties it into
// the socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/message_channel.h"
#include "runtime/http/web_socket_deflate.h"
#include "runtime/http/web_socket_extensions.h"
#include "runtime/http/web_socket_frames.h"
#include "runtime/http/write_queue.h"

namespace isolane::http {

class WebSocketConnection final : private WebSocketFrameReader::Events,
                                  private base::MessageListener {
 public:
  class Owner {
   public:
    // PumpInto has something to write, or the connection is over.
    virtual void OnWebSocketNews() = 0;
    // full() may have changed.
    virtual void OnWebSocketRoom() = 0;

   protected:
    ~Owner() = default;
  };

  // Bytes of one message.
  static constexpr size_t kMaxMessage = size_t{32} << 20;
  // Bytes of pongs that wait to be written; beyond that only the latest ping is answered (section
  // 5.5.3).
  static constexpr size_t kMaxPongs = 4096;
  // What a Worker is told of a peer that went without a close.
  static constexpr std::string_view kGone = "WebSocket disconnected without sending Close frame.";

  // `end` is the wire's; the Worker has the other one. `owner` outlives this.
  WebSocketConnection(WebSocketRole role, std::shared_ptr<base::MessageEnd> end,
                      const std::optional<DeflateParameters>& deflate, Owner& owner);
  ~WebSocketConnection() { Lose(); }
  WebSocketConnection(const WebSocketConnection&) = delete;
  WebSocketConnection& operator=(const WebSocketConnection&) = delete;

  void Feed(std::string_view bytes);
  // The socket is gone; without a close before, the Worker is told.
  void Lose();
  // This side ends: after what the Worker has sent, the peer is sent a close. What the Worker sends
  // later is dropped.
  void GoAway();
  // Moves what there is to be sent, as long as the queue is short.
  void PumpInto(WriteQueue& queue);
  // `queue`, which PumpInto filled, has changed.
  void NoteQueue(const WriteQueue& queue) { end_->set_held(queue.size()); }

  // Both sides have closed, or the connection was failed: it ends when what was pumped is written.
  bool over() const { return over_; }
  // Closed by this side; the peer has not answered.
  bool closing() const { return close_sent_ && !close_received_; }
  // The Worker is behind: do not read from the socket.
  bool full() const { return end_->buffered() >= base::MessageEnd::kHighWaterMark; }

 private:
  void OnData(bool text, base::Chunk payload) override;
  void OnPing(std::string_view payload) override;
  void OnPong(std::string_view) override {}
  void OnClose(uint16_t code, std::string_view reason) override;
  void OnMessage() override { owner_.OnWebSocketNews(); }
  void OnDrained() override { owner_.OnWebSocketRoom(); }
  void Fail(uint16_t code, const std::string& why);
  void WriteData(WriteQueue& queue, WebSocketOpcode opcode, base::Chunk payload);
  void WriteClose(WriteQueue& queue, uint16_t code, std::string_view reason);

  const WebSocketRole role_;
  bool going_away_ = false;
  bool close_sent_ = false;
  bool close_received_ = false;
  bool over_ = false;
  std::shared_ptr<base::MessageEnd> end_;
  Owner& owner_;
  WebSocketFrameReader reader_;
  std::unique_ptr<WebSocketDeflate> deflate_;  // both sides agreed on it
  std::string out_;  // control frames that answer the peer's, and wait for PumpInto
};

}  // namespace isolane::http
