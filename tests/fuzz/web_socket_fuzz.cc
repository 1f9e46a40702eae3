// runtime/http/web_socket_frames.h, web_socket_deflate.h, and web_socket_connection.h around them.
// The input: a byte of options, a byte that says how it is split, and what a peer sends.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/http/web_socket_connection.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace isolane::fuzz {

namespace {

using base::Message;
using base::MessageEnd;
using http::DeflateParameters;
using http::WebSocketConnection;
using http::WebSocketDeflate;
using http::WebSocketFrameReader;
using http::WebSocketOpcode;
using http::WebSocketRole;

// Bits of the first byte.
constexpr uint8_t kClient = 1;    // the peer is a server
constexpr uint8_t kDeflate = 2;   // both have agreed on it
constexpr uint8_t kTakeover = 4;  // and may refer to earlier messages
constexpr uint8_t kSmallWindow = 8;

constexpr size_t kMaxMessage = 64 * 1024;

std::optional<DeflateParameters> ParametersOf(uint8_t options) {
  if ((options & kDeflate) == 0) return std::nullopt;
  DeflateParameters agreed;
  agreed.client_no_context_takeover = agreed.server_no_context_takeover =
      (options & kTakeover) == 0;
  if ((options & kSmallWindow) != 0) {
    agreed.client_max_window_bits = agreed.server_max_window_bits = 8;
  }
  return agreed;
}

WebSocketRole Opposite(WebSocketRole role) {
  return role == WebSocketRole::kServer ? WebSocketRole::kClient : WebSocketRole::kServer;
}

// All that a reader tells, as one text. What it tells must hold by itself.
class Reader final : WebSocketFrameReader::Events {
 public:
  Reader(WebSocketRole role, uint8_t options, size_t max_message)
      : max_message_(max_message), reader_(role, max_message, *this) {
    if (const auto agreed = ParametersOf(options)) {
      deflate_.emplace(role, *agreed);
      reader_.set_inflater(&*deflate_);
    }
  }

  // 0, or why nothing more may be fed.
  uint16_t Feed(std::string_view bytes) {
    const uint16_t code = reader_.Feed(bytes, &why_);
    if (code != 0) {
      ISOLANE_CHECK(code == 1002 || code == 1007 || code == 1009);
      ISOLANE_CHECK(!why_.empty() && why_.size() < 200 && !closed_);
      told_ += "failed " + std::to_string(code) + " " + why_;
    }
    return code;
  }
  const std::string& told() const { return told_; }
  bool closed() const { return closed_; }

 private:
  void OnData(bool text, base::Chunk payload) override {
    ISOLANE_CHECK(payload.size() <= max_message_);
    Tell(text ? "text" : "binary", payload.view());
  }
  void OnPing(std::string_view payload) override {
    ISOLANE_CHECK(payload.size() <= 125);
    Tell("ping", payload);
  }
  void OnPong(std::string_view payload) override {
    ISOLANE_CHECK(payload.size() <= 125);
    Tell("pong", payload);
  }
  void OnClose(uint16_t code, std::string_view reason) override {
    ISOLANE_CHECK(code == 1005 ? reason.empty() : http::IsSendableCloseCode(code));
    ISOLANE_CHECK(reason.size() <= 123);
    Tell("close " + std::to_string(code), reason);
    closed_ = true;
  }
  void Tell(const std::string& what, std::string_view payload) {
    ISOLANE_CHECK(!closed_);
    told_ += what + " " + std::to_string(payload.size()) + ":";
    told_ += payload;
  }

  const size_t max_message_;
  std::optional<WebSocketDeflate> deflate_;
  WebSocketFrameReader reader_;
  std::string why_;
  std::string told_;
  bool closed_ = false;
};

void CheckPieces(WebSocketRole role, uint8_t options, Pieces pieces, std::string_view sent) {
  Reader whole(role, options, kMaxMessage);
  whole.Feed(sent);
  Reader in_pieces(role, options, kMaxMessage);
  while (!sent.empty()) {
    if (in_pieces.Feed(pieces.Next(sent)) != 0) break;
  }
  ISOLANE_CHECK(whole.told() == in_pieces.told());
}

// A connection whose Worker sends everything back and answers a close: what the peer gets is
// frames that it can read.
class Echo final : WebSocketConnection::Owner {
 public:
  Echo(WebSocketRole role, uint8_t options)
      : ends_(MessageEnd::Pair()),
        connection_(role, std::move(ends_.second), ParametersOf(options), *this),
        peer_(Opposite(role), options, WebSocketConnection::kMaxMessage) {}

  void Feed(std::string_view bytes) {
    connection_.Feed(bytes);
    Message message;
    while (ends_.first->Receive(&message)) {
      ISOLANE_CHECK(!ended_);
      switch (message.kind) {
        case Message::Kind::kText:
        case Message::Kind::kBinary:
          Expect(message.kind == Message::Kind::kText ? "text" : "binary", message.data.view());
          ends_.first->Send(std::move(message));
          break;
        case Message::Kind::kClose:
          Expect("close " + std::to_string(message.code), message.data.view());
          ends_.first->Close(message.code, message.data.view());
          ended_ = true;
          break;
        case Message::Kind::kLost:
          ISOLANE_CHECK(connection_.over() && message.code != 0);
          ended_ = true;
          break;
      }
    }
    connection_.PumpInto(queue_);
    queue_.Gather([this](const char* data, size_t size) {
      ISOLANE_CHECK(peer_.Feed({data, size}) == 0);
      return true;
    });
    queue_.Consume(queue_.size());
    connection_.NoteQueue(queue_);
    ISOLANE_CHECK(ends_.first->buffered() == 0);
  }

  // What it was sent in vain, or all of its echo and pongs, has come to the peer.
  void CheckEnd() {
    ISOLANE_CHECK(ended_ == connection_.over());
    ISOLANE_CHECK(peer_.closed() == ended_);
    // Pongs and the close of a failure are the connection's own.
    std::string_view told = peer_.told();
    for (const std::string& one : expected_) {
      const size_t at = told.find(one);
      ISOLANE_CHECK(at != told.npos);
      told.remove_prefix(at + one.size());
    }
  }

 private:
  void OnWebSocketNews() override {}
  void OnWebSocketRoom() override {}
  void Expect(const std::string& what, std::string_view payload) {
    // What came with a broken rule finds nobody any more who would take its echo.
    if (connection_.over()) return;
    expected_.push_back(what + " " + std::to_string(payload.size()) + ":" + std::string(payload));
  }

  std::pair<std::shared_ptr<MessageEnd>, std::shared_ptr<MessageEnd>> ends_;
  WebSocketConnection connection_;
  Reader peer_;
  http::WriteQueue queue_;
  std::vector<std::string> expected_;
  bool ended_ = false;
};

}  // namespace

void WebSocket(std::string_view bytes) {
  Input input(bytes);
  const uint8_t options = input.Byte();
  const Pieces pieces(input.Byte());
  const std::string_view sent = input.Rest();
  const WebSocketRole role =
      (options & kClient) != 0 ? WebSocketRole::kClient : WebSocketRole::kServer;

  CheckPieces(role, options, pieces, sent);
  Echo echo(role, options);
  Pieces parts = pieces;
  for (std::string_view rest = sent; !rest.empty();) echo.Feed(parts.Next(rest));
  echo.CheckEnd();
}

}  // namespace isolane::fuzz
