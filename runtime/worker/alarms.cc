#include "runtime/worker/alarms.h"

#include <vector>

namespace isolane::worker {

void Alarms::Set(ActorClass& actor_class, const std::string& object_id, double due_ms,
                 int retries) {
  if (stopped_) return;
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

void Alarms::Move(ActorClass& from, ActorClass* to) {
  std::vector<Alarm> moved;
  for (const auto& [due_ms, alarm] : by_time_) {
    if (alarm.actor_class == &from) moved.push_back(alarm);
  }
  for (const Alarm& one : moved) {
    Clear(from, one.object_id);
    if (to != nullptr) Set(*to, one.object_id, one.due_ms, one.retries);
  }
}

void Alarms::Stop() {
  stopped_ = true;
  by_object_.clear();
  by_time_.clear();
}

std::optional<Alarms::Alarm> Alarms::Take(double now_ms) {
  if (by_time_.empty() || by_time_.begin()->first > now_ms) return std::nullopt;
  Alarm alarm = by_time_.begin()->second;
  Clear(*alarm.actor_class, alarm.object_id);
  return alarm;
}

}  // namespace isolane::worker
