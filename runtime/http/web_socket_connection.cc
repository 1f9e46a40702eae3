#include "runtime/http/web_socket_connection.h"

#include <openssl/rand.h>

#include <cstring>
#include <utility>

#include "runtime/http/outgoing_body.h"

namespace isolane::http {

using base::Chunk;
using base::Message;

namespace {

constexpr uint16_t kGoingAway = 1001;

// Masks of a client's frames. Many at a time: the generator's cost is in the call.
uint32_t NewMask(WebSocketRole role) {
  if (role == WebSocketRole::kServer) return 0;
  constexpr size_t kCount = 64;
  thread_local uint32_t masks[kCount];
  thread_local size_t next = kCount;
  if (next == kCount) {
    RAND_bytes(reinterpret_cast<unsigned char*>(masks), sizeof masks);
    next = 0;
  }
  return masks[next++];
}

}  // namespace

WebSocketConnection::WebSocketConnection(WebSocketRole role, std::shared_ptr<base::MessageEnd> end,
                                         const std::optional<DeflateParameters>& deflate,
                                         Owner& owner)
    : role_(role), end_(std::move(end)), owner_(owner), reader_(role, kMaxMessage, *this) {
  end_->speaks_for_world = true;
  end_->set_listener(this);
  if (deflate) {
    deflate_ = std::make_unique<WebSocketDeflate>(role, *deflate);
    reader_.set_inflater(deflate_.get());
  }
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
  end_->Abandon(why, code);
  owner_.OnWebSocketNews();
}

void WebSocketConnection::Lose() {
  over_ = true;
  end_->set_listener(nullptr);
  end_->Abandon(kGone);
}

void WebSocketConnection::GoAway() {
  going_away_ = true;
  owner_.OnWebSocketNews();
}

void WebSocketConnection::OnData(bool text, Chunk payload) {
  const Message::Kind kind = text ? Message::Kind::kText : Message::Kind::kBinary;
  end_->Send({kind, 0, std::move(payload)});
}

void WebSocketConnection::OnPing(std::string_view payload) {
  if (close_sent_) return;
  if (out_.size() + payload.size() > kMaxPongs) out_.clear();
  AppendFrame(out_, WebSocketOpcode::kPong, payload, role_, NewMask(role_));
  owner_.OnWebSocketNews();
}

void WebSocketConnection::OnClose(uint16_t code, std::string_view reason) {
  close_received_ = true;
  end_->Close(code, reason);
  over_ = close_sent_;
  owner_.OnWebSocketNews();
}

void WebSocketConnection::PumpInto(WriteQueue& queue) {
  if (!out_.empty() && (over_ || queue.size() < OutgoingBody::kMaxQueued)) {
    queue.Append(out_);
    out_ = {};
  }
  Message message;
  while (!over_ && queue.size() < OutgoingBody::kMaxQueued && end_->Receive(&message)) {
    switch (message.kind) {
      case Message::Kind::kText:
        if (!close_sent_) WriteData(queue, WebSocketOpcode::kText, std::move(message.data));
        break;
      case Message::Kind::kBinary:
        if (!close_sent_) WriteData(queue, WebSocketOpcode::kBinary, std::move(message.data));
        break;
      case Message::Kind::kClose:
        if (!close_sent_) WriteClose(queue, message.code, message.data.view());
        over_ = close_received_;
        break;
      case Message::Kind::kLost:
        // Whoever held the other end is gone.
        if (!close_sent_) WriteClose(queue, kGoingAway, message.data.view());
        over_ = true;
        break;
    }
  }
  if (going_away_ && !over_ && !close_sent_ && !end_->readable()) {
    WriteClose(queue, kGoingAway, "The server is stopping.");
    over_ = close_received_;
  }
  NoteQueue(queue);
}

void WebSocketConnection::WriteData(WriteQueue& queue, WebSocketOpcode opcode, Chunk payload) {
  WebSocketHeader header{opcode, role_, payload.size(), NewMask(role_)};
  if (deflate_ != nullptr) {
    if (Chunk smaller = deflate_->Compress(payload.view()); !smaller.empty()) {
      payload = std::move(smaller);
      header.size = payload.size();
      header.compressed = true;
    }
  }
  ByteBuffer& tail = queue.tail();
  if (role_ == WebSocketRole::kServer) {
    tail.Commit(header.Put(tail.Reserve(WebSocketHeader::kMaxSize)));
    queue.Append(std::move(payload));
    return;
  }
  char* const to = header.Put(tail.Reserve(WebSocketHeader::kMaxSize + payload.size()));
  CopyMasked(to, payload.view(), header.mask, 0);
  tail.Commit(to + payload.size());
}

void WebSocketConnection::WriteClose(WriteQueue& queue, uint16_t code, std::string_view reason) {
  std::string frame;
  AppendFrame(frame, WebSocketOpcode::kClose, ClosePayload(code, reason), role_, NewMask(role_));
  queue.Append(frame);
  close_sent_ = true;
}

}  // namespace isolane::http
