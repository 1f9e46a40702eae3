#include "wrangler-compat/module_rules.h"

#include <algorithm>
#include <utility>

#include "wrangler-compat/glob.h"

namespace isolane::wrangler {
namespace {

struct Candidate {
  ModuleRule rule;
  std::optional<bool> fallthrough;
  Position position;
  bool is_default = false;
};

std::vector<Candidate> DefaultRules() {
  const auto rule = [](const char* type, std::vector<std::string> globs) {
    std::string list;
    for (const std::string& glob : globs) list += (list.empty() ? "" : ",") + JsonQuote(glob);
    const std::string json = std::string("{\"type\":\"") + type + "\",\"globs\":[" + list + "]}";
    return Candidate{{type, std::move(globs), json, false}, std::nullopt, {}, true};
  };
  return {rule("Text", {"**/*.txt", "**/*.html", "**/*.sql"}), rule("Data", {"**/*.bin"}),
          rule("CompiledWasm", {"**/*.wasm", "**/*.wasm?module"})};
}

bool IsKnownType(std::string_view type) {
  static constexpr std::string_view kTypes[] = {"ESModule", "CommonJS", "CompiledWasm", "Text",
                                                "Data"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

std::optional<Candidate> ReadRule(ConfigSection& section, const ConfigNode& node, size_t index) {
  const std::string path = section.Field("rules") + "[" + std::to_string(index) + "]";
  if (!IsObjectOrList(node)) {
    section.Fail("\"" + path + "\" should be an object but got " + ToJson(node) + ".",
                 node.position);
    return std::nullopt;
  }
  const ConfigMember* type = node.Find("type");
  const ConfigMember* globs = node.Find("globs");
  const ConfigMember* fallthrough = node.Find("fallthrough");
  bool valid = true;
  if (type == nullptr || !type->value.IsString() || !IsKnownType(type->value.text)) {
    section.Fail(
        "bindings should have a string \"type\" field, which contains one of \"ESModule\", "
        "\"CommonJS\", \"CompiledWasm\", \"Text\", or \"Data\".",
        node.position);
    valid = false;
  }
  if (globs == nullptr) {
    section.Fail("Expected \"" + path + ".globs\" to be an array of strings but got undefined",
                 node.position);
    valid = false;
  } else if (!section.Part(node, path).CheckStrings("globs")) {
    valid = false;
  }
  if (fallthrough != nullptr && !fallthrough->value.IsBoolean()) {
    section.Fail("the field \"fallthrough\", when present, should be a boolean.",
                 fallthrough->position);
    valid = false;
  }
  if (!valid) return std::nullopt;

  Candidate candidate;
  candidate.rule.type = type->value.text;
  for (const ConfigNode& item : globs->value.items) candidate.rule.globs.push_back(item.text);
  candidate.rule.json = ToJson(node);
  if (fallthrough != nullptr) candidate.fallthrough = fallthrough->value.boolean;
  candidate.position = node.position;
  return candidate;
}

// The first rule with a glob that matches, shadowed ones last.
template <typename Matches>
const ModuleRule* FindRule(const std::vector<ModuleRule>& rules, Matches&& matches) {
  const ModuleRule* shadowed = nullptr;
  for (const ModuleRule& rule : rules) {
    if (!std::any_of(rule.globs.begin(), rule.globs.end(), matches)) continue;
    if (!rule.shadowed) return &rule;
    if (shadowed == nullptr) shadowed = &rule;
  }
  return shadowed;
}

}  // namespace

std::vector<ModuleRule> DefaultModuleRules() {
  std::vector<ModuleRule> rules;
  for (Candidate& candidate : DefaultRules()) rules.push_back(std::move(candidate.rule));
  return rules;
}

std::vector<ModuleRule> ReadModuleRules(ConfigSection& section) {
  std::vector<Candidate> candidates;
  const ConfigMember* written = section.Find("rules");
  if (written != nullptr && !IsFalsy(written->value) && section.Array("rules") != nullptr) {
    for (size_t i = 0; i < written->value.items.size(); i++) {
      if (auto candidate = ReadRule(section, written->value.items[i], i)) {
        candidates.push_back(std::move(*candidate));
      }
    }
  }
  for (Candidate& candidate : DefaultRules()) candidates.push_back(std::move(candidate));

  for (size_t i = 0; i < candidates.size(); i++) {
    const Candidate& stopper = candidates[i];
    if (stopper.rule.shadowed || stopper.fallthrough == true) continue;
    std::string ignored;
    for (size_t j = i + 1; j < candidates.size(); j++) {
      Candidate& later = candidates[j];
      if (later.rule.type != stopper.rule.type) continue;
      later.rule.shadowed = true;
      ignored += "\n " + later.rule.json + (later.is_default ? " (DEFAULT)" : "");
    }
    if (ignored.empty() || stopper.fallthrough == false) continue;
    section.Warn("The module rule " + stopper.rule.json +
                     " does not have a fallback, the following rules will be ignored:" + ignored +
                     "\n\nAdd `fallthrough = true` to rule to allow next rule to be used or "
                     "`fallthrough = false` to silence this warning",
                 stopper.position);
  }

  std::vector<ModuleRule> rules;
  for (Candidate& candidate : candidates) rules.push_back(std::move(candidate.rule));
  return rules;
}

const ModuleRule* FindModuleRule(const std::vector<ModuleRule>& rules, const std::string& path) {
  return FindRule(rules, [&](const std::string& glob) { return GlobMatches(glob, path); });
}

const ModuleRule* FindImportRule(const std::vector<ModuleRule>& rules,
                                 const std::string& specifier) {
  return FindRule(rules,
                  [&](const std::string& glob) { return ImportGlobMatches(glob, specifier); });
}

}  // namespace isolane::wrangler
