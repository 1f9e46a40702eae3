#include "wrangler-compat/service_check.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "runtime/base/nearest_name.h"

namespace isolane::wrangler {

std::vector<UnresolvedService> CheckServices(const std::vector<WorkerSpec>& specs) {
  std::vector<std::string> known;
  for (const WorkerSpec& spec : specs) known.push_back(spec.name);

  std::vector<UnresolvedService> unresolved;
  for (const WorkerSpec& spec : specs) {
    for (const BindingSpec& binding : spec.bindings) {
      const auto* service = std::get_if<ServiceBinding>(&binding.value);
      const auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
      const std::string target = service != nullptr   ? service->service
                                 : objects != nullptr ? objects->script
                                                      : std::string();
      if (service == nullptr && target.empty()) continue;
      if (std::find(known.begin(), known.end(), target) != known.end()) continue;
      unresolved.push_back({spec.name, binding.name, target, binding.where, known,
                            base::NearestName(target, known)});
    }
  }
  return unresolved;
}

std::string Describe(const UnresolvedService& unresolved) {
  std::string text = unresolved.worker + ": binding " + unresolved.binding + " points to \"" +
                     unresolved.service +
                     "\", no such Worker (known: " + base::ListNames(unresolved.known) + ").";
  if (!unresolved.where.empty()) text += " " + unresolved.where + ".";
  if (!unresolved.nearest.empty()) text += " Did you mean \"" + unresolved.nearest + "\"?";
  return text;
}

}  // namespace isolane::wrangler
