// Where bindings lead: to Workers of the graph, services, other processes, or nowhere, and to which
// of their exports.
#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/base/nearest_name.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/actor_names.h"
#include "runtime/worker/graph.h"

namespace isolane::worker {

Status Graph::ConnectEntrypoints(const WorkerList& all) {
  // With a router nobody is the public one.
  if (!tests_only_ && router_ == nullptr && !all.empty() && !all.front()->held() &&
      all.front()->EntrypointOf("default") < 0) {
    const WorkerSpec& spec = all.front()->spec();
    return Error{
        "Worker \"" + spec.name +
            "\": the main module has no default export: export default { fetch(request, env, "
            "ctx) {} }",
        {},
        spec.display_root + spec.main_module,
        {}};
  }
  for (Worker* worker : all) {
    const ActorClass* missing = worker->held() ? nullptr : worker->MissingActorClass();
    if (missing == nullptr) continue;
    const WorkerSpec& spec = worker->spec();
    const ActorKey& key = missing->key;
    return Error{
        std::string("Your Worker depends on the following ") +
            (key.is_workflow() ? "Workflows" : "Durable Objects") +
            ", which are not exported in your entrypoint file: " + key.exported() + ".",
        "Export the class " + key.exported() + " from " + spec.display_root + spec.main_module +
            ", the main module of \"" + spec.name + "\"" +
            (key.is_workflow() ? ": class " + key.exported() + " extends WorkflowEntrypoint."
                               : "."),
        spec.config_path,
        {}};
  }
  for (Worker* worker : all) {
    for (const BindingSpec& binding : worker->spec().bindings) {
      if (std::get_if<ServiceBinding>(&binding.value) == nullptr &&
          std::get_if<OriginBinding>(&binding.value) == nullptr) {
        continue;
      }
      Channel& channel = worker->channels()[static_cast<size_t>(worker->ChannelOf(binding.name))];
      if (channel.child != nullptr && !channel.entrypoint.empty()) {
        return Error{worker->name() + ": binding " + binding.name + " points to the entrypoint \"" +
                         channel.entrypoint + "\" of \"" + channel.child->name() +
                         "\", which is a program of its own: only Workers have entrypoints.",
                     {},
                     binding.where,
                     {}};
      }
      if (channel.target == nullptr || channel.target->held()) continue;
      channel.entrypoint_number = channel.target->EntrypointOf(channel.entrypoint);
      if (channel.entrypoint_number >= 0) continue;
      std::vector<std::string> names;
      for (const std::string& name : channel.target->entrypoints()) {
        if (!name.empty()) names.push_back(name);
      }
      const std::string wanted = channel.entrypoint.empty() ? "default" : channel.entrypoint;
      const std::string nearest = base::NearestName(wanted, names);
      return Error{worker->name() + ": binding " + binding.name + " points to the entrypoint \"" +
                       wanted + "\" of \"" + channel.target->name() + "\", but \"" +
                       channel.target->name() + "\" has no such named entrypoint (it has: " +
                       (names.empty() ? "none" : base::ListNames(names)) + ").",
                   nearest.empty()
                       ? "An entrypoint is an exported object with handlers, or an exported "
                         "class that extends WorkerEntrypoint."
                       : "Did you mean \"" + nearest + "\"?",
                   binding.where,
                   {}};
    }
  }
  return Ok{};
}

Status Graph::ConnectChannels(const WorkerList& all) {
  std::vector<std::string> names;
  for (const Worker* worker : all) names.push_back(worker->name());
  for (std::string& name : ServiceNames()) {
    if (FindWorker(name).ok() || std::find(names.begin(), names.end(), name) != names.end())
      continue;
    names.push_back(std::move(name));
  }
  const std::string known = base::ListNames(names);
  for (Worker* worker : all) {
    for (const BindingSpec& binding : worker->spec().bindings) {
      origins_ |= std::get_if<OriginBinding>(&binding.value) != nullptr;
    }
  }
  for (Worker* worker : all) {
    for (const BindingSpec& binding : worker->spec().bindings) {
      const auto* service = std::get_if<ServiceBinding>(&binding.value);
      const auto* origin = std::get_if<OriginBinding>(&binding.value);
      if (const std::string fault = ActorNameFault(binding); !fault.empty()) {
        return Error{
            worker->name() + ": binding " + binding.name + " " + fault, {}, binding.where, {}};
      }
      const auto objects = ActorTargetOf(binding);
      if (service == nullptr && origin == nullptr && !objects) continue;
      const std::string& wanted = service != nullptr        ? service->service
                                  : origin != nullptr       ? origin->service
                                  : objects->script.empty() ? worker->name()
                                                            : objects->script;
      Channel& channel = worker->channels()[static_cast<size_t>(worker->ChannelOf(binding.name))];
      channel.target = nullptr;
      channel.actor_class = nullptr;
      channel.unresolved.clear();
      channel.remote = false;
      channel.service.clear();
      channel.remote_ids = nullptr;
      for (Worker* target : all) {
        if (target->name() == wanted) channel.target = target;
      }
      if (!objects && has_services()) {
        const ServiceTarget found = FindService(wanted);
        channel.child = found.child;
        channel.router = found.router;
        channel.router_number = found.number;
        if (found.found() || channel.target != nullptr) {
          channel.edge = &services_.metrics().EdgeOf(worker->name(), wanted);
        }
        if (origin != nullptr) channel.origin = services_.OriginOf(wanted);
        if (channel.target == nullptr && found.found()) continue;
      }
      if (channel.target != nullptr) {
        if (objects) {
          channel.actor_class = &channel.target->AddActorClass(objects->class_name);
        }
        continue;
      }
      const std::string nearest = base::NearestName(wanted, names);
      const std::string hint = nearest.empty() ? "" : "Did you mean \"" + nearest + "\"?";
      if (unknown_services_ == UnknownService::kRefuse || origin != nullptr) {
        return Error{worker->name() + ": binding " + binding.name + " points to \"" + wanted +
                         "\", no such Worker (known: " + known + ").",
                     hint,
                     binding.where,
                     {}};
      }
      channel.declared = "binding " + binding.name + " of " + worker->name() +
                         (binding.where.empty() ? "" : ", " + binding.where);
      if (!registry_.empty()) {
        channel.remote = true;
        channel.service = wanted;
        if (objects) {
          channel.remote_ids =
              std::make_shared<const ActorIds>(ActorKey(wanted, objects->class_name).text());
        }
      }
      channel.unresolved =
          base::UnknownWorkerMessage(wanted, names) + " (" + channel.declared + ")";
    }
  }
  return Ok{};
}

}  // namespace isolane::worker
