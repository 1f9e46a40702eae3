#include "wrangler-compat/config_containers.h"

#include <algorithm>
#include <iterator>
#include <optional>
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
constexpr char kSteps[] = "\"containers.rollout_step_percentage\" ";
constexpr std::string_view kInstanceFields[] = {"vcpu", "memory_mib", "disk_mb"};

// One of the containers.
class ContainerCheck {
 public:
  ContainerCheck(ConfigSection& section, const ConfigNode& node)
      : section_(section), node_(node), part_(section.Part(node, section.Name("containers"))) {}

  void Run() {
    part_.String("class_name");
    const ConfigMember* policy = Find("scheduling_policy");
    const bool managed = policy != nullptr && policy->value.text == "durable_object";
    CheckName(managed);
    if (managed) {
      CheckManaged();
      return;
    }
    CheckImage();
    CheckSteps();
    part_.Choice("rollout_kind", kRollouts);
    CheckNumbers();
    part_.Object("image_vars");
    CheckContainerObservability(part_);
    part_.Choice("scheduling_policy", kPolicies);
    WarnDeprecated();
    CheckUnsafe();
    part_.WarnUnexpected(kFields);
    if (const ConfigMember* configuration = Find("configuration");
        configuration != nullptr && configuration->value.IsObject()) {
      section_.Part(configuration->value, part_.Name("configuration"))
          .WarnUnexpected(kConfigurationFields);
    }
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
    part_.String("name");
    // None is made up in `previews`.
    if (!section_.Path().empty() || (name != nullptr && !IsFalsy(name->value))) return;
    if (managed && class_name != nullptr && !has_class) return;
    if (class_name == nullptr) {
      Fail(
          "\"containers.name\" is required when \"containers.class_name\" is not defined, because "
          "there is no class name to derive a default name from. Either name this container and "
          "reference it from a Durable Object's `exports` entry, or set \"containers.class_name\".",
          nullptr);
    } else if (!HasWorkerName()) {
      Fail(
          "Must have either a top level \"name\" and \"containers.class_name\" field defined, or "
          "have field \"containers.name\" defined.",
          nullptr);
    }
  }

  // The environment's own, or that of the top level.
  bool HasWorkerName() const {
    const ConfigMember* name = section_.Find("name");
    if (name == nullptr) name = section_.file().root.Find("name");
    return name != nullptr && !IsFalsy(name->value);
  }

