#include "runtime/worker/actor_key.h"

namespace isolane::worker {

std::string WorkflowClassName(std::string_view class_name, std::string_view workflow) {
  return std::string(class_name).append("/").append(workflow);
}

std::optional<ActorTarget> ActorTargetOf(const BindingSpec& binding) {
  if (const auto* objects = std::get_if<DurableObjectBinding>(&binding.value)) {
    return ActorTarget{objects->script, objects->class_name};
  }
  if (const auto* flow = std::get_if<WorkflowBinding>(&binding.value)) {
    return ActorTarget{flow->script, WorkflowClassName(flow->class_name, flow->workflow)};
  }
  return std::nullopt;
}

ActorKey::ActorKey(std::string_view worker, std::string_view class_name)
    : exported_(class_name.substr(0, class_name.find('/'))),
      workflow_(exported_.size() < class_name.size() ? class_name.substr(exported_.size() + 1)
                                                     : std::string_view()) {
  text_ = std::string(worker);
  // The parts of a Workflow's key may hold hyphens themselves.
  if (is_workflow()) {
    text_.append("/").append(workflow_).append("/").append(exported_);
  } else {
    text_.append("-").append(exported_);
  }
}

std::string ActorKey::directory() const {
  return (is_workflow() ? "/v3/workflows/" : "/v3/do/") + text_;
}

std::string ActorKey::Describe() const {
  return is_workflow() ? "Workflow " + workflow_ : "class " + exported_;
}

}  // namespace isolane::worker
