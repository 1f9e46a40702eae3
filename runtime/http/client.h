// Outbound HTTP/1.1: what a Worker's global fetch() reaches the network with.
//
// Loop thread. Plain http only for now: https fails with an error that says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/base/body.h"

struct uv_loop_s;

namespace isolane::http {

// Receives the outcome of one outbound request. Exactly one of the two is called, once; neither may
// run JavaScript. Not called after Cancel.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  // `packed_head` as in base/packed_head.h, borrowed until return. The body's pipe goes on by
  // itself.
  virtual void OnClientResponse(int status, std::string_view packed_head, base::Body body) = 0;
  // Cause in words: "connect to 127.0.0.1:9: connection refused".
  virtual void OnClientError(const std::string& message) = 0;
};

class Client {
 public:
  // `batch_end` is called after each loop event in which the client called a listener or moved
  // bytes into a pipe, so that the owner can run a turn.
  static std::unique_ptr<Client> Create(uv_loop_s* loop, void (*batch_end)(void*), void* context);
  virtual ~Client() = default;

  // Starts a request. `packed_head` is "METHOD\0URL\nname\0value...", copied. A Host header is
  // added unless there is one. Returns an id for Cancel; 0 is never an id.
  virtual uint64_t Start(std::string_view packed_head, base::Body body,
                         ClientListener* listener) = 0;
  // Forgets the listener and closes the connection of a request whose head has not arrived.
  virtual void Cancel(uint64_t id) = 0;
  // Ends everything at once; pending listeners are forgotten.
  virtual void CloseNow() = 0;
};

}  // namespace isolane::http
