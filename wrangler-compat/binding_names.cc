#include "wrangler-compat/binding_names.h"

#include <algorithm>

#include "wrangler-compat/config_order.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

bool Contains(const std::vector<std::string_view>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

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
  if (section.Find("pages_build_output_dir") != nullptr) {
    for (const NamedBinding& binding : bindings) {
      if (binding.name != "ASSETS") continue;
      section.Fail(
          "The name 'ASSETS' is reserved in Pages projects. Please use a different name for your " +
              std::string(binding.kind) + " binding.",
          binding.position, kAboutNames);
    }
  }
  bool any = false;
  std::vector<std::string_view> reported;
  for (size_t i = 0; i < bindings.size(); i++) {
    const std::string& name = bindings[i].name;
    if (Contains(reported, name)) continue;
    std::vector<std::string_view> kinds{bindings[i].kind};
    std::vector<const NamedBinding*> doubled;  // the second of each kind that has it twice
    const NamedBinding* last = nullptr;
    for (size_t j = i + 1; j < bindings.size(); j++) {
      if (bindings[j].name != name) continue;
      last = &bindings[j];
      if (!Contains(kinds, last->kind)) {
        kinds.push_back(last->kind);
      } else if (doubled.empty() || doubled.back()->kind != last->kind) {
        doubled.push_back(last);
      }
    }
    if (last == nullptr) continue;
    any = true;
    reported.push_back(name);
    if (kinds.size() > 1) {
      section.Fail(name + " assigned to " + ListOf(kinds) + " bindings.", last->position,
                   kAboutNames);
    }
    for (const NamedBinding* second : doubled) {
      section.Fail(name + " assigned to multiple " + std::string(second->kind) + " bindings.",
                   second->position, kAboutNames);
    }
  }
  if (any) {
    section.Fail(
        "Bindings must have unique names, so that they can all be referenced in the "
        "worker.\nPlease change your bindings to have unique names.",
        {}, kAboutNames);
  }
}

}  // namespace isolane::wrangler
