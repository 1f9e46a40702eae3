#include "cli/until_signal.h"

#include <thread>

#include "runtime/loop/loop.h"
#include "runtime/loop/signals.h"
#include "runtime/loop/timer.h"

namespace isolane::cli {

namespace {

// Any time: what is posted to a loop does not keep it waiting, and a timer does.
constexpr uint64_t kWaitMs = 60'000;

}  // namespace

int RunUntilSignal(const std::function<void()>& work, const std::function<void()>& stop) {
  loop::Loop loop;
  struct Wait {
    const std::function<void()>& stop;
    bool over = false;
    int signal = 0;
  } wait{stop};
  const loop::Signals signals(
      loop.uv(),
      [](void* context, int signal) {
        auto* waiting = static_cast<Wait*>(context);
        if (waiting->signal != 0) return;
        waiting->signal = signal;
        waiting->stop();
      },
      &wait);
  const auto awake = loop::Timer::Create(
      loop.uv(), [](void*) {}, nullptr);
  awake->StartRepeating(kWaitMs);
  std::thread worker([&] {
    work();
    loop.Post([&wait] { wait.over = true; });
  });
  while (!wait.over) loop.Wait();
  worker.join();
  return wait.signal;
}

}  // namespace isolane::cli
