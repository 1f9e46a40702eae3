#include "wrangler-compat/config_deployment.h"

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
  // `mode`, which has to be there; undefined if it is no string.
  std::string RequireMode(std::span<const std::string_view> choices) {
    const ConfigMember* mode = part_.Find("mode");
    if (mode == nullptr) part_.Fail("\"" + path_ + ".mode\" is a required field.", position_);
    part_.Choice("mode", choices);
    return mode != nullptr && mode->value.IsString() ? mode->value.text : "undefined";
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

void CheckRate(ConfigSection& part, const std::string& path) {
  const auto rate = part.Number("head_sampling_rate");
  if (!rate || (*rate >= 0 && *rate <= 1)) return;
  part.Fail("\"" + path + ".head_sampling_rate\" must be a value between 0 and 1.",
            part.Find("head_sampling_rate")->position);
}

// Something has to be switched on or off. Without one good switch wrangler names all of them; the
// bad ones of the parts are told with their part.
void RequireEnabled(ConfigSection& part, const std::string& path, Position position) {
  static constexpr std::string_view kParts[] = {"logs", "traces", "issues"};
  const ConfigMember* own = part.Find("enabled");
  const auto is_good = [](const ConfigMember* enabled) {
    return enabled != nullptr && enabled->value.IsBoolean();
  };
  bool any = own != nullptr;
  bool good = is_good(own);
  std::string names = JsonQuote(path + ".enabled");
  std::vector<std::string> missing;
  for (const std::string_view key : kParts) {
    const ConfigMember* inner = part.Find(key);
    const ConfigMember* enabled = inner == nullptr ? nullptr : inner->value.Find("enabled");
    const std::string name = JsonQuote(path + "." + std::string(key) + ".enabled");
    names += " or " + name;
    any |= enabled != nullptr;
    good |= is_good(enabled);
    if (enabled == nullptr) missing.push_back(name);
  }
  part.Boolean("enabled");
  if (!any) part.Fail(names + " is required.", position);
  if (!any || good) return;
  if (own == nullptr) missing.insert(missing.begin(), JsonQuote(path + ".enabled"));
  for (const std::string& name : missing) {
    part.Fail("Expected " + name + " to be of type boolean but got undefined.", position);
  }
}

}  // namespace

void CheckPlacement(ConfigSection& section) {
  const ConfigMember* member = section.Find("placement");
  if (member == nullptr || !member->value.IsObject()) return;
  PlacementCheck(section.Part(member->value, section.Name("placement")), member->position).Check();
}

void CheckObservability(ConfigSection& section) {
  const ConfigMember* member = section.Find("observability");
  if (member == nullptr || !member->value.IsObject()) return;
  const std::string path = section.Name("observability");
  ConfigSection part = section.Part(member->value, path);
  RequireEnabled(part, path, member->position);
  CheckRate(part, path);
  part.Boolean("redact_query_string");
  const ConfigMember* issues = part.Find("issues");
  if (issues != nullptr && !issues->value.IsObject()) {
    part.Fail(
        JsonQuote(path + ".issues") + " should be an object but got " + ToJson(issues->value) + ".",
        issues->position);
  } else if (issues != nullptr) {
    static constexpr std::string_view kKnown[] = {"enabled"};
    ConfigSection inner = part.Part(issues->value, path + ".issues");
    inner.Boolean("enabled");
    inner.WarnUnexpected(kKnown);
  }
  for (const std::string key : {"logs", "traces"}) {
    const ConfigMember* object = part.Object(key);
    if (object == nullptr) continue;
    ConfigSection inner = part.Part(object->value, path + "." + key);
    inner.Boolean("enabled");
    CheckRate(inner, path + "." + key);
    if (key == "logs") inner.Boolean("invocation_logs");
    inner.Boolean("persist");
    // Wrangler's short paths.
    part.Part(object->value, key).CheckStrings("destinations");
    static constexpr std::string_view kKnown[] = {"enabled", "head_sampling_rate", "destinations",
                                                  "persist", "invocation_logs"};
    const std::span known(kKnown);
    part.Part(object->value, path).WarnUnexpected(key == "logs" ? known : known.first(4));
  }
}

}  // namespace isolane::wrangler
