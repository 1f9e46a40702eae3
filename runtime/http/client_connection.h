// One connection of the client: opens its stream, sends one request at a time, reads the response.
//
// Loop thread. Owned by the client's list. It may be released in its own callbacks; its memory goes
// in the loop's next iteration.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/http/client.h"
#include "runtime/http/client_route.h"
#include "runtime/http/client_stream.h"
#include "runtime/http/incoming_body.h"
#include "runtime/http/outgoing_body.h"
#include "runtime/http/response_parser.h"
#include "runtime/http/web_socket_connection.h"
#include "runtime/http/web_socket_handshake.h"
#include "runtime/loop/timer.h"

namespace isolane::http {

// A request from its Start to the end of its response.
struct ClientRequest {
  uint64_t id = 0;
  std::string packed_head;
  base::Body body;
  ClientRoute route;
  ClientListener* listener = nullptr;
  // May be sent again when a kept connection turns out to be closed: it has then not been handled,
  // or does no harm when it is handled twice (RFC 9112 9.3.1).
  bool retryable = false;

  // It asks for a WebSocket; made when it is sent.
  std::optional<WebSocketAsk> web_socket = {};

  // Nobody will read it.
  void DropBody() {
    if (body.pipe != nullptr) body.pipe->Cancel();
  }
};

class ClientConnection final : private ClientStream::Events,
                               private ResponseParser::Events,
                               private IncomingBody::Owner,
                               private base::PipeReader,
                               private WebSocketConnection::Owner {
 public:
  class Owner {
   public:
    // Something has happened that a turn may want to know.
    virtual void OnEvent() = 0;
    // Call ClientConnection::Work in the loop's next iteration.
    virtual void OnWork(ClientConnection& connection) = 0;
    // The response is complete. The connection can be used again if usable().
    virtual void OnIdle(ClientConnection& connection) = 0;
    // The connection is of no use any more.
    virtual void OnGone(ClientConnection& connection) = 0;
    // A kept connection was closed before any of a response came.
    virtual void OnStale(std::unique_ptr<ClientRequest> request) = 0;

   protected:
    ~Owner() = default;
  };

  ClientConnection(ClientContext& context, Owner& owner);
  ~ClientConnection() override = default;

  // On a new connection.
  void Open(std::unique_ptr<ClientRequest> request);
  // On one that is usable().
  void Send(std::unique_ptr<ClientRequest> request);

  // 0 when no request is under way.
  uint64_t request_id() const { return request_ == nullptr ? 0 : request_->id; }
  bool usable() const { return usable_; }
  const std::string& key() const { return key_; }
  // What OnWork asked for.
  void Work();
  bool wants_work() const { return wants_work_; }
  void Ref() { stream_.Ref(); }
  void Unref() { stream_.Unref(); }
  // The owner lets go of it: nothing is called any more. A body that is under way fails with
  // `reason`.
  void Release(const std::string& reason);

  size_t index = 0;        // in the client's list
  int64_t idle_since = 0;  // while it is kept

 private:
  // ClientStream::Events
  void OnOpen() override;
  void OnOpenFailed(const std::string& reason) override { Lose(reason); }
  void OnBytes(std::string_view bytes) override;
  void OnBytesEnd(const std::string& reason) override;
  void OnWritten() override;
  void OnWriteFailed(const std::string& reason) override { Lose(reason); }

  void OnBody(std::string_view bytes) override;  // ResponseParser::Events
  void OnBodyRoom() override;                    // IncomingBody::Owner
  void OnReadable() override { AskForWork(); }   // base::PipeReader
  // WebSocketConnection::Owner
  void OnWebSocketNews() override { AskForWork(); }
  void OnWebSocketRoom() override;

  void StartRequest();
  void Pump();
  void Deliver();
  void FinishResponse();
  void SwitchToWebSocket();
  void RestWebSocket();
  void WatchWebSocket();
  void Lose(const std::string& reason, const std::string& body_reason = "Network connection lost.");
  void AskForWork();
  void WatchProgress();
  void OnProgressTimer();

  ClientContext& context_;
  Owner* owner_;  // null once released
  std::unique_ptr<ClientRequest> request_;
  std::string key_;
  std::string subject_;  // for messages

  WriteQueue output_;
  ClientStream stream_;
  OutgoingBody request_body_;
  bool sending_ = false;  // the request's body is not complete
  bool wants_work_ = false;

  ResponseParser parser_;
  IncomingBody response_body_;
  std::unique_ptr<WebSocketConnection> web_socket_;  // it has become one
  bool receiving_ = false;                           // a response is due or under way
  bool answered_ = false;                            // some of it has come
  bool delivered_ = false;
  bool reused_ = false;
  bool usable_ = false;
  std::string failure_;  // found where nobody may be called

  // While a response is due or under way, or something of a WebSocket is.
  loop::Handle<loop::Timer> progress_timer_;
  uint64_t progress_at_ = 0;  // when the peer was last heard, or took something
};

}  // namespace isolane::http
