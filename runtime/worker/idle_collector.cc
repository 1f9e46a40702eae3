#include "runtime/worker/idle_collector.h"

#include <algorithm>

#include <malloc.h>

namespace isolane::worker {

double IdleCollector::Tick(double now_ms, const std::vector<std::unique_ptr<Worker>>& workers) {
  std::vector<Worker*> all;
  for (const auto& worker : workers) all.push_back(worker.get());
  return Tick(now_ms, all);
}

double IdleCollector::Tick(double now_ms, const std::vector<Worker*>& workers) {
  seen_.resize(workers.size());
  double next = -1;
  bool collected = false;
  for (size_t i = 0; i < workers.size(); i++) {
    js::Isolate* isolate = workers[i]->isolate();
    Seen& seen = seen_[i];
    if (isolate != seen.isolate || (isolate != nullptr && isolate->entries() != seen.entries)) {
      seen = {isolate, isolate == nullptr ? 0 : isolate->entries(), now_ms, isolate == nullptr};
    }
    // One that never had an isolate has nothing to give back.
    if (seen.collected || isolate == nullptr) continue;
    double wait = seen.since_ms + kIdleMs - now_ms;
    if (wait <= 0 && !collected) {
      collected = true;
      seen.collected = true;
      collections_++;
      isolate->ReduceMemory();
      // What V8 freed lies between what it still has: without this glibc would keep most of it.
      malloc_trim(0);
      continue;
    }
    wait = std::max(wait, kPauseMs);
    next = next < 0 ? wait : std::min(next, wait);
  }
  return next;
}

}  // namespace isolane::worker
