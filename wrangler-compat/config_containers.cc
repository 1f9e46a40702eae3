#include "wrangler-compat/config_containers.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "wrangler-compat/container_fields.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kFields[] = {"name",
                                        "instances",
                                        "max_instances",
                                        "image",
                                        "image_build_context",
                                        "image_vars",
                                        "observability",
                                        "class_name",
                                        "scheduling_policy",
                                        "instance_type",
                                        "ssh",
                                        "wrangler_ssh",
                                        "authorized_keys",
                                        "trusted_user_ca_keys",
                                        "configuration",
                                        "constraints",
                                        "affinities",
                                        "rollout_step_percentage",
                                        "rollout_kind",
                                        "durable_objects",
                                        "rollout_active_grace_period",
                                        "unsafe"};
constexpr std::string_view kManagedFields[] = {
    "name",          "class_name", "scheduling_policy", "images",
    "observability", "ssh",        "authorized_keys",   "unsafe"};
constexpr std::string_view kRollouts[] = {"full_auto", "full_manual", "none"};
constexpr std::string_view kPolicies[] = {"regional", "moon", "default"};
constexpr std::string_view kConfigurationFields[] = {"image", "secrets", "labels",
                                                     "disk",  "vcpu",    "memory_mib"};
constexpr std::string_view kCustomLimits[] = {"disk", "vcpu", "memory_mib"};
constexpr std::string_view kInstanceFields[] = {"vcpu", "memory_mib", "disk_mb"};

// One of the containers.
class ContainerCheck {
 public:
  ContainerCheck(ConfigSection& section, const ConfigNode& node)
      : section_(section), node_(node), part_(section.Part(node, "containers")) {}

  void Run() {
    part_.String("class_name");
    part_.String("name");
    const ConfigMember* policy = Find("scheduling_policy");
    const bool managed = policy != nullptr && policy->value.text == "durable_object";
    CheckName(managed);
    if (managed) {
      CheckManaged();
      return;
    }
    CheckImage();
    part_.Object("image_vars");
    part_.Choice("rollout_kind", kRollouts);
    CheckContainerObservability(part_);
    part_.Choice("scheduling_policy", kPolicies);
    CheckNumbers();
    CheckSteps();
    WarnDeprecated();
    CheckUnsafe();
    part_.WarnUnexpected(kFields);
    CheckAccess();
    CheckContainerConstraints(part_);
    CheckInstanceType();
  }

 private:
  const ConfigMember* Find(std::string_view key) const { return node_.Find(key); }
  void Fail(std::string text, const ConfigMember* member) {
    section_.Fail(std::move(text), member != nullptr ? member->position : node_.position);
  }

  void CheckName(bool managed) {
    const ConfigMember* name = Find("name");
    const ConfigMember* class_name = Find("class_name");
    const bool has_class = class_name != nullptr && IsFilled(class_name->value);
    if (managed && class_name != nullptr && class_name->value.IsString() && !has_class) {
      Fail(
          "\"containers.class_name\" must be a non-empty string when specified for a Durable "
          "Object-managed Container.",
          class_name);
    }
    if (name != nullptr && !(name->value.IsString() && name->value.text.empty())) return;
    if (managed && class_name != nullptr && !has_class) return;
    if (class_name == nullptr) {
      Fail(
          "\"containers.name\" is required when \"containers.class_name\" is not defined, because "
          "there is no class name to derive a default name from. Either name this container and "
          "reference it from a Durable Object's `exports` entry, or set \"containers.class_name\".",
          nullptr);
    } else if (section_.file().root.Find("name") == nullptr) {
      Fail(
          "Must have either a top level \"name\" and \"containers.class_name\" field defined, or "
          "have field \"containers.name\" defined.",
          nullptr);
    }
  }

  // Of a container that a Durable Object manages.
  void CheckManaged() {
    CheckManagedImages(part_);
    CheckContainerObservability(part_);
    const ConfigMember* observability = Find("observability");
    if (observability != nullptr &&
        (observability->value.Find("target_instance_count") != nullptr ||
         observability->value.Find("target_instance_percentage") != nullptr)) {
      Fail(
          "\"containers.observability\" only supports enabling or disabling logs for Durable "
          "Object-managed Containers; instance targeting is not supported.",
          observability);
    }
    CheckManagedUnsafe(part_);
    CheckManagedFields();
    if (Find("ssh") != nullptr) CheckContainerSsh(part_, "ssh");
    CheckContainerKeys(part_, "authorized_keys", KeyName::kRequired);
  }

