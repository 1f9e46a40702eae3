// The ports of one Runtime: each an HTTP server and what it leads to.
//
// Loop thread. Owned by the Graph; the dispatcher outlives it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <isolane/result.h>

#include "runtime/http/server.h"
#include "runtime/http/server_tls.h"

namespace isolane::worker {

struct DoorAddress {
  std::string ip;
  int port = 0;
  // PEM; nothing: plain HTTP.
  std::optional<http::ServerIdentity> identity = {};
};

class FrontDoors {
 public:
  FrontDoors() = default;
  FrontDoors(const FrontDoors&) = delete;
  FrontDoors& operator=(const FrontDoors&) = delete;

  // Gives the port. For "localhost" both of its addresses, the second if the machine has it and
  // the port is free there.
  Result<int> Open(uv_loop_s* loop, const DoorAddress& address, const http::ServerLimits& limits,
                   std::unique_ptr<http::RequestHandler> frontend);
  bool empty() const { return doors_.empty(); }

  void Flush();
  // `done` is called once, when the last connection of all of them is gone. Not without any door.
  void Drain(void (*done)(void*), void* context);
  void CloseNow();
  // They are closed, and their memory goes with the loop's next iteration.
  void Clear() { doors_.clear(); }

 private:
  struct Door {
    // Destroyed in reverse: servers call their frontend.
    std::unique_ptr<http::RequestHandler> frontend;
    std::unique_ptr<http::ServerTls> tls;  // null: plain HTTP
    std::vector<std::unique_ptr<http::Server>> servers;
  };

  std::vector<Door> doors_;
  size_t draining_ = 0;
  void (*drained_)(void*) = nullptr;
  void* drained_context_ = nullptr;
};

}  // namespace isolane::worker
