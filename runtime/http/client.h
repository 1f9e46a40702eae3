// Outbound HTTP/1.1: what a Worker's global fetch() reaches the network with. And plain
// connections, which connect() of "cloudflare:sockets" gives.
//
// http and https, kept connections, proxies, limits in time (client_options.h). Bodies are handed
// on as they come: what content-encoding says is the listener's business (decoded_body.h).
//
// Loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/body.h"
#include "runtime/base/message_channel.h"
#include "runtime/http/client_options.h"
#include "runtime/http/socket_target.h"

struct uv_loop_s;

namespace isolane::http {

// Receives the outcome of one outbound request. Exactly one of the first three is called, once;
// none may run JavaScript. Not called after Cancel.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  // `packed_head` as in base/packed_head.h, borrowed until return. The body's pipe goes on by
  // itself.
  virtual void OnClientResponse(int status, std::string_view packed_head, base::Body body) = 0;
  // Instead of OnClientResponse: the peer has agreed to a WebSocket, which is what is sent to
  // `end`.
  virtual void OnClientWebSocket(std::string_view packed_head,
                                 std::shared_ptr<base::MessageEnd> end) = 0;
  // Of Connect and StartTls, in the place of OnClientResponse: the connection is open, and
  // `received` is what comes.
  virtual void OnClientSocket(std::shared_ptr<base::Pipe> /*received*/) {}
  // Cause in words: "connect to 127.0.0.1:9: connection refused".
  virtual void OnClientError(const std::string& message) = 0;
  // Some time after OnClientSocket, never before: the connection is closed, both ways.
  //
  // Some time after OnClientResponse: the connection is done with this response, because all of it
  // has come, or it broke off, or nobody wants the rest. What is left of the body waits in its
  // pipe.
  virtual void OnClientFinished() {}
};

class Client {
 public:
  // `batch_end` is called after each loop event in which the client called a listener or moved
  // bytes into a pipe, so that the owner can run a turn.
  static std::unique_ptr<Client> Create(uv_loop_s* loop, ClientOptions options,
                                        void (*batch_end)(void*), void* context);
  virtual ~Client() = default;

  // Starts a request. `packed_head` is "METHOD\0URL\nname\0value...", copied. Returns an id for
  // Cancel; 0 is never an id.
  virtual uint64_t Start(std::string_view packed_head, base::Body body,
                         ClientListener* listener) = 0;
  // Opens a connection for bytes that are no HTTP, straight, whatever proxies there are: `sent` is
  // what the peer gets, and its end too. Returns an id, as Start.
  virtual uint64_t Connect(const SocketTarget& target, std::shared_ptr<base::Pipe> sent,
                           ClientListener* listener) = 0;
  // Takes over the open connection `id`: what was written to it is sent, then TLS begins. What it
  // received ends, its listener is forgotten. Returns an id, 0 if there is no such connection.
  virtual uint64_t StartTls(uint64_t id, const SocketUpgrade& upgrade,
                            std::shared_ptr<base::Pipe> sent, ClientListener* listener) = 0;
  // Forgets the listener and closes the connection of a request that is not finished. The body of
  // its response, when that is under way, fails with `reason`.
  virtual void Cancel(uint64_t id, const std::string& reason) = 0;
  // Ends everything at once; pending listeners are forgotten.
  virtual void CloseNow() = 0;
};

}  // namespace isolane::http
