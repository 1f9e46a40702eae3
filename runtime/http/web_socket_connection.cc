#include "runtime/http/web_socket_connection.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/outgoing_body.h"
#include "third_party/simdutf/simdutf.h"

namespace isolane::http {

using base::Message;

namespace {

constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

uint32_t NewMask(WebSocketRole role) {
  uint32_t mask = 0;
  if (role == WebSocketRole::kClient)
    RAND_bytes(reinterpret_cast<unsigned char*>(&mask), sizeof mask);
  return mask;
}

// Whether the comma-separated `list` has `token`, whatever the case.
bool HasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    if (item.size() != token.size()) continue;
    bool same = true;
    for (size_t i = 0; i < item.size(); i++) {
      same &= (item[i] >= 'A' && item[i] <= 'Z' ? item[i] | 32 : item[i]) == token[i];
    }
    if (same) return true;
  }
  return false;
}

}  // namespace

std::string WebSocketAccept(std::string_view key) {
  std::string text(key);
  text += kMagic;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  std::string accept(simdutf::base64_length_from_binary(size, simdutf::base64_default), '\0');
  simdutf::binary_to_base64(reinterpret_cast<const char*>(digest), size, accept.data(),
                            simdutf::base64_default);
  return accept;
}

std::string NewWebSocketKey() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof bytes);
  std::string key(simdutf::base64_length_from_binary(sizeof bytes, simdutf::base64_default), '\0');
  simdutf::binary_to_base64(reinterpret_cast<const char*>(bytes), sizeof bytes, key.data(),
                            simdutf::base64_default);
  return key;
}

bool WantsWebSocket(std::string_view packed_head) {
  // The search fails at once for nearly all requests.
  if (packed_head.find(std::string_view("\nupgrade\0", 9)) == std::string_view::npos) return false;
  bool wants = false;
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    wants |= name == "upgrade" && HasToken(value, "websocket");
  });
  return wants && base::PackedMethod(packed_head) == "GET";
}

std::string_view WebSocketKey(std::string_view packed_head) {
  if (base::PackedMethod(packed_head) != "GET") return {};
  std::string_view upgrade;
  std::string_view connection;
  std::string_view version;
  std::string_view key;
  base::VisitPackedHeaders(packed_head, [&](std::string_view name, std::string_view value) {
    if (name == "upgrade") upgrade = value;
    if (name == "connection") connection = value;
    if (name == "sec-websocket-version") version = value;
    if (name == "sec-websocket-key") key = value;
  });
  const bool asked = HasToken(upgrade, "websocket") && HasToken(connection, "upgrade");
  // 16 bytes in base64.
  return asked && version == "13" && key.size() == 24 && key.ends_with("==") ? key
                                                                             : std::string_view();
}

WebSocketConnection::WebSocketConnection(WebSocketRole role, std::shared_ptr<base::MessageEnd> end,
                                         Owner& owner)
    : role_(role), end_(std::move(end)), owner_(owner), reader_(role, kMaxMessage, *this) {
  end_->speaks_for_world = true;
  end_->set_listener(this);
}

void WebSocketConnection::Feed(std::string_view bytes) {
  if (over_ || close_received_) return;
  std::string why;
  if (const uint16_t code = reader_.Feed(bytes, &why)) Fail(code, why);
}

void WebSocketConnection::Fail(uint16_t code, const std::string& why) {
  if (!close_sent_) {
    AppendFrame(out_, WebSocketOpcode::kClose, ClosePayload(code, why), role_, NewMask(role_));
    close_sent_ = true;
  }
  over_ = true;
  end_->set_listener(nullptr);
  end_->Abandon("The peer broke the WebSocket protocol: " + why + ".");
  owner_.OnWebSocketNews();
}

void WebSocketConnection::Lose(const std::string& why) {
  over_ = true;
  end_->set_listener(nullptr);
  end_->Abandon(why);
}

void WebSocketConnection::OnData(bool text, std::string_view payload) {
  Message message;
  message.kind = text ? Message::Kind::kText : Message::Kind::kBinary;
  message.data = base::Chunk::Copy(payload);
  end_->Send(std::move(message));
}

void WebSocketConnection::OnPing(std::string_view payload) {
  if (close_sent_) return;
  AppendFrame(out_, WebSocketOpcode::kPong, payload, role_, NewMask(role_));
  owner_.OnWebSocketNews();
}

void WebSocketConnection::OnClose(uint16_t code, std::string_view reason) {
  close_received_ = true;
  end_->Close(code, std::string(reason));
  over_ = close_sent_;
  owner_.OnWebSocketNews();
}

void WebSocketConnection::PumpInto(WriteQueue& queue) {
  queue.Append(out_);
  out_.clear();
  Message message;
  std::string frame;
  while (!over_ && queue.size() < OutgoingBody::kMaxQueued && end_->Receive(&message)) {
    frame.clear();
    switch (message.kind) {
      case Message::Kind::kText:
      case Message::Kind::kBinary:
        AppendFrame(frame,
                    message.kind == Message::Kind::kText ? WebSocketOpcode::kText
                                                         : WebSocketOpcode::kBinary,
                    message.data.view(), role_, NewMask(role_));
        break;
      case Message::Kind::kClose:
        AppendFrame(frame, WebSocketOpcode::kClose, ClosePayload(message.code, message.reason),
                    role_, NewMask(role_));
        close_sent_ = true;
        over_ = close_received_;
        break;
      case Message::Kind::kLost:
        // Whoever held the other end is gone. 1001, "going away", says so to the peer.
        if (!close_sent_) {
          AppendFrame(frame, WebSocketOpcode::kClose, ClosePayload(1001, message.reason), role_,
                      NewMask(role_));
          close_sent_ = true;
        }
        over_ = true;
        break;
    }
    queue.Append(frame);
  }
}

}  // namespace isolane::http
