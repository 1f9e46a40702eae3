#include "runtime/worker/outbound_slots.h"

#include <algorithm>
#include <utility>

#include "runtime/worker/outbound.h"

namespace isolane::worker {

void OutboundSlots::Touch(OutboundCall& call) {
  Remove(call);
  Add(call);
}

bool OutboundSlots::connected() const {
  return std::any_of(running_.begin(), running_.end(),
                     [](const OutboundCall* call) { return call->connects(); });
}

bool OutboundSlots::TakeExhausted() {
  const bool exhausted = waiting() && !free() &&
                         std::all_of(running_.begin(), running_.end(),
                                     [](const OutboundCall* call) { return call->connects(); });
  return exhausted && !std::exchange(told_exhausted_, true);
}

uint32_t OutboundSlots::TakeWaiting() {
  const uint32_t call = waiting_.front();
  waiting_.pop_front();
  return call;
}

OutboundSlots::Stall OutboundSlots::FindStall(double now_ms) {
  OutboundCall* oldest = nullptr;
  OutboundCall* full = nullptr;
  bool all_full = true;
  size_t bytes = 0;
  bool stalled = waiting() && !free();
  for (OutboundCall* call : running_) {
    if (!stalled) break;
    // A socket is never taken from the Worker; what it has of responses is.
    if (call->connects()) continue;
    const base::Pipe* const pipe = call->unread();
    stalled = pipe != nullptr;
    if (!stalled) break;
    if (oldest == nullptr) oldest = call;
    bytes += pipe->queued();
    if (pipe->writable()) {
      all_full = false;
    } else if (full == nullptr) {
      full = call;
    }
  }
  if (!stalled || oldest == nullptr) {
    stalled_since_ms_ = -1;
    return {};
  }
  if (stalled_since_ms_ < 0 || bytes != stalled_bytes_) stalled_since_ms_ = now_ms;
  stalled_bytes_ = bytes;
  const double left = stalled_since_ms_ + kPatienceMs - now_ms;
  if (!all_full && left > 0) return {nullptr, left};
  stalled_since_ms_ = -1;
  return {full != nullptr ? full : oldest, -1};
}

}  // namespace isolane::worker
