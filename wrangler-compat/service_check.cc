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
      if (service == nullptr) continue;
      if (std::find(known.begin(), known.end(), service->service) != known.end()) continue;
      unresolved.push_back({spec.name, binding.name, service->service, binding.where, known,
                            base::NearestName(service->service, known)});
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
