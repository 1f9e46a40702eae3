// Calls between Workers of two processes, as the dispatcher sees them: who carries them. What is
// called here by a peer is a call like any other, with Call::from_peer in the place of a caller; a
// call that leaves waits with Call::at_peer for Dispatcher::AnswerFromPeer.
//
// Loop thread. Owned by the Graph; the dispatcher outlives it.
#pragma once

#include <cstdint>

namespace isolane::worker {

struct Call;

// What is left for the calls below a pipeline.
struct CallBudget {
  int64_t subrequests = 0;
  int64_t cpu_us = 0;
};

class RemoteCalls {
 public:
  virtual ~RemoteCalls() = default;

  // Takes what the call carries and sends it to where its channel or its object is. If that cannot
  // be, the call is answered from here.
  virtual void Send(Call& call) = 0;
  // Nobody waits for its answer any more: it is the caller's to free.
  virtual void CancelCall(uint32_t call) = 0;
  // The same of all calls of an invocation, which are freed here.
  virtual void CancelCallsFrom(uint32_t invocation) = 0;
  // The pipeline is over, and what it has called may be too; calls that wait are freed here.
  virtual void EndCallsOf(uint32_t pipeline) = 0;
  // A call of a peer has its answer, or its error. Takes what it carries.
  virtual void Answer(Call& call) = 0;
  // Nobody here holds a stub of the peer's object any more.
  virtual void DropObject(uint32_t link, uint32_t number) = 0;
};

}  // namespace isolane::worker