  void CheckManagedFields() {
    std::string names;
    for (const ConfigMember& member : node_.members) {
      if (std::find(std::begin(kManagedFields), std::end(kManagedFields), member.key) !=
          std::end(kManagedFields)) {
        continue;
      }
      names += (names.empty() ? "" : ",") + ("\"" + member.key + "\"");
    }
    if (names.empty()) return;
    Fail("Unsupported fields for Durable Object-managed Containers in containers: " + names +
             ". Only \"name\", \"class_name\", \"scheduling_policy\", \"images\", "
             "\"observability\", \"ssh\", \"authorized_keys\", and restricted \"unsafe\" settings "
             "are supported.",
         nullptr);
  }

  void CheckImage() {
    const ConfigMember* configuration = Find("configuration");
    const ConfigMember* image = Find("image");
    if (image == nullptr && configuration != nullptr) image = configuration->value.Find("image");
    if (image == nullptr || (image->value.IsString() && image->value.text.empty())) {
      Fail(
          "\"containers.image\" field must be defined for each container app. This should be the "
          "path to your Dockerfile or an image URI pointing to the Cloudflare registry.",
          nullptr);
    } else {
      part_.String("image");
    }
    if (configuration != nullptr) CheckConfiguration(*configuration);
    part_.String("image_build_context");
    if (image == nullptr || !IsFilled(image->value)) return;
    std::string wrong = WrongImage(section_.file(), image->value.text);
    if (!wrong.empty()) Fail(std::move(wrong), image);
  }

  void CheckConfiguration(const ConfigMember& configuration) {
    section_.Warn(
        "\"containers.configuration\" is deprecated. Use top level \"containers\" fields instead. "
        "\"configuration.image\" should be \"image\", limits should be set via "
        "\"instance_type\".",
        configuration.position);
    if (!configuration.value.IsObject()) {
      Fail("\"containers.configuration\" should be an object", &configuration);
      return;
    }
    const bool limited =
        std::any_of(std::begin(kCustomLimits), std::end(kCustomLimits),
                    [&](std::string_view key) { return configuration.value.Find(key) != nullptr; });
    if (limited && Find("instance_type") != nullptr) {
      Fail(
          "Cannot set custom limits via \"containers.configuration\" and use preset "
          "\"instance_type\" limits at the same time.",
          &configuration);
    }
    section_.Part(configuration.value, "containers.configuration")
        .WarnUnexpected(kConfigurationFields);
  }

  void CheckUnsafe() {
    const ConfigMember* unsafe = Find("unsafe");
    if (unsafe == nullptr || unsafe->value.IsObject() || unsafe->value.kind == ConfigKind::kNull) {
      return;
    }
    Fail("The field \"containers.unsafe\" should be an object but got " +
             JsonQuote(JavaScriptType(unsafe->value)) + ".",
         unsafe);
  }

  // Who may log in.
  void CheckAccess() {
    for (const std::string_view key : {"ssh", "wrangler_ssh"}) {
      if (Find(key) == nullptr) continue;
      CheckContainerSsh(part_, key);
      break;
    }
    CheckContainerKeys(part_, "authorized_keys", KeyName::kRequired);
    CheckContainerKeys(part_, "trusted_user_ca_keys", KeyName::kOptional);
  }

  void CheckNumbers() {
    const ConfigMember* grace = Find("rollout_active_grace_period");
    if (grace != nullptr && (!grace->value.IsNumber() || *NumberOf(grace->value) < 0)) {
      Fail(
          "\"containers.rollout_active_grace_period\" field should be a positive number but got "
          "\"" +
              AsText(grace->value) + "\"",
          grace);
    }
    const auto most = part_.Number("max_instances");
    if (most && *most < 0) {
      Fail("\"containers.max_instances\" field should be a positive number, but got " +
               AsText(Find("max_instances")->value),
           Find("max_instances"));
    }
  }

