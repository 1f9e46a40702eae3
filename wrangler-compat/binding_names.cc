#include "wrangler-compat/binding_names.h"

#include <algorithm>

#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

// "Worker", "Worker and Environment Variable", "A, B, and C".
std::string ListOf(const std::vector<std::string_view>& kinds) {
  std::string text;
  for (size_t i = 0; i < kinds.size(); i++) {
    if (i > 0) text += kinds.size() == 2 ? " and " : i + 1 == kinds.size() ? ", and " : ", ";
    text += kinds[i];
  }
  return text;
}

}  // namespace

void ReportDoubledNames(ConfigSection& section, std::vector<NamedBinding> bindings) {
  std::stable_sort(bindings.begin(), bindings.end(), [](const auto& a, const auto& b) {
    return FriendlyRank(a.kind) < FriendlyRank(b.kind);
  });
  bool any = false;
  std::vector<std::string_view> reported;
  for (size_t i = 0; i < bindings.size(); i++) {
    const std::string& name = bindings[i].name;
    if (std::find(reported.begin(), reported.end(), name) != reported.end()) continue;
    std::vector<std::string_view> kinds{bindings[i].kind};
    const NamedBinding* second = nullptr;
    for (size_t j = i + 1; j < bindings.size(); j++) {
      if (bindings[j].name != name) continue;
      second = &bindings[j];
      if (std::find(kinds.begin(), kinds.end(), second->kind) == kinds.end()) {
        kinds.push_back(second->kind);
      }
    }
    if (second == nullptr) continue;
    any = true;
    reported.push_back(name);
    const std::string list = kinds.size() == 1 ? "multiple " + ListOf(kinds) : ListOf(kinds);
    section.Fail(name + " assigned to " + list + " bindings.", second->position);
  }
  if (any) {
    section.Fail(
        "Bindings must have unique names, so that they can all be referenced in the "
        "worker.\nPlease change your bindings to have unique names.",
        {});
  }
}

}  // namespace isolane::wrangler
