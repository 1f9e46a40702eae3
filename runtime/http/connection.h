// One client's connection without its socket: bytes in, requests out; responses in, bytes out. The
// order of responses, keep-alive, back-pressure, refusals and time limits are decided here.
//
// Loop thread. Owned by the object behind the socket (server_socket.h), or by a test.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/http/exchange.h"
#include "runtime/http/http_date.h"
#include "runtime/http/incoming_body.h"
#include "runtime/http/request_parser.h"
#include "runtime/http/response_head.h"
#include "runtime/http/server.h"
#include "runtime/http/web_socket_connection.h"
#include "runtime/http/write_queue.h"

namespace isolane::http {

// Milliseconds of any origin that only go on. Cheap to ask.
class Clock {
 public:
  virtual int64_t now_ms() const = 0;

 protected:
  ~Clock() = default;
};

// What all connections of a server share.
struct ServerState {
  const ServerLimits& limits;
  RequestHandler& handler;
  const Clock& clock;
  ServerTls* tls = nullptr;  // null: the connections are plain
  bool draining = false;
  HttpDate date = {};
  ExchangePool pool = {};

  std::string_view scheme() const { return tls == nullptr ? "http://" : "https://"; }
};

class Connection final : private RequestParser::Events,
                         private IncomingBody::Owner,
                         private WebSocketConnection::Owner {
 public:
  // Requests of one connection that may be announced and not yet answered.
  static constexpr size_t kMaxInFlight = 64;
  // After the last response the rest of the input is read for so long, so that the response is not
  // lost to a reset.
  static constexpr int64_t kLingerMs = 2'000;
  static constexpr uint64_t kMaxLingerBytes = 256 * 1024;

  class Transport {
   public:
    // There is something to do at the next flush.
    virtual void OnDirty() = 0;
    // wants_read() may have changed.
    virtual void OnReadingChanged() = 0;
    // As Exchange::client_address.
    virtual std::string ClientAddress() const { return {}; }

   protected:
    ~Transport() = default;
  };

  // What is to become of the socket now.
  enum class Fate : uint8_t {
    kOpen,
    kLinger,  // say that nothing more comes, read and drop the rest for a while, then close
    kClose,
    kReset,  // close so that the client cannot take what it got for complete
  };

  // Both outlive the connection.
  Connection(ServerState& server, Transport& transport);
  ~Connection() { Die(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- from the socket ---
  // Announces what is complete, and the last request when its head is.
  void Feed(std::string_view bytes);
  // The peer will send nothing more. That alone does not mean that it left: it may wait for
  // answers.
  void FeedEnd();
  // Parses what Feed kept back; after a flush with can_resume().
  void Resume();
  bool can_resume() const {
    return !held_.empty() && upgrade_ == nullptr && in_flight_ < kMaxInFlight && !HasBacklog();
  }
  // The socket is lost or closed: everybody concerned is told. The connection is of no use after.
  void Die();
  bool dead() const { return dead_; }

  // --- to the socket ---
  // Moves what responses have produced into output(). True: pipes were read.
  bool Pump();
  WriteQueue& output() { return output_; }
  // Bytes of output() were consumed.
  void OnWritten();
  Fate fate() const;
  // fate() was kLinger, and the client is told: what it still sends is dropped.
  void BeginLinger();
  bool wants_read() const;

  // The server drains.
  void BeginDrain();

  // --- time ---
  // Ends what takes too long. Called about once a second.
  void Sweep();
  // The kernel took bytes of what it was given before.
  void NoteProgress() { output_progress_ms_ = server_.clock.now_ms(); }
  // Nothing has begun: may be closed to make room.
  bool idle() const { return front_ == nullptr && !parser_.in_head() && output_.empty(); }
  int64_t idle_since_ms() const { return idle_since_ms_; }

  // --- for its exchanges ---
  // Asked for once: it stays what it is.
  std::string_view client_address();
  bool IsWriting(const ExchangeSlot& slot) const { return writing_ == &slot; }
  // How the response of `slot`, which is written now, is to be framed.
  ResponseContext ContextFor(const ExchangeSlot& slot);
  base::Body TakeIncomingBody(ExchangeSlot& slot);
  void OnAborted(ExchangeSlot& slot);
  // `slot` asked for a WebSocket and may be answered by one.
  bool MayUpgrade(const ExchangeSlot& slot) const { return upgrade_ == &slot; }
  // It is answered otherwise: what follows is HTTP.
  void DeclineUpgrade() { upgrade_ = nullptr; }
  // From now on the connection is a WebSocket, until that is over.
  void Upgrade(std::shared_ptr<base::MessageEnd> end,
               const std::optional<DeflateParameters>& deflate);
  WebSocketConnection* web_socket() { return web_socket_.get(); }
  // Something of a response can be written.
  void OnResponseNews() { transport_.OnDirty(); }

 private:
  ByteBuffer& OnHeadStart() override;
  void OnHead(const RequestInfo& info) override;
  void OnBody(std::string_view bytes) override;
  bool OnRequestEnd() override;
  bool OnUpgradeAsked() override;
  void OnBodyRoom() override;
  void OnWebSocketNews() override { transport_.OnDirty(); }
  void OnWebSocketRoom() override { transport_.OnReadingChanged(); }

  bool HasBacklog() const { return output_.size() >= OutgoingBody::kMaxQueued; }
  void Parse(std::string_view bytes);
  void Announce(ExchangeSlot& slot);
  void Refuse(const Refusal& refusal);
  void AbandonIncoming(const std::string& message);
  void StopInput();
  void Complete(ExchangeSlot& slot);

  ServerState& server_;
  Transport& transport_;
  RequestParser parser_;
  WriteQueue output_;
  IncomingBody request_body_;

  // The queue of exchanges, oldest first. `writing_` is the first whose response is not complete.
  ExchangeSlot* front_ = nullptr;
  ExchangeSlot* back_ = nullptr;
  ExchangeSlot* writing_ = nullptr;
  ExchangeSlot* incoming_ = nullptr;  // whose body is being received
  size_t in_flight_ = 0;
  ExchangeSlot* upgrade_ = nullptr;                  // asked for a WebSocket; the last of the queue
  std::unique_ptr<WebSocketConnection> web_socket_;  // it was granted

  ByteBuffer held_;  // input that waits until there are fewer in flight
  uint64_t dropped_input_ = 0;

  std::string client_address_;  // empty: nobody has asked yet

  bool dead_ = false;
  bool input_stopped_ = false;  // no further request will be read
  bool ended_ = false;          // the peer sends nothing more
  int64_t ended_since_ms_ = 0;
  bool close_after_ = false;    // close when the last response is written
  bool linger_ = false;         // the peer may still be sending then
  bool last_complete_ = false;  // a response said that the connection ends with it
  bool cut_ = false;            // close when what is in output_ is written
  bool reset_ = false;

  int64_t idle_since_ms_;
  int64_t head_since_ms_ = -1;
  int64_t input_progress_ms_;
  int64_t output_progress_ms_;
  int64_t linger_since_ms_ = -1;  // not lingering: -1
};

}  // namespace isolane::http
