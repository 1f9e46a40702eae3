// What responders ask of the runtime, on its loop.
//
// Loop thread. Owned by the Graph; the loop outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "runtime/base/responder.h"
#include "runtime/loop/work.h"

namespace isolane::worker {

class LoopResponderHost final : public base::ResponderHost {
 public:
  // `turn(context)` is called after each piece of work.
  LoopResponderHost(loop::Loop& loop, Observer& observer, void (*turn)(void*), void* context)
      : loop_(loop), observer_(observer), turn_(turn), context_(context) {}

  void RunBlocking(std::function<void()> run, std::function<void()> done) override;
  void Log(LogLevel level, std::string_view worker, std::string_view text) override;

  // Nobody waits for what is under way any more.
  void Stop() { work_.clear(); }

 private:
  loop::Loop& loop_;
  Observer& observer_;
  void (*turn_)(void*);
  void* context_;
  uint64_t last_ = 0;
  std::unordered_map<uint64_t, loop::WorkHandle> work_;
};

}  // namespace isolane::worker
