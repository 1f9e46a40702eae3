// The HTTP/1.1 server: sockets in, exchanges out. Knows nothing of workers or of JavaScript.
//
// Loop thread. See step 1 of the tour in ARCHITECTURE.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <isolane/result.h>

#include "runtime/base/body.h"
#include "runtime/base/message_channel.h"

struct uv_loop_s;

namespace isolane::http {

struct ServerLimits {
  size_t head_bytes = 128 * 1024;  // request line and headers; beyond: 431
  size_t url_bytes = 16 * 1024;    // beyond: 414
  size_t headers = 512;            // beyond: 431
  uint64_t body_bytes = 0;         // 0: unlimited; beyond: 413
  // Of a body that nobody wants, read so that the next request can come; beyond: the connection is
  // closed after the response.
  uint64_t dropped_body_bytes = 128 * 1024 * 1024;
  size_t connections = 10'000;  // beyond: the oldest idle one is closed, else the new one refused
  int64_t head_timeout_ms = 30'000;  // from the first byte of a head to its end; beyond: 408
  int64_t idle_timeout_ms = 75'000;  // between requests of a kept-alive connection
  int64_t body_timeout_ms = 60'000;  // without progress while a body is read or a response written
  // A client that has closed its sending side may only have half-closed: it gets its responses as
  // long as there is progress, then it counts as gone. While the server drains: within a second.
  int64_t half_close_ms = 5'000;
};

// Told how an exchange ended. Exactly one of the two is called, once, as the last thing that
// happens to an exchange; the Exchange is gone when it returns. Neither may run JavaScript: they
// note the event.
class ExchangeListener {
 public:
  virtual ~ExchangeListener() = default;
  // The whole response, body included, was given to the kernel.
  virtual void OnResponseSent() = 0;
  // The client left (reset, or closed its end before the response was complete), a time limit ended
  // the connection, or the server was closed.
  virtual void OnClientGone() = 0;
};

// One request and its response. Owned by its connection; valid from RequestHandler::OnRequest until
// its listener was told its end.
class Exchange {
 public:
  // "METHOD\0URL\nname\0value...", see base/packed_head.h. The URL is "http://" + Host + target
  // ("https://" if the connection is secure), or the target itself when that is absolute.
  virtual std::string_view packed_head() const = 0;
  virtual bool is_head_request() const = 0;
  // The client's address without its port: "127.0.0.1", "::1"; empty if it is not known.
  virtual std::string_view client_address() const = 0;
  // The request's body; once. Complete bytes when they came in the same read as the head, else a
  // pipe. If it is never taken, or its reader lets go, the rest is read and dropped (up to a bound,
  // then the connection is closed after the response).
  virtual base::Body TakeBody() = 0;

  virtual void set_listener(ExchangeListener* listener) = 0;

  // Answers; once. `packed_head` is "STATUS TEXT\nname\0value..." and borrowed until return; an
  // empty status text gets the standard one. Framing headers are the server's business: a given
  // content-length is kept only for HEAD, 304 or when the body's length is unknown;
  // transfer-encoding and connection are dropped. `content-encoding: gzip|br|deflate` compresses
  // the body on its way out unless `already_encoded`. Written when the server is flushed.
  virtual void Respond(int status, std::string_view packed_head, base::Body body,
                       bool already_encoded) = 0;
  // Answers with status 101 and makes the connection a WebSocket, whose wire is `end`; once.
  // `packed_head` as in Respond; a sec-websocket-extensions in it limits what is agreed on (see
  // AnswerDeflate). OnResponseSent follows when both sides have closed. packed_head() is empty from
  // then on. A request that wants a WebSocket but does not ask as RFC 6455 has it is refused, and
  // `end` let go of. False, with nothing done, for any other request.
  virtual bool UpgradeToWebSocket(std::string_view packed_head,
                                  std::shared_ptr<base::MessageEnd> end) = 0;
  // The response cannot be completed: cuts the connection (after what was written), so that the
  // client sees a truncated message. Calls the listener's OnClientGone.
  virtual void Abort() = 0;

 protected:
  ~Exchange() = default;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // Whether a connection that was just accepted may stay; `socket` is its file descriptor. One that
  // may not is reset.
  virtual bool Admits(int socket) {
    (void)socket;
    return true;
  }
  // A complete head (and perhaps a complete body) has arrived. Must not call Server::Flush.
  virtual void OnRequest(Exchange& exchange) = 0;
  // All that one read or one event of the loop brought has been announced: the handler runs its
  // turn now, then calls Server::Flush.
  virtual void OnBatchEnd() = 0;
};

class ServerTls;

struct ServerAddress {
  std::string ip;
  int port = 0;              // 0: a free one
  ServerTls* tls = nullptr;  // null: plain HTTP. Outlives the server
};

class Server {
 public:
  // `handler` and `loop` outlive the server. Fails when the address cannot be bound: the error
  // names address and cause.
  static Result<std::unique_ptr<Server>> Listen(uv_loop_s* loop, const ServerAddress& address,
                                                const ServerLimits& limits,
                                                RequestHandler& handler);
  virtual ~Server() = default;

  virtual int port() const = 0;
  // Writes what responses have produced since the last call: one system call per connection.
  // Listeners are told in it: OnResponseSent calls for no turn by itself (look at the run queue
  // again after Flush); where a client is gone or a pipe has room again, OnBatchEnd follows from
  // the loop.
  virtual void Flush() = 0;
  // Stops accepting; idle connections are closed, busy ones get "Connection: close" on their
  // response, WebSockets a close with 1001. `done` is called when the last one is gone.
  virtual void Drain(void (*done)(void*), void* context) = 0;
  // Ends everything at once. The object may be destroyed after the loop has run the close callbacks
  // (its memory is released by them if it is destroyed earlier).
  virtual void CloseNow() = 0;
  virtual size_t connections() const = 0;
  // For tests: time limits see a clock that is so much further from now on.
  virtual void AdvanceForTest(int64_t milliseconds) = 0;
};

}  // namespace isolane::http
