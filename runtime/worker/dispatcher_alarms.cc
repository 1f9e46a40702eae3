// Alarms of Durable Objects: from the time in an object's storage to a call of alarm(), at least
// once.
//
// Beside the files of a class there is alarms/ID for each object that has an alarm: it is there
// before the alarm is committed and gone some time after, so that the next process finds those that
// it must look at without opening every file.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "runtime/worker/actor.h"
#include "runtime/worker/dispatcher_enter.h"

namespace isolane::worker {

namespace {

constexpr int kMostRetries = 6;

std::string MarksOf(const ActorClass& actor_class) { return actor_class.directory + "/alarms"; }

std::string MarkOf(const ActorClass& actor_class, const std::string& object_id) {
  return MarksOf(actor_class) + "/" + object_id;
}

// False: errno says why.
bool MakeMark(const ActorClass& actor_class, const std::string& object_id) {
  std::error_code ignored;
  std::filesystem::create_directories(MarksOf(actor_class), ignored);
  FILE* mark = std::fopen(MarkOf(actor_class, object_id).c_str(), "we");
  return mark != nullptr && std::fclose(mark) == 0;
}

// Reads one alarm while nobody else has the file.
class Reader final : public storage::Database::Listener {
 public:
  void OnDurable(uint64_t) override {}
  void OnBroken(const Error&) override {}
};

}  // namespace

void Dispatcher::AlarmChanged(Actor& actor) {
  ActorClass& actor_class = *actor.actor_class;
  auto alarm = StorageOf(actor).database().GetAlarm();
  if (!alarm.ok() || !*alarm) {
    alarms_.Clear(actor_class, actor.object_id);
    return;
  }
  if (!actor_class.directory.empty() && !actor.alarm_marked) {
    if (!MakeMark(actor_class, actor.object_id)) {
      Log(LogLevel::kWarn, &actor_class.worker,
          "The alarm of " + actor_class.name + " " + actor.object_id +
              " will not be found after a restart: " + MarkOf(actor_class, actor.object_id) +
              " cannot be written (" + std::string(std::strerror(errno)) + ").",
          true);
    }
    actor.alarm_marked = true;
  }
  alarms_.Set(actor_class, actor.object_id, static_cast<double>(**alarm));
}

void Dispatcher::RunAlarms() {
  const double now = WallClockMs();
  while (auto due = alarms_.Take(now)) {
    std::string failure;
    Actor* actor = FindOrStartActor(*due->actor_class, due->object_id, &failure);
    if (actor == nullptr) {
      Log(LogLevel::kError, &due->actor_class->worker, failure, true);
      RetryAlarm(*due->actor_class, due->object_id, due->retries + 1);
    } else if (IsShut(*actor)) {
      actor->waiting.push_back({EventKind::kTimer, static_cast<uint32_t>(due->retries)});
    } else {
      DeliverAlarm(*actor, due->retries);
    }
  }
}

void Dispatcher::DeliverAlarm(Actor& actor, int retries) {
  // One at a time: what is set meanwhile comes when this one is done.
  if (actor.alarm) return;
  auto alarm = StorageOf(actor).database().GetAlarm();
  if (!alarm.ok()) {
    Log(LogLevel::kError, &actor.actor_class->worker, StorageMessage(alarm.error()), true);
    return;
  }
  // It was deleted, or put off, by a transaction that came to another end than it seemed.
  if (!*alarm) return;
  if (static_cast<double>(**alarm) > WallClockMs() && retries == 0) {
    alarms_.Set(*actor.actor_class, actor.object_id, static_cast<double>(**alarm));
    return;
  }
  actor.alarm = Actor::Alarm{**alarm, retries, false};
  Invocation& invocation = *actor.invocation;
  FillBudgets(*actor.pipeline);
  Enter(invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, invocation.id),
                                        v8::Number::New(isolate, static_cast<double>(**alarm)),
                                        v8::Integer::New(isolate, retries)};
    CallHook(isolate, context, invocation.worker->hooks().on_actor_alarm, arguments);
  });
}

void Dispatcher::AlarmDone(Actor& actor, bool succeeded) {
  if (!actor.alarm) return;
  const Actor::Alarm done = *std::exchange(actor.alarm, std::nullopt);
  if (done.changed) {
    AlarmChanged(actor);
    return;
  }
  const bool gives_up = !succeeded && done.retries >= kMostRetries;
  if (!succeeded && !gives_up) {
    RetryAlarm(*actor.actor_class, actor.object_id, done.retries + 1);
    return;
  }
  if (gives_up) {
    Log(LogLevel::kError, &actor.actor_class->worker,
        "alarm() of " + actor.actor_class->name + " " + actor.object_id + " has failed " +
            std::to_string(done.retries + 1) + " times; the alarm is dropped.",
        true);
  }
  if (StorageOf(actor).database().SetAlarm(std::nullopt).ok()) StorageOf(actor).HoldAnswers();
}

void Dispatcher::RetryAlarm(ActorClass& actor_class, const std::string& object_id, int retries) {
  if (retries > kMostRetries) retries = kMostRetries;
  const double delay = retries == 0 ? 0 : alarm_retry_ms_ * std::exp2(retries - 1);
  alarms_.Set(actor_class, object_id, WallClockMs() + delay, retries);
}

void Dispatcher::LoadAlarms(ActorClass& actor_class) {
  if (actor_class.directory.empty()) return;
  std::error_code none;
  std::vector<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator(MarksOf(actor_class), none)) {
    ids.push_back(entry.path().filename());
  }
  for (const std::string& id : ids) {
    if (actor_class.ids.Check(id) != ActorIds::Verdict::kValid) continue;
    Reader reader;
    storage::StorageName name;
    name.owner = actor_class.Describe(id);
    name.path = actor_class.directory + "/" + id + ".sqlite";
    storage::Database database(*committer_, std::move(name), reader);
    auto alarm = database.GetAlarm();
    if (!alarm.ok()) {
      Log(LogLevel::kError, &actor_class.worker, StorageMessage(alarm.error()), true);
    } else if (*alarm) {
      alarms_.Set(actor_class, id, static_cast<double>(**alarm));
    } else {
      unlink(MarkOf(actor_class, id).c_str());
    }
  }
}

}  // namespace isolane::worker
