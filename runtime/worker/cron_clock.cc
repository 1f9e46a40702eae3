#include "runtime/worker/cron_clock.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/base/cron.h"
#include "runtime/worker/scheduled_event.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

constexpr int64_t kMinute = 60'000;

int64_t NowMs() { return static_cast<int64_t>(Dispatcher::WallClockMs()); }

}  // namespace

CronClock::CronClock(uv_loop_t* loop, Dispatcher& dispatcher,
                     const std::vector<std::unique_ptr<Worker>>& workers, void (*turn)(void*),
                     void* context)
    : dispatcher_(dispatcher),
      workers_(workers),
      turn_(turn),
      context_(context),
      timer_(loop::Timer::Create(
          loop, [](void* self) { static_cast<CronClock*>(self)->OnTimer(); }, this)) {
  timer_->Unref();
  due_ms_ = (NowMs() / kMinute + 1) * kMinute;
  Arm();
}

void CronClock::Arm() {
  timer_->Start(static_cast<uint64_t>(std::max<int64_t>(1, due_ms_ - NowMs())));
}

void CronClock::OnTimer() {
  const int64_t now = NowMs();
  // Timers and the clock of the day need not agree.
  if (now < due_ms_) return Arm();
  // After the machine has slept what was due meanwhile is over.
  Fire(now);
  due_ms_ = (now / kMinute + 1) * kMinute;
  Arm();
  turn_(context_);
}

void CronClock::Fire(int64_t ms) {
  for (const auto& worker : workers_) {
    for (const std::string& text : worker->spec().crons) {
      auto cron = base::CronExpression::Parse(text);
      if (!cron.ok()) {
        if (told_.insert(text).second) {
          dispatcher_.Log(LogLevel::kWarn, worker.get(), cron.error().message, true);
        }
        continue;
      }
      if (!cron->Matches(ms)) continue;
      ScheduledEvent event;
      event.cron = text;
      event.time_ms = static_cast<double>(ms / kMinute * kMinute);
      dispatcher_.SendEvent(*worker, MakeScheduledEvent(event),
                            [this, name = worker->name(), text,
                             started = Dispatcher::NowMs()](const EventResult& result) {
                              const auto took = std::llround(Dispatcher::NowMs() - started);
                              dispatcher_.Log(
                                  result.ok() ? LogLevel::kInfo : LogLevel::kError, nullptr,
                                  "CRON " + name + " \"" + text + "\" " + result.outcome + " (" +
                                      std::to_string(took) + "ms)",
                                  true);
                            });
    }
  }
}

}  // namespace isolane::worker
