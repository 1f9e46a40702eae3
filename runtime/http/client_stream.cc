#include "runtime/http/client_stream.h"

#include <cstring>
#include <utility>

#include "runtime/http/address_rules.h"

namespace isolane::http {
namespace {

// Encrypted at a time: what the socket does not take waits in memory.
constexpr size_t kEncryptStep = 64 * 1024;

std::string Seconds(uint64_t ms) {
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

const sockaddr* Plain(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

std::string Text(int error) { return std::string(loop::TcpStream::ErrorText(error)); }

}  // namespace

ClientStream::ClientStream(ClientContext& context, WriteQueue& output, Events& events)
    : context_(context),
      output_(output),
      events_(events),
      timer_(loop::Timer::Create(
          context.loop, [](void* self) { static_cast<ClientStream*>(self)->OnTimeout(); }, this)) {}

ClientStream::~ClientStream() { Close(); }

void ClientStream::Close() {
  stage_ = Stage::kClosed;
  lookup_.reset();
  socket_.reset();
  if (timer_ != nullptr) timer_->Stop();
}

void ClientStream::Enter(Stage stage, uint64_t limit_ms) {
  stage_ = stage;
  timer_->Start(limit_ms);
}

void ClientStream::Fail(std::string reason) {
  Close();
  events_.OnOpenFailed(reason);
}

void ClientStream::FailLater(std::string reason) {
  failure_ = std::move(reason);
  timer_->Start(0);
}

void ClientStream::OnTimeout() {
  if (!failure_.empty()) {
    Fail(std::move(failure_));
    return;
  }
  const ClientLimits& limits = context_.options.limits;
  switch (stage_) {
    case Stage::kLookup:
      Fail("cannot resolve " + route_.host() + ": no answer within " + Seconds(limits.connect_ms));
      return;
    case Stage::kConnect:
      if (next_address_ < addresses_.size()) {
        TryAddress();
        return;
      }
      Fail("connect to " + route_.Subject() + ": not connected within " +
           Seconds(limits.connect_ms));
      return;
    case Stage::kTunnel:
      Fail("the proxy " + route_.proxy->where + " did not answer CONNECT " + route_.url.where() +
           " within " + Seconds(limits.connect_ms));
      return;
    case Stage::kTls:
      Fail("the TLS handshake with " + route_.Subject() + " was not complete within " +
           Seconds(limits.tls_handshake_ms));
      return;
    case Stage::kIdle:
    case Stage::kOpen:
    case Stage::kClosed:
      return;
  }
}

// --- opening ---

void ClientStream::Open(const ClientRoute& route) {
  route_ = route;
  if (route_.url.https && FindContext(route_.trust) == nullptr) return;
  // A proxy looks names up itself; what can be refused here is an address.
  sockaddr_storage target{};
  const bool literal = loop::Lookup::ParseAddress(route_.url.host, route_.url.port, &target);
  if (route_.proxy != nullptr && context_.options.public_only && literal &&
      !IsPublicAddress(Plain(target))) {
    FailLater(route_.Asked() + " is refused: " + AddressText(Plain(target)) +
              " is not a public address (--public-only)");
    return;
  }
  // OPTIMIZATION: a look-up goes to another thread, which an address does not need.
  sockaddr_storage address{};
  if (loop::Lookup::ParseAddress(route_.host(), route_.port(), &address)) {
    UseAddresses({address});
    return;
  }
  Enter(Stage::kLookup, context_.options.limits.connect_ms);
  lookup_ = loop::Lookup::Start(
      context_.loop, route_.host(), route_.port(),
      [](void* self, int status, const addrinfo* addresses) {
        static_cast<ClientStream*>(self)->OnLookup(status, addresses);
      },
      this);
}

// Null: FailLater was called.
TlsContext* ClientStream::FindContext(TlsTrust trust) {
  if (trust == TlsTrust::kNothing) {
    auto& unverified = context_.unverified_tls;
    if (unverified == nullptr) unverified = TlsContext::CreateWithoutAuthorities();
    return unverified.get();
  }
  if (context_.tls != nullptr) return context_.tls.get();
  auto made = TlsContext::Create(context_.options.authorities);
  if (!made.ok()) {
    FailLater(made.error().message + " " + made.error().hint);
    return nullptr;
  }
  context_.tls = std::move(made).value();
  return context_.tls.get();
}

void ClientStream::OnLookup(int status, const addrinfo* addresses) {
  if (stage_ != Stage::kLookup) return;
  if (status != 0) {
    Fail("cannot resolve " + route_.host() + ": " + Text(status));
    return;
  }
  std::vector<sockaddr_storage> found;
  for (; addresses != nullptr; addresses = addresses->ai_next) {
    std::memcpy(&found.emplace_back(), addresses->ai_addr, addresses->ai_addrlen);
  }
  UseAddresses(std::move(found));
}

// Checked here, after the name was resolved, and what is checked is what is connected to: a name
// that leads elsewhere the next time gains nothing.
void ClientStream::UseAddresses(std::vector<sockaddr_storage> addresses) {
  if (context_.options.public_only && route_.proxy == nullptr) {
    std::string refused;
    std::erase_if(addresses, [&](const sockaddr_storage& address) {
      if (IsPublicAddress(Plain(address))) return false;
      if (refused.empty()) refused = AddressText(Plain(address));
      return true;
    });
    if (addresses.empty()) {
      FailLater(route_.Asked() + " is refused: " +
                (refused == route_.host() ? refused : "it leads to " + refused + ", which") +
                " is not a public address (--public-only)");
      return;
    }
  }
  const auto& is_hidden = context_.options.is_hidden;
  if (is_hidden && is_hidden(route_.port())) [[unlikely]] {
    std::erase_if(addresses,
                  [](const sockaddr_storage& address) { return IsOwnAddress(Plain(address)); });
    if (addresses.empty()) {
      FailLater("connect to " + route_.Subject() + ": connection refused");
      return;
    }
  }
  addresses_ = std::move(addresses);
  next_address_ = 0;
  TryAddress();
}

void ClientStream::TryAddress() {
  const sockaddr_storage& address = addresses_[next_address_++];
  // The timer covers an error that is found at once, too.
  socket_.reset(new Socket(*this));
  Enter(Stage::kConnect, context_.options.limits.connect_ms);
  const int error = socket_->Connect(Plain(address));
  if (error == 0) return;
  if (next_address_ < addresses_.size()) {
    timer_->Start(0);
    return;
  }
  FailLater("connect to " + route_.Subject() + ": " + Text(error));
}

void ClientStream::OnConnected(int status) {
  if (stage_ != Stage::kConnect) return;
  if (status != 0) {
    if (next_address_ < addresses_.size()) {
      TryAddress();
    } else {
      Fail("connect to " + route_.Subject() + ": " + Text(status));
    }
    return;
  }
  if (route_.tunnel()) {
    StartTunnel();
  } else if (route_.url.https) {
    StartTls(route_.url.host, route_.trust);
  } else {
    BecomeOpen();
  }
}

void ClientStream::StartTunnel() {
  Enter(Stage::kTunnel, context_.options.limits.connect_ms);
  tunnel_ = std::make_unique<ResponseParser>(static_cast<ResponseParser::Events&>(*this));
  tunnel_->Begin(ResponseParser::Asked::kHead);
  ByteBuffer& head = wire_.tail();
  // Also with the default port, which the Host header of a request would leave out.
  head.Append("CONNECT " + route_.url.where() + " HTTP/1.1\r\nhost: " + route_.url.where() +
              "\r\n");
  if (!route_.proxy->authorization.empty()) {
    head.Append("proxy-authorization: " + route_.proxy->authorization + "\r\n");
  }
  head.Append("\r\n");
  if (writer_.Write(*socket_, wire_) == SocketWriter::Outcome::kFailed) {
    FailLater("the proxy " + route_.proxy->where + " closed the connection");
    return;
  }
  socket_->SetReading(true);
}

void ClientStream::ReadTunnel(std::string_view bytes) {
  tunnel_->Feed(bytes);
  const std::string& proxy = route_.proxy->where;
  switch (tunnel_->state()) {
    case ResponseParser::State::kHead:
    case ResponseParser::State::kBody:
      return;
    case ResponseParser::State::kFailed:
      Fail("malformed answer from the proxy " + proxy + ": " + tunnel_->error());
      return;
    case ResponseParser::State::kComplete:
      break;
  }
  const int status = tunnel_->status();
  if (status >= 200 && status <= 299) {
    if (route_.url.https) {
      StartTls(route_.url.host, route_.trust);
    } else {
      BecomeOpen();
    }
    return;
  }
  std::string reason = "the proxy " + proxy + " refused a connection to " + route_.url.where() +
                       ": status " + std::to_string(status);
  if (status == 407) {
    reason +=
        " (put the credentials it wants into the proxy's URL, http://USER:PASSWORD@HOST:PORT)";
  }
  Fail(std::move(reason));
}

void ClientStream::StartTls(const std::string& host, TlsTrust trust) {
  Enter(Stage::kTls, context_.options.limits.tls_handshake_ms);
  TlsContext* const context = FindContext(trust);
  if (context == nullptr) return;
  tls_ = std::make_unique<TlsSession>(*context, host, route_.url.where(),
                                      TlsClientOptions{!route_.raw, trust});
  tls_->Start();
  if (tls_->state() == TlsSession::State::kFailed) {
    FailLater(tls_->error());
    return;
  }
  if (FlushTls()) socket_->SetReading(true);
}

void ClientStream::Upgrade(const SocketUpgrade& upgrade) {
  socket_->SetReading(false);
  stage_ = Stage::kTls;
  StartTls(upgrade.host, upgrade.trust);
}

void ClientStream::ShutDown() {
  if (tls_ != nullptr) {
    tls_->Close();
    tls_->TakeOutput(wire_.tail());
    // A failure is told by what is read.
    if (!wire_.empty()) writer_.Write(*socket_, wire_);
  }
  socket_->ShutDown();
}

bool ClientStream::FlushTls() {
  tls_->TakeOutput(wire_.tail());
  if (write_pending() || wire_.empty()) return true;
  if (writer_.Write(*socket_, wire_) != SocketWriter::Outcome::kFailed) return true;
  FailLater(route_.Subject() + " closed the connection");
  return false;
}

void ClientStream::BecomeOpen() {
  stage_ = Stage::kOpen;
  timer_->Stop();
  tunnel_.reset();
  events_.OnOpen();
}

// --- reading ---

void ClientStream::SetReading(bool on) {
  if (socket_ != nullptr) socket_->SetReading(on);
}

void ClientStream::OnRead(std::string_view bytes) {
  if (stage_ == Stage::kTunnel) {
    ReadTunnel(bytes);
    return;
  }
  if (tls_ == nullptr) {
    events_.OnBytes(bytes);
    return;
  }
  plain_.Clear();
  tls_->Receive(bytes, plain_);
  // Keys may have to be changed, or the peer is told why the handshake fails.
  if (tls_->state() != TlsSession::State::kEnded) {
    tls_->TakeOutput(wire_.tail());
    if (!write_pending() && !wire_.empty()) writer_.Write(*socket_, wire_);
  }
  if (stage_ == Stage::kTls) {
    if (tls_->state() == TlsSession::State::kHandshake) return;
    if (tls_->state() == TlsSession::State::kFailed) {
      Fail(tls_->error());
      return;
    }
    socket_->SetReading(false);
    BecomeOpen();
    if (stage_ != Stage::kOpen) return;
  }
  // All of it at once: the owner may begin another request from within OnBytes.
  if (!plain_.empty()) events_.OnBytes(plain_.view());
  if (stage_ != Stage::kOpen) return;
  if (tls_->state() == TlsSession::State::kEnded) {
    socket_->SetReading(false);
    events_.OnBytesEnd({});
  } else if (tls_->state() == TlsSession::State::kFailed) {
    socket_->SetReading(false);
    events_.OnBytesEnd(tls_->error());
  }
}

void ClientStream::OnReadEnd(int error) {
  const bool orderly = error == UV_EOF;
  switch (stage_) {
    case Stage::kTunnel:
      Fail("the proxy " + route_.proxy->where +
           (orderly ? " closed the connection before it had answered" : ": " + Text(error)));
      return;
    case Stage::kTls:
      Fail("the TLS handshake with " + route_.Subject() +
           " failed: " + (orderly ? "the connection was closed" : Text(error)));
      return;
    case Stage::kOpen:
      if (orderly && tls_ != nullptr) {
        // Without TLS's own end anybody on the way may have cut it.
        events_.OnBytesEnd(route_.Subject() +
                           " closed the connection without the end that TLS demands");
      } else {
        events_.OnBytesEnd(orderly ? std::string() : route_.Subject() + ": " + Text(error));
      }
      return;
    default:
      return;
  }
}

// --- writing ---

SocketWriter::Outcome ClientStream::Write() {
  if (tls_ == nullptr) return writer_.Write(*socket_, output_);
  size_t taken = 0;
  bool alive = true;
  output_.Gather([&](const char* data, size_t size) {
    const size_t part = size < kEncryptStep - taken ? size : kEncryptStep - taken;
    alive = tls_->Send({data, part});
    taken += part;
    return alive && taken < kEncryptStep;
  });
  if (!alive) return SocketWriter::Outcome::kFailed;
  output_.Consume(taken);
  tls_->TakeOutput(wire_.tail());
  return writer_.Write(*socket_, wire_);
}

bool ClientStream::TakeWriteProgress() {
  return socket_ != nullptr && writer_.TakeProgress(*socket_);
}

void ClientStream::OnWriteDone(int status) {
  if (stage_ == Stage::kClosed) return;
  if (status < 0) {
    const std::string reason = route_.Subject() + ": " + Text(status);
    if (stage_ == Stage::kOpen) {
      events_.OnWriteFailed(reason);
    } else {
      Fail(reason);
    }
    return;
  }
  const bool plain = tls_ == nullptr && stage_ == Stage::kOpen;
  writer_.OnDone(plain ? output_ : wire_);
  if (!plain && !wire_.empty()) {
    if (writer_.Write(*socket_, wire_) == SocketWriter::Outcome::kFailed) return;  // read tells
    if (write_pending()) return;
  }
  if (stage_ == Stage::kOpen) events_.OnWritten();
}

void ClientStream::Ref() {
  if (socket_ != nullptr) socket_->Ref();
}

void ClientStream::Unref() {
  if (socket_ != nullptr) socket_->Unref();
}

}  // namespace isolane::http
