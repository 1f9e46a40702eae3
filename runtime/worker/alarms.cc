#include "runtime/worker/alarms.h"

namespace isolane::worker {

void Alarms::Set(ActorClass& actor_class, const std::string& object_id, double due_ms,
                 int retries) {
  Clear(actor_class, object_id);
  by_object_[{&actor_class, object_id}] =
      by_time_.emplace(due_ms, Alarm{&actor_class, object_id, due_ms, retries});
}

void Alarms::Clear(ActorClass& actor_class, const std::string& object_id) {
  const auto known = by_object_.find({&actor_class, object_id});
  if (known == by_object_.end()) return;
  by_time_.erase(known->second);
  by_object_.erase(known);
}

std::optional<Alarms::Alarm> Alarms::Take(double now_ms) {
  if (by_time_.empty() || by_time_.begin()->first > now_ms) return std::nullopt;
  Alarm alarm = by_time_.begin()->second;
  Clear(*alarm.actor_class, alarm.object_id);
  return alarm;
}

}  // namespace isolane::worker
