// A call that a peer has made: on an entrypoint, which opens a pipeline here, or on an object of a
// request that is there already.
//
// Loop thread. Owned by Peers until it is answered and its pipeline, if it has one, is over.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/worker/dispatcher.h"
#include "runtime/worker/records.h"
#include "runtime/worker/remote_calls.h"

namespace isolane::worker {

class Peers;

class IncomingCall final : public TopLevel {
 public:
  IncomingCall(Peers& peers, uint32_t id, uint32_t link, uint32_t number)
      : peers_(peers), id_(id), link_(link), number_(number) {}

  uint32_t id() const { return id_; }
  uint32_t link() const { return link_; }
  uint32_t number() const { return number_; }

  // The call ended with its pipeline: used up limits, or the runtime stops.
  void OnFailure(int status, const std::string& text) override;
  void OnPipelineEnd() override;
  // Calls of peers are answered as calls, not as top levels.
  void OnResponse(int, std::string_view, base::Body body, bool) override { body.Cancel(); }
  bool OnWebSocket(std::string_view, std::shared_ptr<base::MessageEnd>) override { return false; }

  Limits limits;
  CallBudget budget;
  Channel channel;        // where it goes
  uint32_t pipeline = 0;  // 0: a call on an object
  uint32_t call = 0;
  bool answered = false;

 private:
  Peers& peers_;
  const uint32_t id_;
  const uint32_t link_;
  const uint32_t number_;
};

}  // namespace isolane::worker
