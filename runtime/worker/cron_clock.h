// Fires cron triggers and the schedules of Workflows when they are due, as the platform would:
// `isolane dev --cron`.
//
// Loop thread. Owned by the Graph. Does not keep the loop running.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/loop/timer.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

class Worker;

class CronClock final {
 public:
  // The Workers are looked at when it is time, so they may change meanwhile. `turn` is called with
  // `context` when something was fired.
  CronClock(uv_loop_t* loop, Dispatcher& dispatcher,
            const std::vector<std::unique_ptr<Worker>>& workers, void (*turn)(void*),
            void* context);

  // Every trigger that is due in the minute of `ms` (since 1970) is fired. A line says what became
  // of each; a cron expression that is none is told once.
  void Fire(int64_t ms);

 private:
  // Whether it is due at `ms`. One that is none is told once.
  bool IsDue(Worker& worker, const std::string& cron, int64_t ms);
  // `label` is for the log: "shop", "shop (Workflow orders)".
  void Send(Worker& worker, HandlerEvent event, const std::string& label, const std::string& cron);
  void Arm();
  void OnTimer();

  Dispatcher& dispatcher_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
  void (*const turn_)(void*);
  void* const context_;
  int64_t due_ms_ = 0;          // the minute that it waits for
  std::set<std::string> told_;  // expressions that are none
  loop::Handle<loop::Timer> timer_;
};

}  // namespace isolane::worker
