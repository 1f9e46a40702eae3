#include "wrangler-compat/config_exports.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "wrangler-compat/config_order.h"
#include "wrangler-compat/config_workflows.h"

namespace isolane::wrangler {
namespace {

bool IsOneOf(const ConfigMember* member, std::initializer_list<std::string_view> choices) {
  return member != nullptr && member->value.IsString() &&
         std::find(choices.begin(), choices.end(), member->value.text) != choices.end();
}

void CheckWorkerExport(ConfigSection& section, const ConfigMember& one, const std::string& path) {
  static constexpr std::string_view kKnown[] = {"type", "cache"};
  section.Part(one.value, path).WarnUnexpected(kKnown);
  const ConfigMember* cache = one.value.Find("cache");
  if (cache == nullptr) return;
  const std::string field = path + ".cache";
  if (!cache->value.IsObject()) {
    section.Fail(JsonQuote(field) + " should be an object but got " + ToJson(cache->value) + ".",
                 cache->position);
    return;
  }
  static constexpr std::string_view kCache[] = {"enabled"};
  ConfigSection part = section.Part(cache->value, field);
  if (part.Find("enabled") == nullptr) {
    part.Fail(JsonQuote(field + ".enabled") + " is a required field.", cache->position);
  }
  part.Boolean("enabled");
  part.WarnUnexpected(kCache);
}

void CheckWorkflowExport(ConfigSection& section, const ConfigMember& one, const std::string& path) {
  ConfigSection part = section.Part(one.value, path);
  const ConfigMember* name = part.Find("name");
  if (name == nullptr) {
    part.Fail(JsonQuote(path + ".name") + " is a required field.", one.position);
  } else if (const auto text = part.String("name"); text && !IsWorkflowName(*text)) {
    part.Fail(JsonQuote(path + ".name") + " is invalid. " + kWorkflowNameRule, name->position);
  }
  CheckWorkflowSettings(section, one.value, path, "export");
  static constexpr std::string_view kKnown[] = {
      "type", "name", "limits", "concurrency", "schedules", "default_retention", "jurisdiction"};
  part.WarnUnexpected(kKnown);
}

// What an export of a Durable Object may say in one state of its life.
struct ObjectState {
  std::string_view name;
  bool alive;                // has storage
  std::string_view partner;  // names the other class or Worker
  std::vector<std::string_view> allowed;
};

const ObjectState& RulesOf(std::string_view state) {
  static const std::vector<ObjectState> kStates = {
      {"created", true, "", {"type", "state", "storage", "container"}},
      {"deleted", false, "", {"type", "state"}},
      {"renamed", false, "renamed_to", {"type", "state", "renamed_to"}},
      {"transferred", false, "transferred_to", {"type", "state", "transferred_to"}},
      {"expecting-transfer",
       true,
       "transfer_from",
       {"type", "state", "storage", "transfer_from", "container"}}};
  return *std::find_if(kStates.begin(), kStates.end(),
                       [state](const ObjectState& one) { return one.name == state; });
}

void CheckPartner(ConfigSection& section, const ConfigMember& one, const std::string& path,
                  const ObjectState& rules) {
  const ConfigMember* partner = one.value.Find(rules.partner);
  const std::string field = JsonQuote(path + "." + std::string(rules.partner));
  if (partner == nullptr || !partner->value.IsString() || partner->value.text.empty()) {
    section.Fail(field + " is required for state " + JsonQuote(rules.name) +
                     " and must be a non-empty string.",
                 partner == nullptr ? one.position : partner->position);
    return;
  }
  const std::string& name = partner->value.text;
  if (rules.partner != "renamed_to") return;
  if (!IsIdentifier(name)) {
    section.Fail(field + " must be a valid JavaScript identifier (got \"" + name + "\").",
                 partner->position);
  }
  if (name == one.key) {
    section.Fail(field + " cannot equal the source class name \"" + name + "\".",
                 partner->position);
  }
}

void CheckContainer(ConfigSection& section, const ConfigMember& one, const std::string& path) {
  const ConfigMember* container = one.value.Find("container");
  if (container == nullptr) return;
  const std::string field = JsonQuote(path + ".container");
  const ConfigMember* storage = one.value.Find("storage");
  if (!container->value.IsString() || container->value.text.empty()) {
    section.Fail(field +
                     " must be a non-empty string naming a container in the \"containers\" array, "
                     "but got " +
                     ToJson(container->value) + ".",
                 container->position);
  } else if (storage != nullptr && storage->value.text == "legacy-kv") {
    section.Fail(field +
                     " requires \"storage\" to be \"sqlite\". Containers are not supported on "
                     "Durable Objects using the \"legacy-kv\" storage backend.",
                 container->position);
  }
}

void CheckAllowed(ConfigSection& section, const ConfigMember& one, const std::string& path,
                  const ObjectState& rules) {
  const std::vector<std::string_view>& allowed = rules.allowed;
  bool any = false;
  for (const ConfigMember& member : one.value.members) {
    if (std::find(allowed.begin(), allowed.end(), member.key) != allowed.end()) continue;
    section.Fail(JsonQuote(path + "." + member.key) + " is forbidden on state " +
                     JsonQuote(rules.name) + ".",
                 member.position);
    any = true;
  }
  if (!any) return;
  std::string list;
  for (size_t i = 0; i < allowed.size(); i++) {
    if (i > 0) list += allowed.size() == 2 ? " and " : i + 1 < allowed.size() ? ", " : ", and ";
    list += allowed[i];
  }
  section.Fail("Allowed properties are: " + list + ".", one.position);
}

// One class of `exports`; nothing if it is none of Durable Objects, no longer alive, or unusable.
std::optional<DurableObjectClass> ReadExport(ConfigSection& section, const ConfigMember& one) {
  const std::string path = "exports." + one.key;
  const auto fail = [&](const std::string& text, const ConfigMember* got, const char* end = ".") {
    section.Fail("\"" + path + text + (got == nullptr ? "undefined" : ToJson(got->value)) + end,
                 got == nullptr ? one.position : got->position);
    return std::nullopt;
  };
  if (!IsObjectOrList(one.value)) return fail("\" should be an object but got ", &one);
  const ConfigMember* type = one.value.Find("type");
  if (!IsOneOf(type, {"durable-object", "worker", "workflow"})) {
    return fail(".type\" must be \"durable-object\", \"worker\", or \"workflow\", but got ", type);
  }
  if (type->value.text == "worker") CheckWorkerExport(section, one, path);
  if (type->value.text == "workflow") CheckWorkflowExport(section, one, path);
  if (type->value.text != "durable-object") return std::nullopt;
  if (one.key.empty()) {
    section.Fail("\"export\" keys cannot be the empty string.", one.position);
  }
  const ConfigMember* state = one.value.Find("state");
  if (state != nullptr &&
      !IsOneOf(state, {"created", "deleted", "renamed", "transferred", "expecting-transfer"})) {
    return fail(
        ".state\" must be one of \"created\", \"deleted\", \"renamed\", \"transferred\", or "
        "\"expecting-transfer\" but got ",
        state);
  }
  const ObjectState& rules = RulesOf(state == nullptr ? "created" : state->value.text);
  const ConfigMember* storage = one.value.Find("storage");
  const bool stored = IsOneOf(storage, {"sqlite", "legacy-kv"});
  if (rules.alive && !stored) {
    fail(".storage\" is required for state " + JsonQuote(rules.name) +
             " and must be one of sqlite and legacy-kv, but got ",
         storage, "");
  }
  if (!rules.partner.empty()) CheckPartner(section, one, path, rules);
  if (rules.alive) CheckContainer(section, one, path);
  CheckAllowed(section, one, path, rules);
  if (!rules.alive || !stored) return std::nullopt;
  return DurableObjectClass{one.key, storage->value.text == "sqlite"};
}

// That no two of them are one Workflow.
void CheckNamesOfWorkflows(ConfigSection& section, const ConfigMember& exports) {
  std::map<std::string, const ConfigMember*> first;
  for (const ConfigMember& one : exports.value.members) {
    const ConfigMember* name = one.value.Find("name");
    if (!IsOneOf(one.value.Find("type"), {"workflow"}) || name == nullptr ||
        !name->value.IsString()) {
      continue;
    }
    const auto [found, is_new] = first.emplace(name->value.text, &one);
    if (is_new) continue;
    section.Fail(JsonQuote("exports." + found->second->key) + " and " +
                     JsonQuote("exports." + one.key) + " both declare the Workflow " +
                     JsonQuote(name->value.text) + ". Workflow names must be unique.",
                 name->position, kAboutWorkflowNames);
  }
}

}  // namespace

bool ExportsObjects(const ConfigMember& exports) {
  const auto& members = exports.value.members;
  return std::any_of(members.begin(), members.end(), [](const ConfigMember& one) {
    return IsOneOf(one.value.Find("type"), {"durable-object"});
  });
}

std::vector<DurableObjectClass> ReadExports(ConfigSection& section, const ConfigMember& exports) {
  std::vector<DurableObjectClass> classes;
  for (const ConfigMember& one : exports.value.members) {
    if (auto found = ReadExport(section, one)) classes.push_back(std::move(*found));
  }
  CheckNamesOfWorkflows(section, exports);
  return classes;
}

}  // namespace isolane::wrangler
