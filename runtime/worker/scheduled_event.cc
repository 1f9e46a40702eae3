#include "runtime/worker/scheduled_event.h"

#include <cmath>
#include <ctime>
#include <string>

#include "runtime/base/json_text.h"

namespace isolane::worker {

HandlerEvent MakeScheduledEvent(const ScheduledEvent& event) {
  double time_ms = 0;
  if (event.time_ms.has_value()) {
    time_ms = *event.time_ms;
  } else {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    time_ms = static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec / 1'000'000);
  }
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
