#include "wrangler-compat/config_workflows.h"

#include <algorithm>
#include <string_view>

namespace isolane::wrangler {
namespace {

constexpr int64_t kMaxSteps = 25000;

bool IsPositive(const ConfigNode& value) { return WholeNumberOf(value).value_or(0) > 0; }

class SettingsCheck {
 public:
  SettingsCheck(ConfigSection& section, const ConfigNode& node, const std::string& field,
                const std::string& kind)
      : section_(section),
        node_(node),
        field_(field),
        start_(JsonQuote(field) + " " + kind + " ") {}

  bool Check() {
    CheckSchedules();
    CheckLimits();
    CheckRetention();
    CheckConcurrency();
    CheckJurisdiction();
    return valid_;
  }

 private:
  void Fail(const std::string& text, Position position) {
    section_.Fail(start_ + text + ".", position);
    valid_ = false;
  }

  void FailType(const std::string& type, const ConfigMember& member) {
    Fail("should, optionally, have " + type + " " + JsonQuote(member.key) + " field but got " +
             ToJson(node_),
         member.position);
  }

  // Null unless it is there and an object, which has no other keys than `known`.
  const ConfigMember* Object(std::string_view key, std::span<const std::string_view> known) {
    const ConfigMember* member = node_.Find(key);
    if (member == nullptr) return nullptr;
    if (!member->value.IsObject()) {
      FailType("an object", *member);
      return nullptr;
    }
    section_.Part(member->value, field_ + "." + std::string(key)).WarnUnexpected(known);
    return member;
  }

  void CheckSchedules() {
    const ConfigMember* schedules = node_.Find("schedules");
    if (schedules == nullptr) return;
    const ConfigNode& value = schedules->value;
    const auto& items = value.items;
    const auto is_string = [](const ConfigNode& item) { return item.IsString(); };
    if (value.IsString() ? value.text.empty() : value.IsArray() && items.empty()) {
      Fail("\"schedules\" field must not be an empty " +
               std::string(value.IsString() ? "string" : "array"),
           schedules->position);
    } else if (!value.IsString() &&
               (!value.IsArray() || !std::all_of(items.begin(), items.end(), is_string))) {
      FailType("a string or array of strings", *schedules);
    } else if (!std::all_of(items.begin(), items.end(), IsFilled)) {
      Fail("\"schedules\" field must not contain empty strings", schedules->position);
    }
  }

  void CheckLimits() {
    static constexpr std::string_view kKnown[] = {"steps"};
    const ConfigMember* limits = Object("limits", kKnown);
    const ConfigMember* steps = limits == nullptr ? nullptr : limits->value.Find("steps");
    if (steps == nullptr) return;
    if (!IsPositive(steps->value)) {
      Fail("\"limits.steps\" field must be a positive integer but got " + ToJson(steps->value),
           steps->position);
    } else if (*WholeNumberOf(steps->value) > kMaxSteps) {
      section_.Warn(JsonQuote(field_) + " has a step limit of " + ToJson(steps->value) +
                        ", which exceeds the production maximum of 25,000. This configuration may "
                        "not work when deployed.",
                    steps->position);
    }
  }

  void CheckRetention() {
    static constexpr std::string_view kKnown[] = {"success_retention", "error_retention"};
    const ConfigMember* retention = Object("default_retention", kKnown);
    if (retention == nullptr) return;
    for (const std::string_view key : kKnown) {
      const ConfigMember* member = retention->value.Find(key);
      if (member == nullptr || IsPositive(member->value) || IsFilled(member->value)) continue;
      Fail("\"default_retention." + std::string(key) +
               "\" field must be a positive integer of milliseconds or a duration string such as "
               "\"3 days\", but got " +
               ToJson(member->value),
           member->position);
    }
  }

  void CheckConcurrency() {
    static constexpr std::string_view kKnown[] = {"limit"};
    const ConfigMember* concurrency = Object("concurrency", kKnown);
    const ConfigMember* limit = concurrency == nullptr ? nullptr : concurrency->value.Find("limit");
    if (limit == nullptr || IsPositive(limit->value)) return;
    Fail("\"concurrency.limit\" field must be a positive integer but got " + ToJson(limit->value),
         limit->position);
  }

  void CheckJurisdiction() {
    const ConfigMember* member = node_.Find("jurisdiction");
    if (member == nullptr) return;
    for (const std::string_view known : {"eu", "fedramp", "us"}) {
      if (member->value.IsString() && member->value.text == known) return;
    }
    Fail("\"jurisdiction\" field must be one of \"eu\", \"fedramp\", or \"us\", but got " +
             ToJson(member->value),
         member->position);
  }

  ConfigSection& section_;
  const ConfigNode& node_;
  const std::string& field_;
  const std::string start_;
  bool valid_ = true;
};

}  // namespace

bool IsWorkflowName(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

void CheckWorkflowNames(ConfigSection& section, const ConfigMember& workflows) {
  std::vector<std::string> names;
  std::vector<std::string> doubled;
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  Position position;
  for (const ConfigNode& node : workflows.value.items) {
    const ConfigMember* name = node.Find("name");
    if (name == nullptr || !name->value.IsString()) continue;
    const std::string& text = name->value.text;
    if (has(names, text) && !has(doubled, text)) {
      if (doubled.empty()) position = name->position;
      doubled.push_back(text);
    }
    names.push_back(text);
  }
  if (doubled.empty()) return;
  std::string list;
  for (const std::string& name : doubled) list += (list.empty() ? "\"" : "\", \"") + name;
  section.Fail(JsonQuote(section.Name("workflows")) +
                   " bindings must have unique \"name\" values; duplicate(s) found: " + list + "\"",
               position);
}

std::vector<std::string> OwnWorkflowClasses(const ConfigSection& section) {
  std::vector<std::string> classes;
  const ConfigMember* workflows = section.Find("workflows");
  if (workflows == nullptr) return classes;
  for (const ConfigNode& node : workflows->value.items) {
    const ConfigMember* name = node.Find("class_name");
    const ConfigMember* script = node.Find("script_name");
    // An empty one is none.
    if (name == nullptr || (script != nullptr && !script->value.text.empty())) continue;
    classes.push_back(name->value.text);
  }
  return classes;
}

bool CheckWorkflowSettings(ConfigSection& section, const ConfigNode& node, const std::string& field,
                           const std::string& kind) {
  return SettingsCheck(section, node, field, kind).Check();
}

}  // namespace isolane::wrangler
