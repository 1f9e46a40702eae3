// What tells a class of Durable Objects, or a Workflow, from all others: what the ids of its
// objects and the directory of their files are made of.
//
// Thread: any. Plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <isolane/worker_spec.h>

namespace isolane::worker {

// How a Worker's classes are named: "Counter"; a Workflow by its class and its own name,
// "Order/process-orders", because several may have one class.
std::string WorkflowClassName(std::string_view class_name, std::string_view workflow);

// What a binding to Durable Objects or to a Workflow leads to.
struct ActorTarget {
  std::string script;      // empty: the Worker that is bound to
  std::string class_name;  // see WorkflowClassName
};
// Nothing: it is a binding of another kind.
std::optional<ActorTarget> ActorTargetOf(const BindingSpec& binding);

class ActorKey {
 public:
  ActorKey(std::string_view worker, std::string_view class_name);

  bool is_workflow() const { return !workflow_.empty(); }
  // The class that the Worker exports.
  const std::string& exported() const { return exported_; }
  // The name of the Workflow; empty: it is a class of Durable Objects.
  const std::string& workflow() const { return workflow_; }
  const std::string& text() const { return text_; }
  // Below the one for state: "/v3/do/shop-Counter", as workerd has it.
  std::string directory() const;
  // "class Counter", "Workflow process-orders".
  std::string Describe() const;

 private:
  std::string exported_;
  std::string workflow_;
  std::string text_;
};

}  // namespace isolane::worker
