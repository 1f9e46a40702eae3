#include "wrangler-compat/config_deployment.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace isolane::wrangler {
namespace {

class PlacementCheck {
 public:
  PlacementCheck(ConfigSection part, Position position)
      : part_(std::move(part)), path_(part_.Path()), position_(position) {}

  void Check() {
    static constexpr std::string_view kTargets[] = {"region", "host", "hostname"};
    for (const std::string_view key : kTargets) {
      if (part_.Find(key) != nullptr) targets_.push_back(key);
    }
    const bool hint = part_.Find("hint") != nullptr;
    if (hint && !targets_.empty()) {
      part_.Fail("\"" + path_ +
                     "\" cannot have both \"hint\" (smart format) and "
                     "\"region\"/\"host\"/\"hostname\" (targeted format) fields",
                 position_);
    } else if (hint) {
      CheckHint();
    } else if (!targets_.empty()) {
      CheckTargets();
    } else {
      CheckMode();
    }
  }

 private:
  // `mode`, which has to be there.
  std::string RequireMode(std::span<const std::string_view> choices) {
    const ConfigMember* mode = part_.Find("mode");
    if (mode == nullptr) part_.Fail("\"" + path_ + ".mode\" is a required field.", position_);
    part_.Choice("mode", choices);
    return mode == nullptr ? "undefined" : AsText(mode->value);
  }

  void CheckHint() {
    static constexpr std::string_view kModes[] = {"off", "smart"};
    const std::string mode = RequireMode(kModes);
    const ConfigMember& hint = *part_.Find("hint");
    if (!hint.value.IsString()) {
      part_.Fail("\"" + path_ + ".hint\" must be a string when \"" + path_ + ".mode\" is " +
                     JsonQuote(mode),
                 hint.position);
    }
    if (mode != "smart" && !(hint.value.IsString() && hint.value.text.empty())) {
      part_.Fail("\"" + path_ + ".hint\" can only be set when \"" + path_ + ".mode\" is \"smart\"",
                 hint.position);
    }
  }

  void CheckTargets() {
    static constexpr std::string_view kModes[] = {"targeted"};
    part_.Choice("mode", kModes);
    std::string list;
    for (const std::string_view key : targets_) {
      const auto text = part_.String(key);
      if (text && text->empty()) {
        part_.Fail("\"" + path_ + "." + std::string(key) + "\" must be a non-empty string.",
                   part_.Find(key)->position);
      }
      list += (list.empty() ? "" : ", ") + JsonQuote(key);
    }
    if (targets_.size() < 2) return;
    part_.Fail(
        "\"" + path_ + "\" fields " + list + " are mutually exclusive. Only one can be specified.",
        position_);
  }

  void CheckMode() {
    static constexpr std::string_view kModes[] = {"off", "smart", "targeted"};
    if (RequireMode(kModes) != "targeted") return;
    part_.Fail("\"" + path_ + ".region\" or \"" + path_ + ".host\" or \"" + path_ +
                   ".hostname\" is required.",
               position_);
  }

  ConfigSection part_;
  const std::string path_;
  const Position position_;
  std::vector<std::string_view> targets_;
};

// A rate that is a number; what is none has been reported.
void CheckRate(ConfigSection& part, const ConfigMember* in, const std::string& name) {
  const ConfigMember* rate = in == nullptr ? nullptr : in->value.Find("head_sampling_rate");
  const auto number = rate == nullptr ? std::nullopt : NumberOf(rate->value);
  if (!number || (*number >= 0 && *number <= 1)) return;
  part.Fail(JsonQuote(name + ".head_sampling_rate") + " must be a value between 0 and 1.",
            rate->position);
}

// Something has to be switched on or off. Without one good switch wrangler names all of them.
void RequireSwitch(ConfigSection& part, Position position) {
  std::string names;
  std::vector<std::pair<std::string, const ConfigMember*>> switches;
  bool any = false;
  for (const std::string_view key : {"", "logs", "traces", "issues"}) {
    const ConfigMember* inner = key.empty() ? nullptr : part.Find(key);
    const ConfigNode* object = key.empty() ? &part.object() : inner ? &inner->value : nullptr;
    const ConfigMember* enabled = object == nullptr ? nullptr : object->Find("enabled");
    if (enabled != nullptr && enabled->value.IsBoolean()) return;
    any |= enabled != nullptr;
    const std::string name =
        JsonQuote(part.Name(key.empty() ? "enabled" : std::string(key) + ".enabled"));
    names += (names.empty() ? "" : " or ") + name;
    switches.emplace_back(name, enabled);
  }
  if (!any) {
    part.Fail(names + " is required.", position);
    return;
  }
  for (const auto& [name, enabled] : switches) {
    part.Fail("Expected " + name + " to be of type boolean but got " +
                  (enabled == nullptr ? "undefined" : ToJson(enabled->value)) + ".",
              enabled == nullptr ? position : enabled->position);
  }
}

// `logs` or `traces`.
void CheckStream(ConfigSection& part, const std::string& key) {
  const ConfigMember* object = part.Find(key);
  if (object == nullptr || !IsObjectOrList(object->value)) return;
  ConfigSection inner = part.Part(object->value, part.Name(key));
  inner.Boolean("enabled");
  inner.Number("head_sampling_rate");
  if (key == "logs") inner.Boolean("invocation_logs");
  // Wrangler's short paths.
  part.Part(object->value, key).CheckStrings("destinations");
  inner.Boolean("persist");
  static constexpr std::string_view kKnown[] = {"enabled", "head_sampling_rate", "destinations",
                                                "persist", "invocation_logs"};
  const std::span known(kKnown);
  part.Part(object->value, part.Path()).WarnUnexpected(key == "logs" ? known : known.first(4));
}

// The object of a key that has to be one, or a list; null if it is not there or not good.
const ConfigMember* ObjectOf(ConfigSection& section, std::string_view key) {
  const ConfigMember* member = section.Find(key);
  if (member == nullptr || IsObjectOrList(member->value)) return member;
  section.Fail(
      JsonQuote(section.Name(key)) + " should be an object but got " + ToJson(member->value) + ".",
      member->position);
  return nullptr;
}

}  // namespace

