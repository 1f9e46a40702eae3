#include "wrangler-compat/config_triggers.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace isolane::wrangler {
namespace {

constexpr std::string_view kEventTypes[] = {
    "cf.artifacts.repo.created",      "cf.artifacts.repo.deleted",
    "cf.artifacts.repo.forked",       "cf.artifacts.repo.imported",
    "cf.artifacts.repo.pushed",       "cf.artifacts.repo.cloned",
    "cf.artifacts.repo.fetched",      "cf.artifacts.repo.token.created",
    "cf.artifacts.repo.token.revoked"};

std::string Got(const ConfigMember* member) {
  return ", but got " + (member == nullptr ? "undefined" : ToJson(member->value)) + ".";
}

// One of `triggers.events`, an object.
class EventCheck {
 public:
  EventCheck(ConfigSection part, Position position)
      : part_(std::move(part)), start_("Expected \"" + part_.Path()), position_(position) {}

  void Run() {
    CheckType();
    CheckFilter();
    CheckTargets();
    static constexpr std::string_view kKnown[] = {"type", "filter", "targets"};
    part_.WarnUnexpected(kKnown);
  }

 private:
  void Fail(const std::string& text, const ConfigMember* got) {
    part_.Fail(start_ + text + Got(got), got == nullptr ? position_ : got->position);
  }

  void CheckType() {
    const ConfigMember* type = part_.Find("type");
    if (type != nullptr && type->value.IsString() &&
        std::find(std::begin(kEventTypes), std::end(kEventTypes), type->value.text) !=
            std::end(kEventTypes)) {
      return;
    }
    Fail(".type\" to be a supported Artifacts event type", type);
  }

  void CheckFilter() {
    const ConfigMember* filter = part_.Find("filter");
    if (filter == nullptr) return;
    if (!filter->value.IsObject()) return Fail(".filter\" to be of type object", filter);
    const auto& members = filter->value.members;
    if (std::all_of(members.begin(), members.end(), [](const ConfigMember& member) {
          return (member.key == "namespace" || member.key == "repo_name") && IsFilled(member.value);
        })) {
      return;
    }
    Fail(".filter\" to contain only non-empty string \"namespace\" and \"repo_name\" fields",
         filter);
  }

  void CheckTargets() {
    const ConfigMember* targets = part_.Find("targets");
    if (targets == nullptr || !targets->value.IsArray() || targets->value.items.empty()) {
      return Fail(".targets\" to be a non-empty array", targets);
    }
    for (size_t i = 0; i < targets->value.items.size(); i++) {
      const ConfigNode& node = targets->value.items[i];
      const std::string name = "targets[" + std::to_string(i) + "]";
      const ConfigMember* type = node.Find("type");
      const ConfigMember* workflow = node.Find("workflow_name");
      if (type == nullptr || type->value.text != "workflow" || workflow == nullptr ||
          !IsFilled(workflow->value)) {
        part_.Fail(start_ + "." + name +
                       "\" to be a workflow target with a non-empty \"workflow_name\", but got " +
                       ToJson(node) + ".",
                   node.position);
        continue;
      }
      static constexpr std::string_view kKnown[] = {"type", "workflow_name"};
      part_.Part(node, part_.Name(name)).WarnUnexpected(kKnown);
    }
  }

  ConfigSection part_;
  const std::string start_;
  const Position position_;
};

void CheckEvents(ConfigSection& triggers, const ConfigMember& events) {
  for (size_t i = 0; i < events.value.items.size(); i++) {
    const ConfigNode& node = events.value.items[i];
    const std::string name = triggers.Name("events[" + std::to_string(i) + "]");
    if (node.IsObject()) {
      EventCheck(triggers.Part(node, name), node.position).Run();
    } else {
      triggers.Fail(
          "Expected " + JsonQuote(name) + " to be of type object, but got " + ToJson(node) + ".",
          node.position);
    }
  }
  if (events.value.items.empty()) return;
  triggers.WarnOfLack("\"triggers.events\" is not supported yet by isolane and is ignored",
                      events.position);
}

}  // namespace

void CheckTriggers(ConfigSection& section) {
  const ConfigMember* member = section.Find("triggers");
  if (member == nullptr || member->value.kind == ConfigKind::kNull) return;
  if (!member->value.IsObject()) {
    section.Fail(
        "Expected \"triggers\" to be of type object but got " + ToJson(member->value) + ".",
        member->position);
    return;
  }
  static constexpr std::string_view kKnown[] = {"crons", "events"};
  ConfigSection part = section.Part(member->value, "triggers");
  for (const std::string_view key : kKnown) {
    const ConfigMember* list = part.Find(key);
    if (list != nullptr && !list->value.IsArray()) {
      // All of it, like wrangler.
      part.Fail("Expected " + JsonQuote(part.Name(key)) + " to be of type array, but got " +
                    ToJson(member->value) + ".",
                list->position);
    } else if (list != nullptr && key == "events") {
      CheckEvents(part, *list);
    }
  }
  part.WarnUnexpected(kKnown);
}

}  // namespace isolane::wrangler