  // Of a container that a Durable Object manages.
  void CheckManaged() {
    CheckManagedImages(part_);
    CheckContainerObservability(part_);
    const ConfigMember* observability = Find("observability");
    if (observability != nullptr &&
        (observability->value.Find("target_instance_count") != nullptr ||
         observability->value.Find("target_instance_percentage") != nullptr)) {
      Fail(JsonQuote(part_.Name("observability")) +
               " only supports enabling or disabling logs for Durable "
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
    Fail("Unsupported fields for Durable Object-managed Containers in " + part_.Path() + ": " +
             names +
             ". Only \"name\", \"class_name\", \"scheduling_policy\", \"images\", "
             "\"observability\", \"ssh\", \"authorized_keys\", and restricted \"unsafe\" settings "
             "are supported.",
         nullptr);
  }

  void CheckImage() {
    const ConfigMember* configuration = Find("configuration");
    const ConfigMember* image = Find("image");
    const ConfigMember* inner =
        configuration == nullptr ? nullptr : configuration->value.Find("image");
    const auto is_there = [](const ConfigMember* one) {
      return one != nullptr && !IsFalsy(one->value);
    };
    if (!is_there(image) && !is_there(inner)) {
      Fail(
          "\"containers.image\" field must be defined for each container app. This should be the "
          "path to your Dockerfile or an image URI pointing to the Cloudflare registry.",
          nullptr);
    }
    if (configuration != nullptr) CheckConfiguration(*configuration);
    part_.String("image_build_context");
    if (image == nullptr || image->value.kind == ConfigKind::kNull) image = inner;
    if (image == nullptr) return;
    if (!image->value.IsString()) {
      if (is_there(image)) part_.String("image");
      return;
    }
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
    const ConfigMember* type = Find("instance_type");
    if (limited && type != nullptr && !IsFalsy(type->value)) {
      Fail(
          "Cannot set custom limits via \"containers.configuration\" and use preset "
          "\"instance_type\" limits at the same time.",
          &configuration);
    }
  }

  void CheckUnsafe() {
    const ConfigMember* unsafe = Find("unsafe");
    if (unsafe == nullptr || unsafe->value.IsObject() || IsFalsy(unsafe->value)) return;
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
    const ConfigMember* steps = Find("rollout_step_percentage");
    if (steps == nullptr || !steps->value.IsArray()) return;
    const size_t count = steps->value.items.size();
    if (most && static_cast<double>(count) > *most) {
      Fail(kSteps + ("cannot have more steps (" + std::to_string(count)) +
               ") than \"max_instances\" (" + AsText(Find("max_instances")->value) + ")",
           steps);
    }
  }

  void CheckSteps() {
    const ConfigMember* steps = Find("rollout_step_percentage");
    if (steps == nullptr) return;
    const std::string name = kSteps;
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
    const std::vector<ConfigNode>& items = steps.value.items;
    std::vector<std::string> others, outside;
    bool ascending = true;
    size_t index = 0;
    for (const ConfigNode& step : items) {
      if (!step.IsNumber()) {
        others.push_back(step.kind == ConfigKind::kNull ? "" : AsText(step));
        continue;
      }
      const double number = *NumberOf(step);
      if (number < 10 || number > 100) outside.push_back(AsText(step));
      // Wrangler counts numbers, and looks at the item of that count.
      const auto last = index == 0 ? std::nullopt : NumberOf(items[index - 1]);
      if (ascending && last && number < *last) {
        Fail(name + "array elements must be in ascending order, but got \"" + AsText(steps.value) +
                 "\"",
             &steps);
        ascending = false;
      }
      if (index == items.size() - 1 && number != 100) {
        Fail("The final step in " + name + "must be 100, but got \"" + AsText(step) + "\"", &steps);
      }
      index++;
    }
    const auto list = [](const std::vector<std::string>& texts) {
      std::string all;
      for (size_t i = 0; i < texts.size(); i++) all += (i == 0 ? "" : ", ") + texts[i];
      return all;
    };
    if (!others.empty()) {
      Fail(name + "array elements must be numbers, but got \"" + list(others) + "\"", &steps);
    }
    if (!outside.empty()) {
      Fail(name + "array elements must be between 10 and 100, but got \"" + list(outside) + "\"",
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
    section_.Part(type->value, part_.Name("instance_type")).WarnUnexpected(kInstanceFields);
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

std::string QuotedFields(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "" : ", ") + JsonQuote(field);
  return text;
}

// What `previews.containers` must not say. False, and reported, if they do: only the first mistake.
bool CheckPreviewed(ConfigSection& section, const ConfigMember& list) {
  const std::string field = section.Name("containers");
  std::vector<std::string> managed, named, seen, doubled;
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (size_t i = 0; i < list.value.items.size(); i++) {
    const ConfigNode& node = list.value.items[i];
    const std::string path = field + "[" + std::to_string(i) + "].";
    const ConfigMember* policy = node.Find("scheduling_policy");
    if (policy != nullptr && policy->value.text == "durable_object") {
      managed.push_back(path + "scheduling_policy");
    }
    if (node.Find("name") != nullptr) named.push_back(path + "name");
    const ConfigMember* class_name = node.Find("class_name");
    if (class_name == nullptr || !class_name->value.IsString()) continue;
    const std::string& text = class_name->value.text;
    if (has(seen, text) && !has(doubled, text)) doubled.push_back(text);
    seen.push_back(text);
  }
  std::string wrong;
  if (!managed.empty()) {
    wrong = QuotedFields(managed) +
            " cannot be \"durable_object\". Durable Object-managed Containers are configured only "
            "in the top-level \"containers\" array.";
  } else if (!named.empty()) {
    wrong = QuotedFields(named) +
            " cannot be set. A preview container's application name is generated from the worker "
            "name, preview slug, and Durable Object class name, so that separate previews of the "
            "same Worker do not collide. Remove it and identify the container with \"class_name\".";
  } else if (!doubled.empty()) {
    wrong = JsonQuote(field) + " declares more than one container for the Durable Object class " +
            QuotedFields(doubled) + "; each Durable Object class may appear at most once.";
  }
  if (wrong.empty()) return true;
  section.Fail(std::move(wrong), list.position);
  return false;
}

}  // namespace

void CheckContainers(ConfigSection& section) {
  const ConfigMember* member = section.Find("containers");
  if (member == nullptr || IsFalsy(member->value)) return;
  if (!member->value.IsArray()) {
    section.Fail("\"containers\" field should be an array, but got " + ToJson(member->value),
                 member->position);
    return;
  }
  if (!section.Path().empty() && !CheckPreviewed(section, *member)) return;
  for (const ConfigNode& node : member->value.items) {
    if (IsObjectOrList(node)) {
      ContainerCheck(section, node).Run();
    } else {
      section.Fail("\"containers\" entries should be objects, but got " + ToJson(node),
                   node.position);
    }
  }
}

}  // namespace isolane::wrangler