void CheckPlacement(ConfigSection& section) {
  const ConfigMember* member = section.Find("placement");
  if (member == nullptr) return;
  if (!member->value.IsObject()) {
    section.Fail("The field " + JsonQuote(section.Name("placement")) +
                     " should be an object but got " + ToJson(member->value) + ".",
                 member->position);
    return;
  }
  PlacementCheck(section.Part(member->value, section.Name("placement")), member->position).Check();
}

void CheckObservability(ConfigSection& section) {
  const ConfigMember* member = ObjectOf(section, "observability");
  if (member == nullptr) return;
  const std::string path = section.Name("observability");
  ConfigSection part = section.Part(member->value, path);
  RequireSwitch(part, member->position);
  part.Number("head_sampling_rate");
  part.Boolean("redact_query_string");
  const ConfigMember* issues = part.Find("issues");
  const bool has_issues = issues != nullptr && issues->value.IsObject();
  if (issues != nullptr && !has_issues) {
    part.Fail(
        JsonQuote(path + ".issues") + " should be an object but got " + ToJson(issues->value) + ".",
        issues->position);
  }
  part.Object("logs");
  part.Object("traces");
  static constexpr std::string_view kFields[] = {
      "enabled", "head_sampling_rate", "redact_query_string", "issues", "logs", "traces"};
  part.WarnUnexpected(kFields);
  if (has_issues) {
    static constexpr std::string_view kKnown[] = {"enabled"};
    ConfigSection inner = part.Part(issues->value, path + ".issues");
    inner.Boolean("enabled");
    inner.WarnUnexpected(kKnown);
  }
  CheckStream(part, "logs");
  CheckStream(part, "traces");
  CheckRate(part, member, path);
  CheckRate(part, part.Find("logs"), path + ".logs");
  CheckRate(part, part.Find("traces"), path + ".traces");
}

void CheckCache(ConfigSection& section) {
  const ConfigMember* member = ObjectOf(section, "cache");
  if (member == nullptr) return;
  ConfigSection part = section.Part(member->value, section.Name("cache"));
  if (part.Find("enabled") == nullptr) {
    part.Fail(JsonQuote(part.Name("enabled")) + " is a required field.", member->position);
  }
  part.Boolean("enabled");
  part.Boolean("cross_version_cache");
  static constexpr std::string_view kKnown[] = {"enabled", "cross_version_cache"};
  part.WarnUnexpected(kKnown);
}

void CheckAccess(ConfigSection& section) {
  const ConfigMember* member = ObjectOf(section, "access");
  if (member == nullptr) return;
  ConfigSection part = section.Part(member->value, section.Name("access"));
  static constexpr std::string_view kFields[] = {"dev"};
  part.WarnUnexpected(kFields);
  const ConfigMember* dev = part.Object("dev");
  if (dev == nullptr) return;
  ConfigSection inner = part.Part(dev->value, part.Name("dev"));
  if (inner.Find("aud") == nullptr) {
    inner.Fail(JsonQuote(inner.Name("aud")) + " is a required field.", dev->position);
  }
  inner.String("aud");
  inner.Object("identity");
  static constexpr std::string_view kKnown[] = {"aud", "identity"};
  inner.WarnUnexpected(kKnown);
}

}  // namespace isolane::wrangler
