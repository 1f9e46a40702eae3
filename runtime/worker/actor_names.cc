#include "runtime/worker/actor_names.h"

namespace isolane::worker {

namespace {

bool IsFileName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace

bool IsActorClassName(std::string_view name) {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return IsFileName(name);
  return IsFileName(name.substr(0, slash)) && IsFileName(name.substr(slash + 1));
}

std::string ActorNameFault(const BindingSpec& binding) {
  const auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
  const auto* flow = std::get_if<WorkflowBinding>(&binding.value);
  if (flow != nullptr && !IsFileName(flow->workflow)) {
    return "has the Workflow \"" + flow->workflow +
           "\", which is no name: give it letters, digits, \"_\" and \"-\".";
  }
  const std::string* const name = objects != nullptr ? &objects->class_name
                                  : flow != nullptr  ? &flow->class_name
                                                     : nullptr;
  if (name == nullptr || IsFileName(*name)) return {};
  return "has the class \"" + *name +
         "\", which is no name: give it that of a class that the Worker exports.";
}

}  // namespace isolane::worker
