// One fetch() to the network: the bridge from the HTTP client's events to the reply of a call.
//
// Loop thread. Owned by the dispatcher until the reply is delivered or the call is cancelled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/http/client.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

class OutboundCall final : public http::ClientListener {
 public:
  OutboundCall(Dispatcher& dispatcher, uint32_t call) : dispatcher_(dispatcher), call_(call) {}

  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override {
    if (body.kind == base::Body::Kind::kPipe) body.pipe->outside = true;
    dispatcher_.OutboundAnswered(call_, status, packed_head, std::move(body), {});
  }
  void OnClientError(const std::string& message) override {
    dispatcher_.OutboundAnswered(call_, 0, {}, {}, message);
  }

 private:
  Dispatcher& dispatcher_;
  const uint32_t call_;
};

}  // namespace isolane::worker
