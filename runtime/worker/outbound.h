// One fetch() or connect() to the network: the bridge from the HTTP client's events to the reply of
// a call.
//
// Loop thread. Owned by the dispatcher until the client is done with it or it is cancelled, which
// may be long after the reply: until then it holds one of its pipeline's connections.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/http/client.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

class OutboundCall final : public http::ClientListener {
 public:
  OutboundCall(Dispatcher& dispatcher, const Call& call, const Worker& worker)
      : dispatcher_(dispatcher),
        call_(call.id),
        pipeline_(call.pipeline),
        worker_(worker),
        connects_(call.kind == CallKind::kConnect) {}

  uint32_t call() const { return call_; }
  uint32_t pipeline() const { return pipeline_; }
  const Worker& worker() const { return worker_; }
  bool connects() const { return connects_; }

  // The response's body, when nobody awaits more of it. Null while something else is under way.
  const base::Pipe* unread() const {
    const std::shared_ptr<base::Pipe> pipe = body_.lock();
    const bool unread =
        pipe != nullptr && !pipe->awaited() && pipe->state() != base::Pipe::State::kCancelled;
    return unread ? pipe.get() : nullptr;
  }

  void set_body(const std::shared_ptr<base::Pipe>& pipe) { body_ = pipe; }

  void OnClientResponse(int status, std::string_view packed_head, base::Body body) override {
    dispatcher_.OutboundAnswered(*this, status, packed_head, std::move(body), {});
  }
  void OnClientWebSocket(std::string_view packed_head,
                         std::shared_ptr<base::MessageEnd> end) override {
    dispatcher_.OutboundSwitched(*this, packed_head, std::move(end));
  }
  void OnClientSocket(std::shared_ptr<base::Pipe> received) override {
    dispatcher_.OutboundConnected(*this, std::move(received));
  }
  void OnClientError(const std::string& message) override {
    dispatcher_.OutboundAnswered(*this, 0, {}, {}, message);
    dispatcher_.OutboundFinished(*this);
  }
  void OnClientFinished() override { dispatcher_.OutboundFinished(*this); }

  uint64_t request = 0;  // the client's number for it

 private:
  Dispatcher& dispatcher_;
  const uint32_t call_;
  const uint32_t pipeline_;
  const Worker& worker_;
  const bool connects_;
  std::weak_ptr<base::Pipe> body_;  // as it was handed on, decoded
};

}  // namespace isolane::worker
