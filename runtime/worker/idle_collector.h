// Gives back the memory of Workers that have nothing to do.
//
// V8 collects garbage when JavaScript allocates, so a Worker that served a burst of requests and
// then none would keep what they left behind. Each idle period of an isolate ends in one full
// collection; one isolate at a time, so that a request that arrives waits for one at most (3 to 4
// ms).
//
// Loop thread. Owned by the Graph, which owns the clock and the timer too.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/worker/worker.h"

namespace isolane::worker {

class IdleCollector {
 public:
  // How long an isolate must not have been entered, and the pause between two collections. ms.
  static constexpr double kIdleMs = 5000;
  static constexpr double kPauseMs = 100;

  // Collects one isolate if one is due. Gives the ms until the next look, or -1 when all are
  // collected: then it is enough to call this after the next entry. No isolate is entered.
  double Tick(double now_ms, const std::vector<std::unique_ptr<Worker>>& workers);
  double Tick(double now_ms, const std::vector<Worker*>& workers);

  // How many collections there were.
  uint64_t collections() const { return collections_; }

 private:
  // What was seen of the worker of the same index.
  struct Seen {
    const js::Isolate* isolate = nullptr;
    uint32_t entries = 0;
    double since_ms = 0;
    bool collected = false;
  };

  std::vector<Seen> seen_;
  uint64_t collections_ = 0;
};

}  // namespace isolane::worker
