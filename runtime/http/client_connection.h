// One connection of the client: finds its peer, sends one request at a time, reads the response.
//
// Loop thread. Owned by the client's list through loop::Handle, so it may be let go of in its own
// callbacks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/http/client.h"
#include "runtime/http/client_url.h"
#include "runtime/http/incoming_body.h"
#include "runtime/http/outgoing_body.h"
#include "runtime/http/response_parser.h"
#include "runtime/http/socket_writer.h"
#include "runtime/loop/lookup.h"
#include "runtime/loop/tcp_stream.h"

namespace isolane::http {

// A request from its Start to the head of its response.
struct ClientRequest {
  uint64_t id = 0;
  std::string packed_head;
  base::Body body;
  ClientUrl url;
  ClientListener* listener = nullptr;
  // May be sent again when a kept connection turns out to be closed: it has then not been handled,
  // or does no harm when it is handled twice (RFC 9112 9.3.1).
  bool retryable = false;

  // Nobody will read it.
  void DropBody() {
    if (body.pipe != nullptr) body.pipe->Cancel();
  }
};

class ClientConnection final : public loop::TcpStream,
                               private ResponseParser::Events,
                               private IncomingBody::Owner,
                               private base::PipeReader {
 public:
  class Owner {
   public:
    // Something has happened that a turn may want to know.
    virtual void OnEvent() = 0;
    // Call ClientConnection::Work in the loop's next iteration.
    virtual void OnWork() = 0;
    // The response is complete. The connection can be used again if usable().
    virtual void OnIdle(ClientConnection& connection) = 0;
    // The connection is of no use any more.
    virtual void OnGone(ClientConnection& connection) = 0;
    // A kept connection was closed before any of a response came.
    virtual void OnStale(std::unique_ptr<ClientRequest> request) = 0;
    // Another address of the same host is tried on another connection.
    virtual void OnNextAddress(std::unique_ptr<ClientRequest> request,
                               std::vector<sockaddr_storage> addresses) = 0;

   protected:
    ~Owner() = default;
  };

  ClientConnection(uv_loop_t* loop, Owner& owner);

  // On a new connection: looks the host up, connects and sends.
  void Open(std::unique_ptr<ClientRequest> request);
  // The same with addresses that are known; not empty.
  void OpenAt(std::unique_ptr<ClientRequest> request, std::vector<sockaddr_storage> addresses);
  // On one that is usable().
  void Send(std::unique_ptr<ClientRequest> request);

  // 0 once the head of the response has been delivered.
  uint64_t request_id() const { return request_ == nullptr ? 0 : request_->id; }
  bool usable() const { return usable_; }
  const std::string& where() const { return where_; }
  // What OnWork asked for.
  void Work();
  bool wants_work() const { return wants_work_; }
  // The owner is about to release it: nothing is called any more.
  void Release();

  size_t index = 0;        // in the client's list
  int64_t idle_since = 0;  // while it is kept

 private:
  // loop::TcpStream
  void OnRead(std::string_view bytes) override;
  void OnReadEnd(int error) override;
  void OnWriteDone(int status) override;
  void OnConnected(int status) override;

  void OnBody(std::string_view bytes) override;  // ResponseParser::Events
  void OnBodyRoom() override;                    // IncomingBody::Owner
  void OnReadable() override { AskForWork(); }   // base::PipeReader

  void OnLookup(int status, const addrinfo* addresses);
  void StartRequest();
  void Pump();
  void Deliver();
  void FinishResponse();
  void Lose(const std::string& reason);
  void AskForWork();

  Owner* owner_;  // null once released
  std::unique_ptr<ClientRequest> request_;
  std::string where_;
  loop::LookupHandle lookup_;
  std::vector<sockaddr_storage> addresses_;  // still to be tried, the first being tried

  WriteQueue output_;
  SocketWriter writer_;
  OutgoingBody request_body_;
  bool sending_ = false;  // the request's body is not complete
  bool wants_work_ = false;

  ResponseParser parser_;
  IncomingBody response_body_;
  bool receiving_ = false;  // a response is due or under way
  bool answered_ = false;   // some of it has come
  bool delivered_ = false;
  bool reused_ = false;
  bool usable_ = false;
  std::string failure_;  // found where nobody may be called
};

}  // namespace isolane::http
