#include "runtime/worker/cron_clock.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/base/cron.h"
#include "runtime/base/json_text.h"
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

bool CronClock::IsDue(Worker& worker, const std::string& cron, int64_t ms) {
  auto parsed = base::CronExpression::Parse(cron);
  if (parsed.ok()) return parsed->Matches(ms);
  if (told_.insert(cron).second) {
    dispatcher_.Log(LogLevel::kWarn, &worker, parsed.error().message, true);
  }
  return false;
}

void CronClock::Fire(int64_t ms) {
  const int64_t minute = ms / kMinute * kMinute;
  for (const auto& worker : workers_) {
    for (const std::string& cron : worker->spec().crons) {
      if (!IsDue(*worker, cron, ms)) continue;
      ScheduledEvent event;
      event.cron = cron;
      event.time_ms = static_cast<double>(minute);
      Send(*worker, MakeScheduledEvent(event), worker->name(), cron);
    }
    for (const BindingSpec& binding : worker->spec().bindings) {
      const auto* flow = std::get_if<WorkflowBinding>(&binding.value);
      if (flow == nullptr || worker->held()) continue;
      for (const std::string& cron : flow->schedules) {
        if (!IsDue(*worker, cron, ms)) continue;
        HandlerEvent event;
        event.name = "workflow";
        event.arguments_json = "[" + std::to_string(worker->ChannelOf(binding.name)) + ",";
        base::AppendJsonString(cron, event.arguments_json);
        event.arguments_json += "," + std::to_string(minute) + "]";
        Send(*worker, std::move(event), worker->name() + " (Workflow " + flow->workflow + ")",
             cron);
      }
    }
  }
}

void CronClock::Send(Worker& worker, HandlerEvent event, const std::string& label,
                     const std::string& cron) {
  dispatcher_.SendEvent(
      worker, std::move(event),
      [this, label, cron, started = Dispatcher::NowMs()](const EventResult& result) {
        const auto took = std::llround(Dispatcher::NowMs() - started);
        dispatcher_.Log(result.ok() ? LogLevel::kInfo : LogLevel::kError, nullptr,
                        "CRON " + label + " \"" + cron + "\" " + result.outcome + " (" +
                            std::to_string(took) + "ms)",
                        true);
      });
}

}  // namespace isolane::worker
