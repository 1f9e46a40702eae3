#include "wrangler-compat/binding_text.h"

#include <variant>

namespace isolane::wrangler {

BindingText DescribeBinding(const BindingSpec& binding) {
  if (const auto* service = std::get_if<ServiceBinding>(&binding.value)) {
    std::string target = service->service;
    if (!service->entrypoint.empty()) target += "#" + service->entrypoint;
    return {std::move(target), "Worker", service->service};
  }
  if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
    const bool other = !objects->script.empty();
    return {objects->class_name + (other ? ", defined in " + objects->script : std::string()),
            "Durable Object", objects->script};
  }
  if (const auto* unsupported = std::get_if<UnsupportedBinding>(&binding.value)) {
    return {unsupported->target, unsupported->kind, {}, false};
  }
  const auto* var = std::get_if<VarBinding>(&binding.value);
  return {var->hidden ? "\"(hidden)\"" : var->json, "Environment Variable", {}};
}

}  // namespace isolane::wrangler
