#include "runtime/http/exchange.h"

#include <string>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/connection.h"
#include "runtime/http/web_socket_handshake.h"

namespace isolane::http {

using base::Body;
using base::Chunk;

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

std::string_view ExchangeSlot::client_address() const { return connection_->client_address(); }

Body ExchangeSlot::TakeBody() {
  if (body_taken_) return Body::None();
  body_taken_ = true;
  if (!body_.none()) return std::exchange(body_, {});
  return info_.has_body ? connection_->TakeIncomingBody(*this) : Body::None();
}

void ExchangeSlot::Respond(int status, std::string_view packed_head, Body body,
                           bool already_encoded) {
  if (responded_ || aborted_) {
    body.Cancel();
    return;
  }
  if (status < 200 || status > 999) {  // an interim response is not an answer
    body.Cancel();
    status = 500;
    packed_head = {};
    body = Body::Bytes(Chunk::Copy("The response has a status that cannot be sent.\n"));
  }
  responded_ = true;
  if (connection_->MayUpgrade(*this)) connection_->DeclineUpgrade();
  // OPTIMIZATION: the head goes straight to where it is written from when it is this one's turn.
  const bool first = connection_->IsWriting(*this);
  ByteBuffer& out = first ? connection_->output().tail() : response_head_;
  if (first && continue_due) {
    continue_due = false;
    out.Append(kContinue);
  }
  const ResponseContext context = connection_->ContextFor(*this);
  const BodyFacts facts{!body.none(), body.length(), !already_encoded};
  framing_ = WriteResponseHead(out, status, packed_head, facts, context,
                               [&body](Encoding encoding) -> std::optional<uint64_t> {
                                 if (body.kind != Body::Kind::kBytes) return std::nullopt;
                                 body.bytes = OutgoingBody::EncodeAll(body.bytes, encoding);
                                 return body.bytes.size();
                               });
  response_body_.Start(std::move(body), framing_, this);
  connection_->OnResponseNews();
}

bool ExchangeSlot::UpgradeToWebSocket(std::string_view packed_head,
                                      std::shared_ptr<base::MessageEnd> end) {
  if (responded_ || aborted_) return false;
  if (!connection_->MayUpgrade(*this)) {
    if (!WantsWebSocket(head_.view()) || !WebSocketKey(head_.view()).empty()) return false;
    RefuseUpgrade();
    return true;
  }
  responded_ = upgraded_ = true;
  ByteBuffer& out = connection_->IsWriting(*this) ? connection_->output().tail() : response_head_;
  WriteGivenHeaders(out, 101, packed_head);
  out.Append("upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ");
  out.Append(WebSocketAccept(WebSocketKey(head_.view())));
  const std::optional<DeflateParameters> deflate = AgreeOnDeflate(head_.view(), packed_head);
  if (deflate) {
    out.Append("\r\nsec-websocket-extensions: ");
    out.Append(ToExtension(*deflate));
  }
  out.Append("\r\n\r\n");
  framing_.keep_alive = false;
  // The exchange goes on for as long as the WebSocket does.
  head_.Release();
  connection_->Upgrade(std::move(end), deflate);
  connection_->OnResponseNews();
  return true;
}

// The request wants a WebSocket, but not in the way that RFC 6455 has it.
void ExchangeSlot::RefuseUpgrade() {
  const HandshakeProblem problem = FindHandshakeProblem(head_.view());
  std::string head;
  base::AppendPackedHeader(head, "content-type", "text/plain;charset=UTF-8");
  if (problem.status == 426) {
    base::AppendPackedHeader(head, "upgrade", "websocket");
    base::AppendPackedHeader(head, "sec-websocket-version", "13");
  }
  Respond(problem.status, head, Body::Bytes(Chunk::Copy("ERROR: " + problem.text)), true);
}

void ExchangeSlot::Abort() {
  if (aborted_ || complete) return;
  aborted_ = true;
  response_body_.Drop();
  connection_->OnAborted(*this);
  TellGone();
}

void ExchangeSlot::RespondRefusal(const Refusal& refusal) {
  TellGone();
  info_.keep_alive = false;
  Respond(refusal.status, std::string_view("\ncontent-type\0text/plain;charset=UTF-8", 38),
          Body::Bytes(Chunk::Copy(refusal.text + "\n")), true);
}

OutgoingBody::Progress ExchangeSlot::PumpInto(WriteQueue& queue) {
  if (aborted_) return OutgoingBody::Progress::kBroken;
  if (continue_due) {
    continue_due = false;
    queue.Append(kContinue);
  }
  if (!responded_) return OutgoingBody::Progress::kWaiting;
  queue.Append(response_head_.view());
  response_head_.Clear();
  if (upgraded_) {
    response_head_.Release();
    WebSocketConnection& web_socket = *connection_->web_socket();
    web_socket.PumpInto(queue);
    return web_socket.over() ? OutgoingBody::Progress::kComplete : OutgoingBody::Progress::kWaiting;
  }
  const OutgoingBody::Progress progress = response_body_.PumpInto(queue);
  if (response_body_.overrun()) framing_.keep_alive = false;
  return progress;
}

void ExchangeSlot::TellSent() {
  if (ExchangeListener* listener = std::exchange(listener_, nullptr)) listener->OnResponseSent();
}

void ExchangeSlot::TellGone() {
  if (ExchangeListener* listener = std::exchange(listener_, nullptr)) listener->OnClientGone();
}

void ExchangeSlot::Close() {
  response_body_.Drop();
  connection_ = nullptr;
  announced_ = body_taken_ = responded_ = aborted_ = upgraded_ = continue_due = complete = false;
  head_.Clear();
  response_head_.Clear();
  info_ = {};
  body_ = {};
  next = nullptr;
}

void ExchangeSlot::OnReadable() { connection_->OnResponseNews(); }

ExchangeSlot* ExchangePool::Take(Connection* connection) {
  if (free_.empty()) {
    all_.push_back(std::make_unique<ExchangeSlot>());
    free_.push_back(all_.back().get());
  }
  ExchangeSlot* slot = free_.back();
  free_.pop_back();
  slot->Open(connection);
  return slot;
}

void ExchangePool::GiveBack(ExchangeSlot* slot) {
  slot->Close();
  free_.push_back(slot);
}

}  // namespace isolane::http
