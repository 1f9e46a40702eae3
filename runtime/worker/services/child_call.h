// One fetch() of a Worker to a service that is a program of its own: the bridge from the HTTP
// client's events to the reply of a call. Unlike a fetch to the network it takes none of its
// request's connections.
//
// Loop thread. Owned by the dispatcher until the client is done with it or it is cancelled, which
// may be long after the reply.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/http/client.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

class ChildService;

class ChildCall final : public http::ClientListener {
 public:
  ChildCall(Dispatcher& dispatcher, uint64_t number, uint32_t call)
      : number(number), call(call), dispatcher_(dispatcher) {}

  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override {
    dispatcher_.ChildAnswered(*this, status, packed_head, std::move(body));
  }
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override {
    dispatcher_.ChildSwitched(*this, packed_head, std::move(end));
  }
  void OnClientError(const std::string& message) override {
    dispatcher_.ChildFailed(*this, message);
  }
  void OnClientFinished() override { dispatcher_.ChildFinished(*this); }

  const uint64_t number;
  const uint32_t call;
  uint64_t request = 0;  // the service's number for it

 private:
  Dispatcher& dispatcher_;
};

}  // namespace isolane::worker
