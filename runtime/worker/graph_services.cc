// What a Graph has to do with services beyond Workers: who answers to a name, when processes start,
// and what is counted.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "runtime/worker/graph.h"

namespace isolane::worker {

std::vector<std::string> Graph::ServiceNames() const {
  std::vector<std::string> names;
  for (const auto& worker : workers_) names.push_back(worker->name());
  for (std::string& name : services_.names()) names.push_back(std::move(name));
  for (int i = 0; router_ != nullptr && i < router_->service_count(); i++) {
    const std::string_view name = router_->service_name(i);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  return names;
}

ServiceTarget Graph::FindService(const std::string& name) {
  ServiceTarget target;
  for (const auto& worker : workers_) {
    if (worker->name() == name) target.worker = worker.get();
  }
  if (target.worker == nullptr) target.child = services_.Find(name);
  for (int i = 0; router_ != nullptr && i < router_->service_count(); i++) {
    if (router_->service_name(i) != name) continue;
    target.number = i;
    if (router_->has_rules(i)) target.router = router_;
  }
  return target;
}

Status Graph::CheckBeside(const WorkerChanges& changes) {
  for (const WorkerSpec& worker : changes.workers) {
    if (services_.Find(worker.name) == nullptr) continue;
    return Error{"a Worker and a service are both called \"" + worker.name + "\"",
                 "Give one of them another name.",
                 worker.config_path,
                 {}};
  }
  for (const std::string& name : changes.removed) {
    const auto refused = [&name](const std::string& why, const std::string& hint) {
      return Error{"Worker \"" + name + "\" cannot be removed: " + why, hint, {}, {}};
    };
    for (int i = 0; router_ != nullptr && i < router_->service_count(); i++) {
      if (router_->service_name(i) == name) {
        return refused("the routes lead to it",
                       "Keep it, or load a Runtime whose routes do not name it.");
      }
    }
    const std::string binding = services_.BindingTo(name);
    if (!binding.empty()) {
      return refused(binding + " leads to it", "Keep it, or load a Runtime without that binding.");
    }
  }
  return Ok{};
}

bool Graph::has_services() const {
  return origins_ || router_ != nullptr || services_.has_processes();
}

std::string Graph::Metrics(bool json) const {
  return json ? services_.metrics().ToJson() : services_.metrics().ToPrometheus();
}

void Graph::OnServicesStopped() {
  if (services_.failure().has_value()) {
    loop_.Stop();
  } else if (drained_) {
    StopIfDrained();
  }
}

Status Graph::StartServices() {
  if (metrics_port_ != 0 || !has_services()) return Ok{};
  ISOLANE_ASSIGN(metrics_port_, services_.ServeMetrics());
  services_.Start();
  return Ok{};
}

}  // namespace isolane::worker
