// One entry of an array of bindings, or the object of a single one: its fields checked as
// resource_kinds.h says, in wrangler's words.
//
// Thread: any. Borrows the section and the node.
#pragma once

#include <string>

#include "wrangler-compat/config_section.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {

class ResourceEntry {
 public:
  // `field` is how messages name the entry: "env.staging.kv_namespaces[0]", "ai".
  ResourceEntry(ConfigSection& section, const ResourceKind& kind, const ConfigNode& node,
                std::string field)
      : section_(section), kind_(kind), node_(node), field_(std::move(field)) {}

  // False when the entry is unusable; what is wrong has been reported.
  bool Check();
  void WarnUnexpected();
  // What it is bound to; may be empty.
  std::string Target() const;

 private:
  bool HasUnexpected() const;
  void Fail(const std::string& text, const ConfigMember* member);
  void CheckField(const ResourceField& field);
  void CheckKind();
  void CheckBucket(std::string_view key);
  void CheckLocalStorage();
  void CheckProducer();
  void CheckRateLimit();
  void CheckWorkflow();
  void CheckPipeline();
  void CheckStream();
  void CheckMail();
  void CheckNetwork();
  void CheckOutbound();
  void CheckUnsafe();

  ConfigSection& section_;
  const ResourceKind& kind_;
  const ConfigNode& node_;
  const std::string field_;
  bool valid_ = true;
};

// The group of one of the bindings of `unsafe`.
ConfigSection NestedUnsafe(const ConfigSection& section, const ConfigNode& node,
                           const std::string& field);

// Checks `queues.consumers`, which are no bindings.
void CheckQueueConsumers(ConfigSection& section);

}  // namespace isolane::wrangler
