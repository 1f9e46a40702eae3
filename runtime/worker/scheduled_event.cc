#include "runtime/worker/scheduled_event.h"

#include <cmath>
#include <string>

#include "runtime/base/json_text.h"
#include "runtime/worker/dispatcher.h"

namespace isolane::worker {

HandlerEvent MakeScheduledEvent(const ScheduledEvent& event) {
  const double time_ms = event.time_ms.value_or(std::floor(Dispatcher::WallClockMs()));
  HandlerEvent made;
  made.name = "scheduled";
  made.arguments_json = "[" + std::to_string(std::llround(time_ms)) + ",";
  base::AppendJsonString(event.cron, made.arguments_json);
  made.arguments_json += "]";
  return made;
}

std::string ScheduledResultJson(const EventResult& result) {
  std::string json = R"({"outcome":)";
  base::AppendJsonString(result.outcome, json);
  return json + R"(,"noRetry":)" + (result.no_retry ? "true}" : "false}");
}

}  // namespace isolane::worker
