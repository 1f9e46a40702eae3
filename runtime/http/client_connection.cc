#include "runtime/http/client_connection.h"

#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/request_head.h"

namespace isolane::http {

using base::Body;

namespace {

// Of a response that nobody wants: more is not worth the connection.
constexpr uint64_t kMaxDropped = 256 * 1024;
// A read of fewer bytes was all that the peer had sent.
constexpr size_t kPieceSize = 16 * 1024;

}  // namespace

ClientConnection::ClientConnection(ClientContext& context, Owner& owner)
    : context_(context),
      owner_(&owner),
      stream_(context, output_, *this),
      parser_(*this),
      response_body_(*this, kMaxDropped),
      progress_timer_(loop::Timer::Create(
          context.loop, [](void* self) { static_cast<ClientConnection*>(self)->OnProgressTimer(); },
          this)) {}

// --- sending ---

void ClientConnection::Open(std::unique_ptr<ClientRequest> request) {
  request_ = std::move(request);
  key_ = request_->route.Key();
  subject_ = request_->route.Subject();
  stream_.Open(request_->route);
}

void ClientConnection::OnOpen() { StartRequest(); }

void ClientConnection::Send(std::unique_ptr<ClientRequest> request) {
  request_ = std::move(request);
  subject_ = request_->route.Subject();
  reused_ = true;
  StartRequest();
}

void ClientConnection::StartRequest() {
  usable_ = answered_ = delivered_ = false;
  receiving_ = sending_ = true;
  std::optional<WebSocketAsk>& web_socket = request_->web_socket;
  if (request_->route.web_socket) web_socket = WebSocketAsk::For(request_->packed_head);
  using Asked = ResponseParser::Asked;
  parser_.Begin(web_socket                                            ? Asked::kWebSocket
                : base::PackedMethod(request_->packed_head) == "HEAD" ? Asked::kHead
                                                                      : Asked::kBody);
  const BodyFraming framing =
      WriteRequestHead(output_.tail(), request_->packed_head, request_->route, request_->body,
                       web_socket ? &*web_socket : nullptr);
  // Kept when the request may have to be sent again; bytes are shared, not copied.
  Body body = request_->retryable ? request_->body : std::exchange(request_->body, {});
  request_body_.Start(std::move(body), framing, this);
  stream_.SetReading(true);
  WatchProgress();
  Pump();
  // Start may be on the stack, and then nobody is to be called.
  if (!failure_.empty()) AskForWork();
}

void ClientConnection::Pump() {
  while (failure_.empty() && receiving_ && !stream_.write_pending()) {
    if (web_socket_ != nullptr) {
      web_socket_->PumpInto(output_);
    } else if (sending_) {
      const OutgoingBody::Progress progress = request_body_.PumpInto(output_);
      sending_ = progress == OutgoingBody::Progress::kWaiting;
      if (progress == OutgoingBody::Progress::kBroken || request_body_.overrun()) {
        failure_ = "the body of the request to " + subject_ + " could not be read to its end";
        return;
      }
    }
    if (output_.empty()) {
      if (web_socket_ != nullptr) RestWebSocket();
      return;
    }
    progress_at_ = uv_now(context_.loop);
    if (stream_.Write() == SocketWriter::Outcome::kFailed) {
      failure_ = subject_ + " closed the connection";
    }
    if (web_socket_ != nullptr) web_socket_->NoteQueue(output_);
  }
  if (web_socket_ != nullptr && stream_.write_pending()) WatchWebSocket();
}

// All that there was for the peer is written.
void ClientConnection::RestWebSocket() {
  output_.Release();
  if (web_socket_->over()) failure_ = "closed";
  if (web_socket_->closing()) WatchWebSocket();
}

void ClientConnection::WatchWebSocket() {
  if (!progress_timer_->active()) progress_timer_->Start(context_.options.limits.web_socket_ms);
}

void ClientConnection::Work() {
  wants_work_ = false;
  if (owner_ == nullptr) return;
  Pump();
  if (!failure_.empty()) Lose(failure_);
}

void ClientConnection::AskForWork() {
  if (std::exchange(wants_work_, true) || owner_ == nullptr) return;
  owner_->OnWork(*this);
}

void ClientConnection::OnWritten() {
  if (owner_ == nullptr) return;
  progress_at_ = uv_now(context_.loop);
  Work();
  if (owner_ != nullptr && request_body_.TakeWasRead()) owner_->OnEvent();
}

// --- receiving ---

void ClientConnection::OnBytes(std::string_view bytes) {
  if (!receiving_) {  // nobody asked
    Lose(subject_ + " sent something unasked");
    return;
  }
  answered_ = true;
  progress_at_ = uv_now(context_.loop);
  if (web_socket_ != nullptr) {
    web_socket_->Feed(bytes);
    stream_.SetReading(!web_socket_->full());
    // One turn for all that this look at the kernel brings.
    AskForWork();
    return;
  }
  parser_.Feed(bytes);
  // Large reads are acknowledged anyway.
  const bool is_piece = bytes.size() < kPieceSize &&
                        parser_.state() != ResponseParser::State::kComplete &&
                        parser_.state() != ResponseParser::State::kFailed;
  if (is_piece && context_.options.acknowledges_pieces) stream_.AcknowledgeNow();
  Deliver();
}

void ClientConnection::SwitchToWebSocket() {
  const auto deflate = ReadWebSocketAnswer(*request_->web_socket, parser_.head());
  if (!deflate.ok()) {
    Lose(deflate.error().message);
    return;
  }
  progress_timer_->Stop();
  delivered_ = true;
  sending_ = false;
  auto ends = base::MessageEnd::Pair();
  web_socket_.reset(new WebSocketConnection(WebSocketRole::kClient, std::move(ends.second),
                                            deflate.value(), *this));
  request_->listener->OnClientWebSocket(parser_.head(), std::move(ends.first));
  web_socket_->Feed(parser_.after_switch());
  owner_->OnEvent();
}

void ClientConnection::OnWebSocketRoom() {
  if (owner_ != nullptr && web_socket_ != nullptr) stream_.SetReading(!web_socket_->full());
}

void ClientConnection::OnBytesEnd(const std::string& reason) {
  if (web_socket_ != nullptr) {
    web_socket_->Lose();
    Lose(reason);
    return;
  }
  if (receiving_ && reason.empty()) {
    parser_.FeedEnd();
    if (parser_.state() == ResponseParser::State::kComplete) {
      Deliver();
      return;
    }
  }
  Lose(reason.empty() ? subject_ + " closed the connection before its response was complete"
                      : reason);
}

void ClientConnection::OnBody(std::string_view bytes) {
  if (!response_body_.receiving()) response_body_.Begin(parser_.content_length());
  response_body_.Add(bytes);
}

void ClientConnection::Deliver() {
  using State = ResponseParser::State;
  const State state = parser_.state();
  if (state == State::kHead) return;
  if (state == State::kFailed) {
    Lose("malformed response from " + subject_ + ": " + parser_.error());
    return;
  }
  const bool complete = state == State::kComplete;
  if (complete && parser_.status() == 101) {
    SwitchToWebSocket();
    return;
  }
  if (parser_.has_body() && !response_body_.receiving() && !delivered_) {
    response_body_.Begin(parser_.content_length());
  }
  Body last = complete && response_body_.receiving() ? response_body_.Finish() : Body::None();
  if (!std::exchange(delivered_, true)) {
    if (response_body_.receiving()) last = Body::Stream(response_body_.Stream());
    request_->listener->OnClientResponse(parser_.status(), parser_.head(), std::move(last));
  } else {
    response_body_.Settle();
  }
  Owner* const owner = owner_;
  if (complete) {
    FinishResponse();
  } else {
    stream_.SetReading(!response_body_.full());
  }
  owner->OnEvent();
}

void ClientConnection::FinishResponse() {
  receiving_ = false;
  progress_timer_->Stop();
  // A response that comes before the request is complete: the rest of it is of no interest.
  usable_ = parser_.keep_alive() && !sending_ && output_.empty() && !stream_.write_pending();
  request_body_.Drop();
  const std::unique_ptr<ClientRequest> request = std::move(request_);
  Owner* const owner = owner_;
  if (usable_) {
    owner->OnIdle(*this);
  } else {
    owner->OnGone(*this);
  }
  request->listener->OnClientFinished();
}

void ClientConnection::OnBodyRoom() {
  if (owner_ == nullptr) return;
  if (!response_body_.dropping()) {
    progress_at_ = uv_now(context_.loop);
    stream_.SetReading(true);
    return;
  }
  // Nobody wants the rest: a new connection is cheaper than to read it.
  failure_ = "cancelled";
  AskForWork();
}

// --- time ---

// Neither reads nor writes restart the timer: it looks, when it fires, at what has happened since.
void ClientConnection::WatchProgress() {
  progress_at_ = uv_now(context_.loop);
  const ClientLimits& limits = context_.options.limits;
  progress_timer_->Start(std::min(limits.idle_ms, limits.response_head_ms));
}

void ClientConnection::OnProgressTimer() {
  if (owner_ == nullptr || !receiving_) return;
  const uint64_t now = uv_now(context_.loop);
  const bool writing = stream_.write_pending();
  if (writing && stream_.TakeWriteProgress()) progress_at_ = now;
  if (web_socket_ != nullptr) {
    const uint64_t limit = context_.options.limits.web_socket_ms;
    const uint64_t quiet = now - progress_at_;
    if (!writing && !web_socket_->closing()) return;
    if (quiet < limit) {
      progress_timer_->Start(limit - quiet);
    } else {
      web_socket_->Lose();
      Lose("closed");
    }
    return;
  }
  // It is the Worker that is slow: to give the request's body, or to read the response's.
  if (!writing && (sending_ || (delivered_ && response_body_.full()))) progress_at_ = now;
  const ClientLimits& limits = context_.options.limits;
  const uint64_t limit = delivered_ || writing ? limits.idle_ms : limits.response_head_ms;
  const uint64_t quiet = now - progress_at_;
  if (quiet < limit) {
    progress_timer_->Start(std::min({limit - quiet, limits.idle_ms, limits.response_head_ms}));
    return;
  }
  const std::string time =
      limit % 1000 == 0 ? std::to_string(limit / 1000) + " s" : std::to_string(limit) + " ms";
  std::string reason;
  if (delivered_) {
    reason = subject_ + " sent nothing more of its response for " + time;
  } else if (writing) {
    reason = subject_ + " took nothing more of the request for " + time;
  } else {
    reason = subject_ + " did not answer within " + time;
  }
  reused_ = false;  // it has waited long enough: no second try
  Lose(reason, reason);
}

// --- the end ---

void ClientConnection::Lose(const std::string& reason, const std::string& body_reason) {
  Owner* const owner = owner_;
  if (owner == nullptr) return;
  if (std::unique_ptr<ClientRequest> request = std::move(request_)) {
    if (reused_ && !answered_ && request->retryable) {
      request->retryable = false;
      request_body_.Drop();
      owner->OnStale(std::move(request));
    } else if (delivered_) {
      response_body_.Fail(body_reason);
      request->listener->OnClientFinished();
    } else {
      request->DropBody();
      request->listener->OnClientError(reason);
    }
  }
  owner->OnGone(*this);
  owner->OnEvent();
}

void ClientConnection::Release(const std::string& reason) {
  owner_ = nullptr;
  usable_ = false;
  web_socket_.reset();
  stream_.Close();
  progress_timer_->Stop();
  if (request_ != nullptr) request_->DropBody();
  request_.reset();
  response_body_.Fail(reason);
  request_body_.Drop();
  output_.Clear();
}

}  // namespace isolane::http
