// Events from outside: cron triggers, tests; and who is told of what Workers do.
#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/base/nearest_name.h"
#include "runtime/worker/graph.h"
#include "runtime/worker/scheduled_event.h"

namespace isolane::worker {

namespace {

template <typename Workers>
std::vector<std::string> NamesOf(const Workers& workers) {
  std::vector<std::string> names;
  for (const auto& worker : workers) names.push_back(worker->name());
  return names;
}

std::string DidYouMean(const std::string& name, const std::vector<std::string>& names) {
  const std::string nearest = base::NearestName(name, names);
  return nearest.empty() ? "" : "Did you mean \"" + nearest + "\"?";
}

}  // namespace

Result<Worker*> Graph::FindWorker(const std::string& name) const {
  if (name.empty()) {
    if (!workers_.empty()) return workers_.front().get();
    return Error{"there is no Worker: all services are programs of their own or folders of files",
                 "Send the request to the port that the Runtime listens at.",
                 {},
                 {}};
  }
  for (const auto& worker : workers_) {
    if (worker->name() == name) return worker.get();
  }
  const std::vector<std::string> names = NamesOf(workers_);
  return Error{"Worker \"" + name + "\" not found (known: " + base::ListNames(names) + ").",
               DidYouMean(name, names),
               {},
               {}};
}

Status Graph::ConnectTails(const WorkerList& all) {
  for (Worker* worker : all) {
    std::vector<TailTarget> consumers;
    for (const TailConsumer& consumer : worker->spec().tail_consumers) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const Worker* one) {
        return one->name() == consumer.service;
      });
      if (found != all.end()) {
        consumers.push_back({*found, nullptr, {}, consumer.streaming});
      } else if (unknown_services_ == UnknownService::kRefuse) {
        const std::vector<std::string> names = NamesOf(all);
        return Error{worker->name() + (consumer.streaming ? ": streaming_" : ": ") +
                         "tail_consumers names \"" + consumer.service +
                         "\", no such Worker (known: " + base::ListNames(names) + ").",
                     DidYouMean(consumer.service, names),
                     consumer.where,
                     {}};
      }
    }
    worker->set_tail_consumers(std::move(consumers));
  }
  return Ok{};
}

EventResult Graph::RunEvent(Worker& worker, HandlerEvent event) {
  std::optional<EventResult> result;
  dispatcher_.SendEvent(worker, std::move(event),
                        [&](const EventResult& outcome) { result = outcome; });
  Turn();
  while (!result.has_value()) {
    loop_.Wait();
    Turn();
  }
  return std::move(*result);
}

Result<EventResult> Graph::Scheduled(const ScheduledEvent& event) {
  ISOLANE_ASSIGN(Worker * worker, FindWorker(event.worker));
  return RunEvent(*worker, MakeScheduledEvent(event));
}

Result<std::vector<TestResult>> Graph::RunTests(
    const std::string& worker, const std::string& filter,
    const std::function<void(const TestResult&)>& on_result) {
  ISOLANE_ASSIGN(Worker * tested, FindWorker(worker));
  std::vector<TestResult> results;
  const std::vector<std::string> names = tested->entrypoints();
  for (size_t i = 0; i < names.size(); i++) {
    if (names[i].empty() || names[i].find(filter) == std::string::npos) continue;
    HandlerEvent event;
    event.name = "test";
    event.entrypoint = static_cast<int>(i);
    const double started = Dispatcher::NowMs();
    TestResult result{names[i], RunEvent(*tested, std::move(event)), 0};
    result.duration_ms = Dispatcher::NowMs() - started;
    if (result.result.outcome == "noHandler") continue;
    if (on_result) on_result(result);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace isolane::worker
