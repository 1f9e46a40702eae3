// The connections of one pipeline to the network: so many at a time, further fetches wait in order.
// A connection is held from its request until all of the response has come or is not wanted, so a
// response that is complete holds none, read or not; one of connect() until it is closed.
//
// Loop thread. Owned by the pipeline; made for its first fetch() to the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace isolane::worker {

class OutboundCall;

class OutboundSlots {
 public:
  // Unread responses that still arrive are left alone for so long: they may be complete soon.
  static constexpr double kPatienceMs = 500;

  explicit OutboundSlots(size_t limit) : limit_(limit) {}

  // Some connection of connect() is open or being opened.
  bool connected() const;
  // True once, when all of them are and something waits.
  bool TakeExhausted();
  bool free() const { return running_.size() < limit_; }
  size_t limit() const { return limit_; }
  // Precondition: free().
  void Add(OutboundCall& call) { running_.push_back(&call); }
  // Its response has begun: it was used last.
  void Touch(OutboundCall& call);
  void Remove(OutboundCall& call) { std::erase(running_, &call); }

  void Wait(uint32_t call) { waiting_.push_back(call); }
  // It need not be started any more.
  void Forget(uint32_t call) { std::erase(waiting_, call); }
  bool waiting() const { return !waiting_.empty(); }
  // The first that waits. Precondition: waiting().
  uint32_t TakeWaiting();

  struct Stall {
    OutboundCall* victim = nullptr;  // cancel this one: nothing else can let a waiting fetch go on
    double look_again_ms = -1;       // in so many ms; -1: something else happens before
  };
  // A fetch waits while every connection holds a response that nobody reads. The victim is the one
  // that was used least recently, of those that can bring nothing more before somebody reads.
  Stall FindStall(double now_ms);

 private:
  const size_t limit_;
  std::vector<OutboundCall*> running_;  // used least recently first
  std::deque<uint32_t> waiting_;
  bool told_exhausted_ = false;
  double stalled_since_ms_ = -1;
  size_t stalled_bytes_ = 0;  // that had arrived then
};

}  // namespace isolane::worker
