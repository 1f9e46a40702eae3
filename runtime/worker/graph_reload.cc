// Another version in the place of a Worker, while the graph is at work.
#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "runtime/base/check.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/graph.h"

namespace isolane::worker {

namespace {

// At most so often is it looked at what old versions still do. ms.
constexpr double kRetireLookMs = 20;

}  // namespace

// One Worker as it will be.
struct Graph::Version {
  Worker* current = nullptr;      // null: it is new
  std::unique_ptr<Worker> fresh;  // null: it stays as it is

  Worker* worker() const { return fresh != nullptr ? fresh.get() : current; }
};

// Where a Worker's bindings lead, to be put back when a change fails.
struct Graph::Wiring {
  Worker* worker;
  std::deque<Channel> channels;
  std::vector<TailTarget> tail_consumers;

  explicit Wiring(Worker& of)
      : worker(&of),
        channels(of.channels().begin(),
                 of.channels().begin() + static_cast<std::ptrdiff_t>(of.declared_channels())),
        tail_consumers(of.tail_consumers()) {}

  void PutBack() {
    for (size_t i = 0; i < channels.size(); i++) worker->channels()[i] = std::move(channels[i]);
    worker->set_tail_consumers(std::move(tail_consumers));
  }
};

Result<std::vector<Graph::Version>> Graph::PlanVersions(WorkerChanges changes) {
  std::vector<Version> versions;
  auto find = [&](const std::string& name) {
    return std::find_if(versions.begin(), versions.end(),
                        [&](const Version& one) { return one.worker()->name() == name; });
  };
  std::string front = changes.public_worker;
  // With a router nobody is the public one.
  if (front.empty() && router_ == nullptr) front = workers_.front()->name();
  for (const auto& worker : workers_) {
    Version version;
    version.current = worker.get();
    versions.push_back(std::move(version));
  }
  for (const std::string& name : changes.removed) {
    const auto found = find(name);
    if (found == versions.end()) {
      return Error{
          "Worker \"" + name + "\" cannot be removed: there is no such Worker", {}, {}, {}};
    }
    versions.erase(found);
  }
  for (WorkerSpec& spec : changes.workers) {
    auto found = find(spec.name);
    if (found == versions.end()) {
      versions.emplace_back();
      found = versions.end() - 1;
    } else if (found->fresh != nullptr) {
      return Error{"two Workers are called \"" + spec.name + "\"", {}, spec.config_path, {}};
    }
    found->fresh = MakeWorker(std::move(spec));
  }
  if (front.empty()) return versions;
  const auto first = find(front);
  if (first == versions.end()) {
    return Error{
        "no Worker is called \"" + front + "\", which is to be the public one", {}, {}, {}};
  }
  std::rotate(versions.begin(), first, first + 1);
  return versions;
}

void Graph::RenewIncomplete(std::vector<Version>& versions) {
  // What an isolate was told when it was loaded: the classes of Durable Objects that bindings name,
  // and whether anybody wants its traces.
  auto lacks_class = [&](Worker& kept) {
    for (const Version& version : versions) {
      for (const BindingSpec& binding : version.worker()->spec().bindings) {
        const auto objects = ActorTargetOf(binding);
        if (objects && objects->script == kept.name() &&
            kept.FindActorClass(objects->class_name) == nullptr) {
          return true;
        }
      }
    }
    return false;
  };
  auto is_traced = [&](const Worker& kept) {
    const auto& consumers = kept.spec().tail_consumers;
    return std::any_of(consumers.begin(), consumers.end(), [&](const TailConsumer& consumer) {
      return std::any_of(versions.begin(), versions.end(), [&](const Version& one) {
        return one.worker()->name() == consumer.service;
      });
    });
  };
  for (Version& version : versions) {
    if (version.fresh != nullptr || version.current->held()) continue;
    Worker& kept = *version.current;
    if (lacks_class(kept) || is_traced(kept) == kept.tail_consumers().empty()) {
      version.fresh = MakeWorker(kept.spec());
    }
  }
}

Status Graph::LoadVersions(const std::vector<Version>& versions, const WorkerList& all) {
  ISOLANE_TRY(ConnectChannels(all));
  ISOLANE_TRY(ConnectTails(all));
  for (const Version& version : versions) {
    if (version.fresh == nullptr) continue;
    Status loaded = version.fresh->Load();
    if (loaded.ok()) continue;
    // Calls still wait, but for another reason.
    if (version.current != nullptr && version.current->held()) {
      version.current->Hold(loaded.error().ToString());
    }
    return loaded;
  }
  ISOLANE_TRY(ConnectEntrypoints(all));
  const bool by_routes = std::any_of(listening_.begin(), listening_.end(),
                                     [](const auto& one) { return one.second.by_routes; });
  if (!by_routes) return Ok{};
  auto routes = RouteTable::Create(all);
  if (!routes.ok()) return routes.error();
  return Ok{};
}

Status Graph::Reload(WorkerChanges changes) {
  ISOLANE_TRY(CheckBeside(changes));
  ISOLANE_ASSIGN(std::vector<Version> versions, PlanVersions(std::move(changes)));
  RenewIncomplete(versions);
  WorkerList all;
  std::vector<Wiring> wirings;
  for (const Version& version : versions) {
    all.push_back(version.worker());
    if (version.fresh == nullptr) wirings.emplace_back(*version.current);
  }
  Status loaded = LoadVersions(versions, all);
  if (!loaded.ok()) {
    for (Wiring& wiring : wirings) wiring.PutBack();
    return loaded;
  }
  PutInPlace(std::move(versions));
  if (live_reload_ != nullptr) live_reload_->Tell();
  Turn();
  return Ok{};
}

void Graph::PutInPlace(std::vector<Version> versions) {
  std::vector<std::unique_ptr<Worker>> before = std::exchange(workers_, {});
  for (Version& version : versions) {
    const auto old = std::find_if(before.begin(), before.end(),
                                  [&](const auto& one) { return one.get() == version.current; });
    if (version.fresh == nullptr) {
      workers_.push_back(std::move(*old));
      continue;
    }
    for (const auto& [binding, service] : stubs_) ApplyStub(*version.fresh, binding, service);
    for (const auto& one : version.fresh->actor_classes()) {
      const bool moves = version.current != nullptr && !version.current->held() &&
                         version.current->FindActorClass(one->name) != nullptr;
      if (!moves) dispatcher_.LoadAlarms(*one);
    }
    workers_.push_back(std::move(version.fresh));
  }
  const auto first = static_cast<std::ptrdiff_t>(retiring_.size());
  for (auto& old : before) {
    if (old == nullptr) continue;
    old->LeaveService();
    retiring_.push_back(std::move(old));
  }
  std::for_each(retiring_.begin() + first, retiring_.end(),
                [&](const auto& old) { GiveToSuccessor(*old); });
  if (peers_ != nullptr) {
    std::vector<std::string> names;
    for (const auto& worker : workers_) names.push_back(worker->name());
    peers_->SetWorkers(std::move(names));
    // Beside what the configuration declares: bindings that were given, and old versions.
    for (Worker* worker : EveryWorker()) {
      for (Channel& channel : worker->channels()) peers_->Follow(channel);
    }
    WatchNeighbours();
  }
  for (const auto& [frontend, options] : listening_) Direct(*frontend, options);
  const auto find = [this](const std::string& name) { return FindService(name); };
  for (RoutedFrontend* frontend : routed_) frontend->Connect(find);
  services_.Reconnect(find);
  retire_look_ms_ = 0;
}

void Graph::Direct(HttpFrontend& frontend, const ListenOptions& options) {
  auto worker = FindWorker(options.worker);
  // Of one that was removed the public one has the port.
  frontend.set_worker(worker.ok() ? **worker : *workers_.front());
  if (!options.by_routes) return;
  auto routes = RouteTable::Create(AllWorkers());
  // They were looked at before anything was put in place.
  ISOLANE_CHECK(routes.ok());
  frontend.set_routes(std::move(*routes));
}

void Graph::GiveToSuccessor(Worker& old) {
  auto found = FindWorker(old.name());
  Worker* const next = found.ok() ? *found : nullptr;
  for (Worker* worker : EveryWorker()) worker->Redirect(old, next);
  if (peers_ != nullptr) peers_->Redirect(old, next);
  dispatcher_.Redirect(old, next);
}

bool Graph::ApplyStub(Worker& worker, const std::string& binding, const HostService& service) {
  bool found = false;
  for (size_t i = 0; i < worker.declared_channels(); i++) {
    Channel& channel = worker.channels()[i];
    if (binding != channel.binding && binding != worker.name() + "." + channel.binding) continue;
    channel.stub = service;
    found = true;
  }
  return found;
}

void Graph::DisposeRetired() {
  const double now = Dispatcher::NowMs();
  if (now < retire_look_ms_) {
    if (!retire_timer_->active()) {
      retire_timer_->Start(static_cast<uint64_t>(std::ceil(retire_look_ms_ - now)));
    }
    return;
  }
  retire_look_ms_ = now + kRetireLookMs;
  WorkerList retiring;
  for (const auto& worker : retiring_) retiring.push_back(worker.get());
  const std::vector<bool> used = dispatcher_.InUse(retiring);
  for (size_t i = 0; i < used.size(); i++) {
    if (used[i]) continue;
    Worker& gone = *retiring_[i];
    // It may have told others the way to itself since it was replaced.
    GiveToSuccessor(gone);
    for (Worker* worker : EveryWorker()) worker->ForgetChannelsOf(gone);
    retiring_[i].reset();
  }
  std::erase(retiring_, nullptr);
}

}  // namespace isolane::worker
