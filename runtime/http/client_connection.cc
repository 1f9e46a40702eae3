#include "runtime/http/client_connection.h"

#include <cstring>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/http/request_head.h"

namespace isolane::http {

using base::Body;

ClientConnection::ClientConnection(uv_loop_t* loop, Owner& owner)
    : TcpStream(loop), owner_(&owner), parser_(*this), response_body_(*this) {}

// --- connecting ---

void ClientConnection::Open(std::unique_ptr<ClientRequest> request) {
  // OPTIMIZATION: a look-up goes to another thread, which an address does not need.
  sockaddr_storage address{};
  if (loop::Lookup::ParseAddress(request->url.host, request->url.port, &address)) {
    OpenAt(std::move(request), {address});
    return;
  }
  request_ = std::move(request);
  where_ = request_->url.where();
  lookup_ = loop::Lookup::Start(
      uv_loop(), request_->url.host, request_->url.port,
      [](void* self, int status, const addrinfo* addresses) {
        static_cast<ClientConnection*>(self)->OnLookup(status, addresses);
      },
      this);
}

void ClientConnection::OnLookup(int status, const addrinfo* addresses) {
  if (owner_ == nullptr) return;
  if (status != 0) {
    Lose("cannot resolve " + request_->url.host + ": " + std::string(ErrorText(status)));
    return;
  }
  std::vector<sockaddr_storage> found;
  for (; addresses != nullptr; addresses = addresses->ai_next) {
    std::memcpy(&found.emplace_back(), addresses->ai_addr, addresses->ai_addrlen);
  }
  OpenAt(std::move(request_), std::move(found));
}

void ClientConnection::OpenAt(std::unique_ptr<ClientRequest> request,
                              std::vector<sockaddr_storage> addresses) {
  request_ = std::move(request);
  where_ = request_->url.where();
  addresses_ = std::move(addresses);
  const int error = TcpStream::Connect(reinterpret_cast<sockaddr*>(addresses_.data()));
  if (error == 0) return;
  failure_ = "connect to " + where_ + ": " + std::string(ErrorText(error));
  AskForWork();
}

void ClientConnection::OnConnected(int status) {
  if (owner_ == nullptr) return;
  if (status == 0) {
    addresses_.clear();
    StartRequest();
    return;
  }
  addresses_.erase(addresses_.begin());
  if (!addresses_.empty()) {
    owner_->OnNextAddress(std::move(request_), std::move(addresses_));
    if (owner_ != nullptr) owner_->OnGone(*this);
    return;
  }
  Lose("connect to " + where_ + ": " + std::string(ErrorText(status)));
}

// --- sending ---

void ClientConnection::Send(std::unique_ptr<ClientRequest> request) {
  request_ = std::move(request);
  reused_ = true;
  StartRequest();
}

void ClientConnection::StartRequest() {
  usable_ = answered_ = delivered_ = false;
  receiving_ = sending_ = true;
  parser_.Begin(base::PackedMethod(request_->packed_head) == "HEAD");
  const BodyFraming framing =
      WriteRequestHead(output_.tail(), request_->packed_head, request_->url, request_->body);
  // Kept when the request may have to be sent again; bytes are shared, not copied.
  Body body = request_->retryable ? request_->body : std::move(request_->body);
  request_body_.Start(std::move(body), framing, this);
  SetReading(true);
  Pump();
  // Start may be on the stack, and then nobody is to be called.
  if (!failure_.empty()) AskForWork();
}

void ClientConnection::Pump() {
  while (failure_.empty() && !write_pending()) {
    if (sending_) {
      const OutgoingBody::Progress progress = request_body_.PumpInto(output_);
      sending_ = progress == OutgoingBody::Progress::kWaiting;
      if (progress == OutgoingBody::Progress::kBroken || request_body_.overrun()) {
        failure_ = "the body of the request to " + where_ + " could not be read to its end";
        return;
      }
    }
    if (output_.empty()) return;
    if (writer_.Write(*this, output_) == SocketWriter::Outcome::kFailed) {
      failure_ = where_ + " closed the connection";
    }
  }
}

void ClientConnection::Work() {
  wants_work_ = false;
  if (owner_ == nullptr) return;
  Pump();
  if (!failure_.empty()) Lose(failure_);
}

void ClientConnection::AskForWork() {
  if (std::exchange(wants_work_, true) || owner_ == nullptr) return;
  owner_->OnWork();
}

void ClientConnection::OnWriteDone(int status) {
  if (owner_ == nullptr) return;
  if (status < 0) {
    Lose(where_ + ": " + std::string(ErrorText(status)));
    return;
  }
  writer_.OnDone(output_);
  Work();
  if (owner_ != nullptr && request_body_.TakeWasRead()) owner_->OnEvent();
}

// --- receiving ---

void ClientConnection::OnRead(std::string_view bytes) {
  if (!receiving_) {  // nobody asked
    Lose(where_ + " sent something unasked");
    return;
  }
  answered_ = true;
  parser_.Feed(bytes);
  Deliver();
}

void ClientConnection::OnReadEnd(int error) {
  if (receiving_ && error == UV_EOF) {
    parser_.FeedEnd();
    if (parser_.state() == ResponseParser::State::kComplete) {
      Deliver();
      return;
    }
  }
  Lose(error == UV_EOF ? where_ + " closed the connection before its response was complete"
                       : where_ + ": " + std::string(ErrorText(error)));
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
    Lose("malformed response from " + where_ + ": " + parser_.error());
    return;
  }
  const bool complete = state == State::kComplete;
  if (parser_.has_body() && !response_body_.receiving() && !delivered_) {
    response_body_.Begin(parser_.content_length());
  }
  Body last = complete && response_body_.receiving() ? response_body_.Finish() : Body::None();
  if (!std::exchange(delivered_, true)) {
    const std::unique_ptr<ClientRequest> request = std::move(request_);
    if (response_body_.receiving()) last = Body::Stream(response_body_.Stream());
    request->listener->OnClientResponse(parser_.status(), parser_.head(), std::move(last));
  } else {
    response_body_.Settle();
  }
  Owner* const owner = owner_;
  if (complete) {
    FinishResponse();
  } else {
    SetReading(!response_body_.full());
  }
  owner->OnEvent();
}