  void CheckSteps() {
    const ConfigMember* steps = Find("rollout_step_percentage");
    if (steps == nullptr) return;
    const std::string name = "\"containers.rollout_step_percentage\" ";
    if (steps->value.IsNumber()) {
      static constexpr int kAllowed[] = {5, 10, 20, 25, 50, 100};
      const double step = *NumberOf(steps->value);
      if (std::find(std::begin(kAllowed), std::end(kAllowed), step) == std::end(kAllowed)) {
        Fail(name + "must be one of [5, 10, 20, 25, 50, 100], but got " + AsText(steps->value),
             steps);
      }
      return;
    }
    if (!steps->value.IsArray()) {
      Fail(name + "must be a number or array of numbers, but got \"" + AsText(steps->value) + "\"",
           steps);
      return;
    }
    CheckStepList(name, *steps);
  }

  void CheckStepList(const std::string& name, const ConfigMember& steps) {
    std::string others, outside;
    bool ascending = true;
    double last = 0;
    for (const ConfigNode& step : steps.value.items) {
      if (!step.IsNumber()) {
        others += (others.empty() ? "" : ", ") + AsText(step);
        continue;
      }
      const double number = *NumberOf(step);
      if (number < 10 || number > 100) outside += (outside.empty() ? "" : ", ") + AsText(step);
      ascending &= number >= last;
      last = number;
    }
    if (!ascending) {
      Fail(name + "array elements must be in ascending order, but got \"" + AsText(steps.value) +
               "\"",
           &steps);
    }
    if (!steps.value.items.empty() && steps.value.items.back().IsNumber() && last != 100) {
      Fail("The final step in " + name + "must be 100, but got \"" +
               AsText(steps.value.items.back()) + "\"",
           &steps);
    }
    if (!others.empty()) {
      Fail(name + "array elements must be numbers, but got \"" + others + "\"", &steps);
    }
    if (!outside.empty()) {
      Fail(name + "array elements must be between 10 and 100, but got \"" + outside + "\"", &steps);
    }
    const ConfigMember* most = Find("max_instances");
    const size_t count = steps.value.items.size();
    if (most != nullptr && most->value.IsNumber() &&
        static_cast<double>(count) > *NumberOf(most->value)) {
      Fail(name + "cannot have more steps (" + std::to_string(count) +
               ") than \"max_instances\" (" + AsText(most->value) + ")",
           &steps);
    }
  }

  void CheckInstanceType() {
    const ConfigMember* type = Find("instance_type");
    if (type == nullptr) return;
    if (type->value.IsString()) {
      const auto chosen = part_.Choice("instance_type", kContainerInstanceTypes);
      if (chosen == "dev" || chosen == "standard") {
        const std::string better = *chosen == "dev" ? "lite" : "standard-1";
        section_.Warn("The \"" + *chosen + "\" instance_type has been renamed to \"" + better +
                          "\" and will be removed in a subsequent version. Please update your "
                          "configuration to use \"" +
                          better + "\" instead.",
                      type->position);
      }
      return;
    }
    if (part_.Object("instance_type") == nullptr) return;
    for (const std::string_view key : kInstanceFields) {
      const ConfigMember* member = type->value.Find(key);
      if (member == nullptr || member->value.IsNumber()) continue;
      Fail("\"containers.instance_type." + std::string(key) +
               "\", when present, should be a number.",
           member);
    }
    section_.Part(type->value, "containers.instance_type").WarnUnexpected(kInstanceFields);
  }

  void WarnDeprecated() {
    static constexpr std::string_view kDeprecated[][2] = {
        {"instances", "Use \"containers.max_instances\" instead."},
        {"durable_objects", "Use the \"class_name\" field instead."},
        {"wrangler_ssh", "Use \"containers.ssh\" instead."}};
    for (const auto& [key, advice] : kDeprecated) {
      const ConfigMember* member = Find(key);
      if (member == nullptr) continue;
      section_.Warn("\"containers." + std::string(key) + "\" is deprecated. " + std::string(advice),
                    member->position);
    }
  }

  ConfigSection& section_;
  const ConfigNode& node_;
  ConfigSection part_;
};

}  // namespace

void CheckContainers(ConfigSection& section) {
  const ConfigMember* member = section.Find("containers");
  if (member == nullptr || member->value.kind == ConfigKind::kNull) return;
  if (!member->value.IsArray()) {
    section.Fail("\"containers\" field should be an array, but got " + ToJson(member->value),
                 member->position);
    return;
  }
  for (const ConfigNode& node : member->value.items) {
    if (node.IsObject()) {
      ContainerCheck(section, node).Run();
    } else {
      section.Fail("\"containers\" entries should be objects, but got " + ToJson(node),
                   node.position);
    }
  }
}

}  // namespace isolane::wrangler
