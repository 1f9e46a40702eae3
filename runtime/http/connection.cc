#include "runtime/http/connection.h"

#include <algorithm>
#include <utility>

#include "runtime/http/web_socket_handshake.h"

namespace isolane::http {

using base::Body;

namespace {

// A WebSocket that was silent for so long gives its buffers back.
constexpr int64_t kSilentMs = 1'000;

}  // namespace

Connection::Connection(ServerState& server, Transport& transport)
    : server_(server),
      transport_(transport),
      parser_(*this, server.limits, server.scheme()),
      request_body_(*this, server.limits.dropped_body_bytes),
      idle_since_ms_(server.clock.now_ms()),
      input_progress_ms_(server.clock.now_ms()),
      output_progress_ms_(server.clock.now_ms()) {}

// --- input ---

void Connection::Feed(std::string_view bytes) {
  input_progress_ms_ = server_.clock.now_ms();
  if (web_socket_ != nullptr && !dead_) {
    web_socket_->Feed(bytes);
    return;
  }
  if (dead_ || input_stopped_) {
    dropped_input_ += bytes.size();
    return;
  }
  if (!held_.empty() || upgrade_ != nullptr) {  // kept in order; reading stops until it is used
    held_.Append(bytes);
    return;
  }
  Parse(bytes);
}

void Connection::Resume() {
  ByteBuffer held;
  held.Swap(held_);
  Parse(held.view());
  if (ended_ && held_.empty()) FeedEnd();
  transport_.OnReadingChanged();
}

void Connection::Parse(std::string_view bytes) {
  const RequestParser::Outcome outcome = parser_.Feed(bytes);
  if (dead_) return;
  if (outcome == RequestParser::Outcome::kRefused) {
    Refuse(parser_.refusal());
    return;
  }
  if (outcome == RequestParser::Outcome::kPaused) {
    // What follows a request that closes the connection is nobody's.
    if (!input_stopped_) held_.Append(bytes);
    return;
  }
  head_since_ms_ = !parser_.in_head()   ? -1
                   : head_since_ms_ < 0 ? server_.clock.now_ms()
                                        : head_since_ms_;
  if (incoming_ != nullptr && !incoming_->announced()) Announce(*incoming_);
  request_body_.Settle();
}

ByteBuffer& Connection::OnHeadStart() {
  ExchangeSlot* slot = server_.pool.Take(this);
  (back_ == nullptr ? front_ : back_->next) = slot;
  back_ = slot;
  if (writing_ == nullptr && !last_complete_) writing_ = slot;
  incoming_ = slot;
  in_flight_++;
  return slot->head_buffer();
}

void Connection::OnHead(const RequestInfo& info) {
  head_since_ms_ = -1;
  incoming_->info() = info;
  if (!info.keep_alive) close_after_ = true;
  if (info.has_body) request_body_.Begin(info.content_length);
}

void Connection::OnBody(std::string_view bytes) {
  request_body_.Add(bytes);
  if (request_body_.dropped_too_much()) {
    close_after_ = true;
    linger_ = true;
    // The response may have been complete for long: nothing else asks for fate() again.
    transport_.OnDirty();
  }
}

bool Connection::OnRequestEnd() {
  if (request_body_.receiving()) {
    Body body = request_body_.Finish();
    if (incoming_ != nullptr && !incoming_->body_taken()) incoming_->set_body(std::move(body));
  }
  // Null when the response was complete before the request was.
  if (ExchangeSlot* slot = std::exchange(incoming_, nullptr)) {
    if (!slot->announced()) Announce(*slot);
  }
  if (close_after_ || dead_) {
    StopInput();
    // The response may have been complete for long: nothing else asks for fate() again.
    if (front_ == nullptr) transport_.OnDirty();
    return false;
  }
  return in_flight_ < kMaxInFlight && !HasBacklog();
}

bool Connection::OnUpgradeAsked() {
  if (dead_ || back_ == nullptr || close_after_ || WebSocketKey(back_->packed_head()).empty()) {
    return false;
  }
  // It may have been answered already, by something else.
  if (!back_->responded()) upgrade_ = back_;
  return upgrade_ != nullptr;
}

void Connection::Upgrade(std::shared_ptr<base::MessageEnd> end,
                         const std::optional<DeflateParameters>& deflate) {
  upgrade_ = nullptr;
  web_socket_.reset(
      new WebSocketConnection(WebSocketRole::kServer, std::move(end), deflate, *this));
  close_after_ = true;
  ByteBuffer held;
  held.Swap(held_);
  web_socket_->Feed(held.view());
  if (ended_) web_socket_->Lose();
  transport_.OnReadingChanged();
}

void Connection::Announce(ExchangeSlot& slot) {
  slot.set_announced();
  server_.handler.OnRequest(slot);
}

void Connection::FeedEnd() {
  if (!ended_) ended_since_ms_ = server_.clock.now_ms();
  ended_ = true;
  if (web_socket_ != nullptr) {
    web_socket_->Lose();
    transport_.OnDirty();
    return;
  }
  if (dead_ || !held_.empty()) return;
  if (!input_stopped_ && parser_.in_head()) {
    Refuse({400, "The connection ended inside the head of a request."});
  } else if (request_body_.receiving()) {
    AbandonIncoming("Network connection lost.");
  }
  StopInput();
  close_after_ = true;
  transport_.OnDirty();
}

void Connection::StopInput() {
  input_stopped_ = true;
  held_.Clear();
  head_since_ms_ = -1;
}

void Connection::Refuse(const Refusal& refusal) {
  // The response was complete before its request was: there is nothing left to answer.
  const bool answered = incoming_ == nullptr && request_body_.receiving();
  StopInput();
  close_after_ = true;
  linger_ = true;
  request_body_.Fail(refusal.text);
  transport_.OnDirty();
  if (answered) return;
  ExchangeSlot* slot = std::exchange(incoming_, nullptr);
  if (slot == nullptr) {
    OnHeadStart();
    slot = std::exchange(incoming_, nullptr);
  }
  // Once the response has begun it goes on, and the connection is closed after it.
  if (!slot->responded()) slot->RespondRefusal(refusal);
}

// The body under way will never be complete. Whoever asked for it left, or broke the rules.
void Connection::AbandonIncoming(const std::string& message) {
  request_body_.Fail(message);
  if (ExchangeSlot* slot = std::exchange(incoming_, nullptr)) slot->Abort();
}

std::string_view Connection::client_address() {
  if (client_address_.empty()) client_address_ = transport_.ClientAddress();
  return client_address_;
}

Body Connection::TakeIncomingBody(ExchangeSlot& slot) {
  if (incoming_ != &slot || !request_body_.receiving()) return Body::None();
  if (slot.info().expects_continue && request_body_.untouched()) {
    slot.info().expects_continue = false;
    slot.continue_due = true;
    transport_.OnDirty();
  }
  Body body = Body::Stream(request_body_.Stream());
  transport_.OnReadingChanged();
  return body;
}

void Connection::OnBodyRoom() {
  transport_.OnReadingChanged();
  // Only the body's reader may have kept the connection.
  if (close_after_ && front_ == nullptr && !dead_) transport_.OnDirty();
}

bool Connection::wants_read() const {
  if (dead_ || ended_ || !held_.empty()) return false;
  if (web_socket_ != nullptr) return !web_socket_->full() && !web_socket_->over();
  // Goes on in order to notice a client that leaves, but not for ever.
  if (input_stopped_ || linger_since_ms_ >= 0) return dropped_input_ <= kMaxLingerBytes;
  return !request_body_.full() && !HasBacklog() && in_flight_ < kMaxInFlight;
}

// --- output ---

ResponseContext Connection::ContextFor(const ExchangeSlot& slot) {
  // Neither was the body asked for nor did any of it come: whether it will come now is unknown.
  if (&slot == incoming_ && slot.info().expects_continue && request_body_.untouched()) {
    close_after_ = true;
  }
  const bool last = &slot == back_ && held_.empty();
  ResponseContext context;
  context.head_request = slot.info().head_request;
  context.http10 = slot.info().http10;
  context.keep_alive = slot.info().keep_alive && !(last && (close_after_ || server_.draining));
  context.date = server_.date.Get(server_.clock.now_ms());
  return context;
}

void Connection::OnAborted(ExchangeSlot& slot) {
  if (&slot == incoming_) {
    incoming_ = nullptr;
    request_body_.Drop();
  }
  StopInput();
  close_after_ = true;
  transport_.OnDirty();
}

bool Connection::Pump() {
  bool was_read = false;
  while (writing_ != nullptr && !cut_) {
    ExchangeSlot& slot = *writing_;
    const OutgoingBody::Progress progress = slot.PumpInto(output_);
    was_read |= slot.TakeWasRead();
    if (progress == OutgoingBody::Progress::kWaiting) break;
    if (progress == OutgoingBody::Progress::kBroken) {
      cut_ = true;
      reset_ = slot.until_close();
      slot.Abort();
      break;
    }
    Complete(slot);
  }
  // The end of a WebSocket need not be a write of ours.
  if (web_socket_ != nullptr && output_.empty()) OnWritten();
  return was_read;
}

void Connection::Complete(ExchangeSlot& slot) {
  slot.complete = true;
  slot.end = output_.appended();
  writing_ = slot.next;
  if (slot.keep_alive()) return;
  // Whatever was announced after it is not answered.
  close_after_ = last_complete_ = true;
  writing_ = nullptr;
}

void Connection::OnWritten() {
  output_progress_ms_ = server_.clock.now_ms();
  if (web_socket_ != nullptr) web_socket_->NoteQueue(output_);
  while (front_ != nullptr && front_->complete && front_->end <= output_.consumed()) {
    ExchangeSlot* slot = front_;
    front_ = slot->next;
    if (front_ == nullptr) {
      back_ = nullptr;
      idle_since_ms_ = server_.clock.now_ms();
    }
    in_flight_--;
    if (slot == incoming_) {
      incoming_ = nullptr;
      if (!request_body_.wanted()) request_body_.Drop();
    }
    slot->TellSent();
    server_.pool.GiveBack(slot);
  }
}

Connection::Fate Connection::fate() const {
  if (dead_) return Fate::kClose;
  if (!output_.empty()) return Fate::kOpen;
  if (cut_) return reset_ ? Fate::kReset : Fate::kClose;
  if (front_ != nullptr && !last_complete_) return Fate::kOpen;
  if (close_after_) {
    // The reader of a body that still arrives keeps the connection.
    if (request_body_.receiving() && request_body_.wanted()) return Fate::kOpen;
    return (linger_ || request_body_.receiving()) && !ended_ ? Fate::kLinger : Fate::kClose;
  }
  return server_.draining && idle() && held_.empty() && !request_body_.receiving() ? Fate::kClose
                                                                                   : Fate::kOpen;
}

void Connection::BeginLinger() {
  linger_since_ms_ = server_.clock.now_ms();
  StopInput();
  incoming_ = nullptr;
  request_body_.Fail("Network connection lost.");
}

// --- end and time ---

void Connection::BeginDrain() {
  if (web_socket_ != nullptr) web_socket_->GoAway();
  transport_.OnDirty();
}

void Connection::Die() {
  if (dead_) return;
  dead_ = true;
  upgrade_ = nullptr;
  if (web_socket_ != nullptr) web_socket_->Lose();
  StopInput();
  incoming_ = writing_ = nullptr;
  request_body_.Fail("Network connection lost.");
  output_.Clear();
  while (front_ != nullptr) {
    ExchangeSlot* slot = std::exchange(front_, front_->next);
    slot->TellGone();
    server_.pool.GiveBack(slot);
  }
  back_ = nullptr;
  in_flight_ = 0;
}

void Connection::Sweep() {
  if (dead_) return;
  const ServerLimits& limits = server_.limits;
  const int64_t now = server_.clock.now_ms();
  if (linger_since_ms_ >= 0) {
    const bool too_long = now - linger_since_ms_ >= kLingerMs;
    if (too_long || dropped_input_ > kMaxLingerBytes) Die();
    return;
  }
  if (web_socket_ != nullptr) {
    // A peer may be silent for as long as it likes, but not when bytes or a close are due.
    const bool due = !output_.empty() || web_socket_->closing() || web_socket_->over();
    const int64_t alive = std::max(input_progress_ms_, output_progress_ms_);
    const int64_t limit = server_.draining ? limits.half_close_ms : limits.body_timeout_ms;
    if (due && now - alive >= limit) Die();
    if (!due && now - alive >= kSilentMs) output_.Release();
    return;
  }
  if (ended_) {
    // A write that goes through shows that the client still receives.
    const int64_t alive = std::max(ended_since_ms_, output_progress_ms_);
    if (server_.draining || now - alive >= limits.half_close_ms) {
      Die();
      return;
    }
  }
  if (!output_.empty()) {
    if (now - output_progress_ms_ >= limits.body_timeout_ms) Die();
    return;
  }
  if (head_since_ms_ >= 0 && now - head_since_ms_ >= limits.head_timeout_ms) {
    Refuse({408, "The head of the request took too long."});
  } else if (request_body_.receiving() && now - input_progress_ms_ >= limits.body_timeout_ms) {
    // A reader that is behind is not the client's fault, unless nobody waits for an answer.
    if (!request_body_.full()) {
      Refuse({408, "The body of the request took too long."});
    } else if (front_ == nullptr) {
      Die();
    }
  } else if (idle() && now - idle_since_ms_ >= limits.idle_timeout_ms) {
    Die();
  }
}

}  // namespace isolane::http
