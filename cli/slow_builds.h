// Says that builds take long while requests are served: after 5 s, 10 s, 20 s and so on
// (Progress::Pause). The first builds, for which nothing else happens, have Progress itself.
//
// Loop thread.
#pragma once

#include <chrono>
#include <functional>

#include "runtime/loop/handle.h"
#include "runtime/loop/timer.h"

namespace isolane::loop {
class Loop;
}

namespace isolane::cli {

class SlowBuilds {
 public:
  // `say` is told how long it has been.
  SlowBuilds(loop::Loop& loop, std::function<void(std::chrono::seconds)> say);
  SlowBuilds(const SlowBuilds&) = delete;
  SlowBuilds& operator=(const SlowBuilds&) = delete;

  // Builds are under way; nothing if they were.
  void Begin();
  void End();

 private:
  void Wait();

  const std::function<void(std::chrono::seconds)> say_;
  std::chrono::seconds passed_{0};
  int said_ = 0;
  loop::Handle<loop::Timer> timer_;
};

}  // namespace isolane::cli