void ClientConnection::FinishResponse() {
  receiving_ = false;
  // A response that comes before the request is complete: the rest of it is of no interest.
  usable_ = parser_.keep_alive() && !sending_ && output_.empty();
  request_body_.Drop();
  if (usable_) {
    owner_->OnIdle(*this);
  } else {
    owner_->OnGone(*this);
  }
}

void ClientConnection::OnBodyRoom() {
  if (owner_ == nullptr) return;
  if (!response_body_.dropping()) {
    SetReading(true);
    return;
  }
  // Nobody wants the rest: a new connection is cheaper than to read it.
  failure_ = "cancelled";
  AskForWork();
}

// --- the end ---

void ClientConnection::Lose(const std::string& reason) {
  Owner* const owner = owner_;
  if (owner == nullptr) return;
  if (std::unique_ptr<ClientRequest> request = std::move(request_)) {
    if (reused_ && !answered_ && request->retryable) {
      request->retryable = false;
      request_body_.Drop();
      owner->OnStale(std::move(request));
    } else {
      request->DropBody();
      request->listener->OnClientError(reason);
    }
  }
  owner->OnGone(*this);
  owner->OnEvent();
}

void ClientConnection::Release() {
  owner_ = nullptr;
  usable_ = false;
  lookup_.reset();
  SetReading(false);
  if (request_ != nullptr) request_->DropBody();
  request_.reset();
  response_body_.Fail("Network connection lost.");
  request_body_.Drop();
  output_.Clear();
}

}  // namespace isolane::http
