#include "wrangler-compat/service_check.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "runtime/base/nearest_name.h"

namespace isolane::wrangler {

std::vector<UnresolvedService> CheckServices(const std::vector<WorkerSpec>& specs,
                                             const std::vector<std::string>& elsewhere) {
  std::vector<std::string> known;
  for (const WorkerSpec& spec : specs) known.push_back(spec.name);
  for (const std::string& name : elsewhere) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  }

  std::vector<UnresolvedService> unresolved;
  for (const WorkerSpec& spec : specs) {
    auto check = [&](const std::optional<std::string>& binding, const std::string& service,
                     const std::string& where, bool streaming = false) {
      if (std::find(known.begin(), known.end(), service) != known.end()) return;
      unresolved.push_back({spec.name, binding, service, where, known,
                            base::NearestName(service, known), streaming});
    };
    for (const BindingSpec& binding : spec.bindings) {
      const auto* service = std::get_if<ServiceBinding>(&binding.value);
      const auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
      if (service != nullptr) check(binding.name, service->service, binding.where);
      // Without one it is a class of its own.
      if (objects != nullptr && !objects->script.empty()) {
        check(binding.name, objects->script, binding.where);
      }
      const auto* workflow = std::get_if<WorkflowBinding>(&binding.value);
      if (workflow != nullptr && !workflow->script.empty()) {
        check(binding.name, workflow->script, binding.where);
      }
    }
    for (const TailConsumer& consumer : spec.tail_consumers) {
      check(std::nullopt, consumer.service, consumer.where, consumer.streaming);
    }
  }
  return unresolved;
}

std::string Describe(const UnresolvedService& unresolved) {
  const auto& binding = unresolved.binding;
  std::string text = unresolved.worker + ": ";
  if (!binding) {
    text += unresolved.streaming ? "streaming_tail_consumers names" : "tail_consumers names";
  } else {
    text += "binding " + (binding->empty() ? "\"\"" : *binding) + " points to";
  }
  text += " \"" + unresolved.service + "\", no such Worker (known: ";
  text += base::ListNames(unresolved.known) + ").";
  if (!unresolved.where.empty()) text += " " + unresolved.where + ".";
  if (!unresolved.nearest.empty()) text += " Did you mean \"" + unresolved.nearest + "\"?";
  return text;
}

}  // namespace isolane::wrangler
