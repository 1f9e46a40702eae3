// When which Durable Object is to be woken by its alarm. What is set is in the objects' storage;
// this is the clock, which forgets with the process.
//
// Loop thread. Owned by the Dispatcher; classes outlive their entries.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace isolane::worker {

struct ActorClass;

class Alarms {
 public:
  struct Alarm {
    ActorClass* actor_class = nullptr;
    std::string object_id;
    double due_ms = 0;  // since 1970
    int retries = 0;    // how often it has failed
  };

  // In the place of the object's earlier one.
  void Set(ActorClass& actor_class, const std::string& object_id, double due_ms, int retries = 0);
  void Clear(ActorClass& actor_class, const std::string& object_id);
  // Those of objects of `from` are of `to` now; null: nobody's.
  void Move(ActorClass& from, ActorClass* to);
  // The runtime ends: none goes off any more, and none is set.
  void Stop();
  // One that is due, which is no longer set; none when all are in the future.
  std::optional<Alarm> Take(double now_ms);
  bool empty() const { return by_time_.empty(); }
  // Of the first, since 1970. Not when there is none.
  double next_ms() const { return by_time_.begin()->first; }

 private:
  using ByTime = std::multimap<double, Alarm>;
  ByTime by_time_;
  bool stopped_ = false;
  std::map<std::pair<ActorClass*, std::string>, ByTime::iterator> by_object_;
};

}  // namespace isolane::worker
