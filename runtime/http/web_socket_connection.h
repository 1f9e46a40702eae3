// The wire of a WebSocket: joins one end of a message channel to the bytes of an upgraded
// connection. RFC 6455.
//
// Loop thread. Owned by the connection, which feeds it what the socket brings and empties it into
// the socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/message_channel.h"
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

  // `end` is the wire's; the Worker has the other one. `owner` outlives this.
  WebSocketConnection(WebSocketRole role, std::shared_ptr<base::MessageEnd> end, Owner& owner);
  ~WebSocketConnection() { Lose("Network connection lost."); }
  WebSocketConnection(const WebSocketConnection&) = delete;
  WebSocketConnection& operator=(const WebSocketConnection&) = delete;

  void Feed(std::string_view bytes);
  // The socket is gone; without a close before, the Worker is told.
  void Lose(const std::string& why);
  // Moves what there is to be sent, as long as the queue is short.
  void PumpInto(WriteQueue& queue);

  // Both sides have closed, or the connection was failed: it ends when what was pumped is written.
  bool over() const { return over_; }
  // Closed by this side; the peer has not answered.
  bool closing() const { return close_sent_ && !close_received_; }
  // The Worker is behind: do not read from the socket.
  bool full() const { return end_->buffered() >= base::MessageEnd::kHighWaterMark; }

 private:
  void OnData(bool text, std::string_view payload) override;
  void OnPing(std::string_view payload) override;
  void OnPong(std::string_view) override {}
  void OnClose(uint16_t code, std::string_view reason) override;
  void OnMessage() override { owner_.OnWebSocketNews(); }
  void OnDrained() override { owner_.OnWebSocketRoom(); }
  void Fail(uint16_t code, const std::string& why);

  const WebSocketRole role_;
  std::shared_ptr<base::MessageEnd> end_;
  Owner& owner_;
  WebSocketFrameReader reader_;
  std::string out_;  // control frames that wait for PumpInto
  bool close_sent_ = false;
  bool close_received_ = false;
  bool over_ = false;
};

// The value of Sec-WebSocket-Accept for a key (section 4.2.2).
std::string WebSocketAccept(std::string_view key);

// A new value for Sec-WebSocket-Key.
std::string NewWebSocketKey();

// Whether the request of a Worker asks for a WebSocket: by its Upgrade header alone.
bool WantsWebSocket(std::string_view packed_head);

// The key of a request that asks for a WebSocket as section 4.2.1 wants it; empty for other
// requests.
std::string_view WebSocketKey(std::string_view packed_head);

}  // namespace isolane::http
