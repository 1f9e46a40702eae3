#include "wrangler-compat/config_deployment.h"

#include <string>
#include <utility>

namespace isolane::wrangler {
namespace {

class PlacementCheck {
 public:
  PlacementCheck(ConfigSection part, Position position)
      : part_(std::move(part)), position_(position) {}

  void Check() {
    static constexpr std::string_view kTargets[] = {"region", "host", "hostname"};
    for (const std::string_view key : kTargets) {
      if (part_.Find(key) != nullptr) targets_.push_back(key);
    }
    const bool hint = part_.Find("hint") != nullptr;
    if (hint && !targets_.empty()) {
      part_.Fail(
          "\"placement\" cannot have both \"hint\" (smart format) and "
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
  // `mode`, which has to be there; undefined if it is no string.
  std::string RequireMode(std::span<const std::string_view> choices) {
    const ConfigMember* mode = part_.Find("mode");
    if (mode == nullptr) part_.Fail("\"placement.mode\" is a required field.", position_);
    part_.Choice("mode", choices);
    return mode != nullptr && mode->value.IsString() ? mode->value.text : "undefined";
  }

  void CheckHint() {
    static constexpr std::string_view kModes[] = {"off", "smart"};
    const std::string mode = RequireMode(kModes);
    const ConfigMember& hint = *part_.Find("hint");
    if (!hint.value.IsString()) {
      part_.Fail(
          "\"placement.hint\" must be a string when \"placement.mode\" is " + JsonQuote(mode),
          hint.position);
    }
    if (mode != "smart" && !(hint.value.IsString() && hint.value.text.empty())) {
      part_.Fail("\"placement.hint\" can only be set when \"placement.mode\" is \"smart\"",
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
        part_.Fail("\"placement." + std::string(key) + "\" must be a non-empty string.",
                   part_.Find(key)->position);
      }
      list += (list.empty() ? "" : ", ") + JsonQuote(key);
    }
    if (targets_.size() < 2) return;
    part_.Fail(
        "\"placement\" fields " + list + " are mutually exclusive. Only one can be specified.",
        position_);
  }

  void CheckMode() {
    static constexpr std::string_view kModes[] = {"off", "smart", "targeted"};
    if (RequireMode(kModes) != "targeted") return;
    part_.Fail("\"placement.region\" or \"placement.host\" or \"placement.hostname\" is required.",
               position_);
  }

  ConfigSection part_;
  const Position position_;
  std::vector<std::string_view> targets_;
};

void CheckRate(ConfigSection& part, const std::string& path) {
  const auto rate = part.Number("head_sampling_rate");
  if (!rate || (*rate >= 0 && *rate <= 1)) return;
  part.Fail("\"" + path + ".head_sampling_rate\" must be a value between 0 and 1.",
            part.Find("head_sampling_rate")->position);
}

}  // namespace

void CheckPlacement(ConfigSection& section) {
  const ConfigMember* member = section.Find("placement");
  if (member == nullptr || !member->value.IsObject()) return;
  PlacementCheck(section.Part(member->value, "placement"), member->position).Check();
}

void CheckObservability(ConfigSection& section) {
  const ConfigMember* member = section.Find("observability");
  if (member == nullptr || !member->value.IsObject()) return;
  ConfigSection part = section.Part(member->value, "observability");
  bool decided = part.Find("enabled") != nullptr;
  for (const char* key : {"logs", "traces", "issues"}) {
    const ConfigMember* inner = part.Find(key);
    decided |= inner != nullptr && inner->value.Find("enabled") != nullptr;
  }
  if (!decided) {
    part.Fail(
        "\"observability.enabled\" or \"observability.logs.enabled\" or "
        "\"observability.traces.enabled\" or \"observability.issues.enabled\" is required.",
        member->position);
  }
  part.Boolean("enabled");
  CheckRate(part, "observability");
  part.Boolean("redact_query_string");
  const ConfigMember* issues = part.Find("issues");
  if (issues != nullptr && !issues->value.IsObject()) {
    part.Fail("\"observability.issues\" should be an object but got " + ToJson(issues->value) + ".",
              issues->position);
  } else if (issues != nullptr) {
    static constexpr std::string_view kKnown[] = {"enabled"};
    ConfigSection inner = part.Part(issues->value, "observability.issues");
    inner.Boolean("enabled");
    inner.WarnUnexpected(kKnown);
  }
  for (const std::string key : {"logs", "traces"}) {
    const ConfigMember* object = part.Object(key);
    if (object == nullptr) continue;
    ConfigSection inner = part.Part(object->value, "observability." + key);
    inner.Boolean("enabled");
    CheckRate(inner, "observability." + key);
    if (key == "logs") inner.Boolean("invocation_logs");
    inner.Boolean("persist");
    // Wrangler's short paths.
    part.Part(object->value, key).CheckStrings("destinations");
    static constexpr std::string_view kLogs[] = {"enabled", "head_sampling_rate", "invocation_logs",
                                                 "destinations", "persist"};
    static constexpr std::string_view kTraces[] = {"enabled", "head_sampling_rate", "destinations",
                                                   "persist"};
    ConfigSection short_path = part.Part(object->value, "observability");
    if (key == "logs") {
      short_path.WarnUnexpected(kLogs);
    } else {
      short_path.WarnUnexpected(kTraces);
    }
  }
}

}  // namespace isolane::wrangler
