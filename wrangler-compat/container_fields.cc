#include "wrangler-compat/container_fields.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/base/url.h"
#include "wrangler-compat/files.h"

namespace isolane::wrangler {
namespace {

using Text = std::string_view;

// `path` is that of the container, and how its fields are called: "containers.ssh".
std::string PathOf(const ConfigSection& container, Text field) {
  return container.Path() + "." + std::string(field);
}

bool IsText(const ConfigMember* member) { return member != nullptr && member->value.IsString(); }
bool IsTrue(const ConfigMember* member) {
  return member != nullptr && member->value.IsBoolean() && member->value.boolean;
}

std::string Upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

// How many instances are observed: one of two fields, and only of what is observed at all.
void CheckTargets(ConfigSection& part, const std::string& path, bool enabled) {
  static constexpr Text kTargets[][2] = {
      {"target_instance_percentage", "must be an integer between 1 and 99 inclusive."},
      {"target_instance_count", "must be a positive integer."}};
  static constexpr int64_t kMost[] = {99, int64_t{1} << 53};
  const ConfigMember* count = part.Find("target_instance_count");
  if (part.Find("target_instance_percentage") != nullptr && count != nullptr) {
    part.Fail("\"" + path + ".target_instance_percentage\" and \"" + path +
                  ".target_instance_count\" cannot both be set.",
              count->position);
  }
  for (size_t i = 0; i < std::size(kTargets); i++) {
    const ConfigMember* target = part.Find(kTargets[i][0]);
    if (target == nullptr) continue;
    const std::string name = JsonQuote(path + "." + std::string(kTargets[i][0]));
    if (target->value.IsNumber() && !IsWholeIn(target->value, 1, kMost[i])) {
      part.Fail(name + " " + std::string(kTargets[i][1]), target->position);
    }
    if (enabled) continue;
    part.Fail(name + " requires \"" + path + ".enabled\" or \"" + path +
                  ".logs.enabled\" to be true because container observability overrides root "
                  "observability.",
              target->position);
  }
}

bool IsNameOfPart(Text text) {
  // Letters and digits with single marks between them; '-' may be repeated, '_' doubled.
  if (text.empty()) return false;
  bool mark = true;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      mark = false;
      continue;
    }
    if (mark || Text("._-").find(c) == Text::npos) return false;
    if (c == '-') {
      while (i + 1 < text.size() && text[i + 1] == '-') i++;
    } else if (c == '_' && i + 1 < text.size() && text[i + 1] == '_') {
      i++;
    }
    mark = true;
  }
  return !mark;
}

constexpr Text kRegistry = "registry.cloudflare.com";

// "registry.cloudflare.com/ACCOUNT/REPOSITORY@sha256:DIGEST"
bool IsPinned(Text image) {
  if (!image.starts_with(kRegistry) || !image.substr(kRegistry.size()).starts_with('/')) {
    return false;
  }
  image.remove_prefix(kRegistry.size() + 1);
  static constexpr Text kDigest = "@sha256:";
  const size_t at = image.find(kDigest);
  if (at == Text::npos) return false;
  const Text digest = image.substr(at + kDigest.size());
  if (digest.size() != 64 || digest.find_first_not_of("0123456789abcdef") != Text::npos) {
    return false;
  }
  size_t parts = 0;
  for (Text rest = image.substr(0, at);; parts++) {
    const size_t slash = rest.find('/');
    if (!IsNameOfPart(rest.substr(0, slash))) return false;
    if (slash == Text::npos) return parts > 0;
    rest.remove_prefix(slash + 1);
  }
}

void CheckBuildFields(ConfigSection& part, const std::string& field) {
  const ConfigMember* context = part.Find("build_context");
  if (context != nullptr && !IsFilled(context->value)) {
    part.Fail(JsonQuote(field + ".build_context") + " must be a non-empty string.",
              context->position);
  }
  const ConfigMember* vars = part.Find("build_vars");
  if (vars == nullptr) return;
  const auto& members = vars->value.members;
  if (vars->value.IsObject() && std::all_of(members.begin(), members.end(),
                                            [](const auto& one) { return one.value.IsString(); })) {
    return;
  }
  part.Fail(JsonQuote(field + ".build_vars") + " must be an object with string values.",
            vars->position);
}

void CheckManagedImage(ConfigSection& part, const std::string& field, Position position) {
  const ConfigMember* dockerfile = part.Find("dockerfile");
  const ConfigMember* image = part.Find("image");
  if ((dockerfile == nullptr) == (image == nullptr)) {
    part.Fail(JsonQuote(field) + " must specify exactly one of \"dockerfile\" or \"image\".",
              position);
  }
  for (const ConfigMember* source : {dockerfile, image}) {
    if (source == nullptr || IsFilled(source->value)) continue;
    part.Fail(JsonQuote(field + "." + source->key) + " must be a non-empty string.",
              source->position);
  }
  if (image != nullptr && IsFilled(image->value) && !IsPinned(image->value.text)) {
    part.Fail(JsonQuote(field + ".image") +
                  " must be a digest-pinned image in the managed registry, in the form \"" +
                  std::string(kRegistry) +
                  "/<account-id>/<repository>@sha256:<64 lowercase hex characters>\".",
              image->position);
  }
  const bool built = dockerfile != nullptr && image == nullptr;
  if (built) CheckBuildFields(part, field);
  std::string others;
  for (const ConfigMember& member : part.object().members) {
    if (member.key == "dockerfile" || member.key == "image") continue;
    if (built && (member.key == "build_context" || member.key == "build_vars")) continue;
    others += (others.empty() ? "" : ", ") + ("\"" + member.key + "\"");
  }
  if (others.empty()) return;
  part.Fail("Unexpected fields found in " + field + " field: " + others, position);
}

}  // namespace

void CheckContainerSsh(ConfigSection& container, std::string_view field) {
  const ConfigMember& ssh = *container.Find(field);
  const std::string path = PathOf(container, field);
  const ConfigMember* enabled = ssh.value.Find("enabled");
  if (enabled == nullptr || !enabled->value.IsBoolean()) {
    container.Fail(path + ".enabled must be a boolean",
                   enabled == nullptr ? ssh.position : enabled->position);
  }
  const ConfigMember* port = ssh.value.Find("port");
  if (port == nullptr || IsWholeIn(port->value, 1, 65535)) return;
  container.Fail(path + ".port must be a number between 1 and 65535 inclusive", port->position);
}

void CheckContainerKeys(ConfigSection& container, std::string_view field, KeyName name) {
  const ConfigMember* keys = container.Find(field);
  if (keys == nullptr) return;
  const std::string path = PathOf(container, field);
  if (!keys->value.IsArray()) {
    container.Fail(path + " must be an array", keys->position);
    return;
  }
  for (size_t i = 0; i < keys->value.items.size(); i++) {
    const ConfigNode& key = keys->value.items[i];
    const std::string one = path + "[" + std::to_string(i) + "]";
    if (!key.IsObject()) {
      container.Fail(one + " must be an object", key.position);
      continue;
    }
    const ConfigMember* called = key.Find("name");
    if (!IsText(called) && (called != nullptr || name == KeyName::kRequired)) {
      container.Fail(one + ".name must be a string", key.position);
    }
    const ConfigMember* text = key.Find("public_key");
    if (!IsText(text)) {
      container.Fail(one + ".public_key must be a string", key.position);
    } else if (!base::LowerCased(text->value.text).starts_with("ssh-ed25519")) {
      container.Fail(one +
                         ".public_key is an unsupported key type. Please provide an ED25519 "
                         "public key.",
                     text->position);
    }
  }
}

void CheckContainerConstraints(ConfigSection& container) {
  const ConfigMember* member = container.Object("constraints");
  if (member == nullptr) return;
  const std::string path = PathOf(container, "constraints");
  ConfigSection part = container.Part(member->value, path);
  if (const ConfigMember* tier = part.Find("tier")) {
    part.Warn(
        "\"constraints.tier\" has been deprecated in favor of \"constraints.tiers\". Please "
        "update your configuration to use \"constraints.tiers\" instead.",
        tier->position);
    if (part.Find("tiers") != nullptr) {
      part.Fail(path + ".tier and " + path + ".tiers cannot both be set", tier->position);
    }
  }
  part.CheckNumbers("tiers");
  part.String("jurisdiction");
  static constexpr Text kJurisdictions[] = {"eu", "fedramp", "us"};
  const ConfigMember* jurisdiction = part.Find("jurisdiction");
  if (jurisdiction != nullptr &&
      std::find(std::begin(kJurisdictions), std::end(kJurisdictions), jurisdiction->value.text) ==
          std::end(kJurisdictions) &&
      !IsFalsy(jurisdiction->value)) {
    part.Fail(path + ".jurisdiction must be one of: \"eu\", \"fedramp\", \"us\"",
              jurisdiction->position);
  }
  const ConfigMember* regions = part.Find("regions");
  if (!part.CheckStrings("regions") || regions == nullptr) return;
  static constexpr Text kRegions[] = {"ENAM", "WNAM", "EEUR", "WEUR", "APAC",
                                      "SAM",  "ME",   "OC",   "AFR"};
  for (const ConfigNode& region : regions->value.items) {
    if (std::find(std::begin(kRegions), std::end(kRegions), Upper(region.text)) !=
        std::end(kRegions)) {
      continue;
    }
    part.Fail(path + ".regions contains invalid region \"" + region.text +
                  "\". Valid regions are: ENAM, WNAM, EEUR, WEUR, APAC, SAM, ME, OC, AFR",
              region.position);
  }
}

void CheckContainerObservability(ConfigSection& container) {
  const ConfigMember* member = container.Find("observability");
  if (member == nullptr) return;
  const std::string path = PathOf(container, "observability");
  if (!member->value.IsObject()) {
    container.Fail(JsonQuote(path) + " should be an object but got " + ToJson(member->value) + ".",
                   member->position);
    return;
  }
  ConfigSection part = container.Part(member->value, path);
  part.Boolean("enabled");
  const ConfigMember* enabled = part.Find("enabled");
  const ConfigMember* logs = part.Find("logs");
  if (logs != nullptr && !logs->value.IsObject()) {
    part.Fail("Expected " + JsonQuote(path + ".logs") + " to be of type object but got " +
                  ToJson(logs->value) + ".",
              logs->position);
    logs = nullptr;
  }
  const ConfigMember* logged = nullptr;
  if (logs != nullptr) {
    static constexpr Text kLogs[] = {"enabled"};
    ConfigSection inner = part.Part(logs->value, path + ".logs");
    inner.Boolean("enabled");
    inner.WarnUnexpected(kLogs);
    logged = inner.Find("enabled");
  }
  if (enabled == nullptr && logged == nullptr &&
      (logs != nullptr || part.Find("logs") == nullptr) &&
      part.Find("target_instance_percentage") == nullptr &&
      part.Find("target_instance_count") == nullptr) {
    part.Fail("\"" + path + ".enabled\" or \"" + path + ".logs.enabled\" is required.",
              member->position);
  }
  part.Number("target_instance_percentage");
  part.Number("target_instance_count");
  static constexpr Text kKnown[] = {"enabled", "logs", "target_instance_percentage",
                                    "target_instance_count"};
  part.WarnUnexpected(kKnown);
  if (enabled != nullptr && enabled->value.IsBoolean() && logged != nullptr &&
      logged->value.IsBoolean() && IsTrue(enabled) != IsTrue(logged)) {
    part.Fail("\"" + path + ".enabled\" and \"" + path +
                  ".logs.enabled\" cannot be set to different values.",
              logged->position);
  }
  CheckTargets(part, path, IsTrue(enabled) || IsTrue(logged));
}

void CheckManagedImages(ConfigSection& container) {
  const ConfigMember* images = container.Find("images");
  if (images == nullptr) return;
  const std::string path = PathOf(container, "images");
  if (!images->value.IsObject() || images->value.members.empty()) {
    container.Fail(JsonQuote(path) + " must be a non-empty object when present.", images->position);
    return;
  }
  static constexpr size_t kMost = 100;
  static constexpr size_t kLongest = 128;
  if (images->value.members.size() > kMost) {
    container.Fail(JsonQuote(path) + " must contain at most 100 images.", images->position);
  }
  for (const ConfigMember& one : images->value.members) {
    const std::string field = path + "." + one.key;
    if (one.key.empty() || one.key.size() > kLongest) {
      container.Fail(JsonQuote(path) + " image names must be between 1 and 128 characters.",
                     one.position);
    }
    if (!one.value.IsObject()) {
      container.Fail(
          JsonQuote(field) + " must be an object with either a \"dockerfile\" or \"image\" field.",
          one.position);
      continue;
    }
    ConfigSection part = container.Part(one.value, field);
    CheckManagedImage(part, field, one.position);
  }
}

void CheckManagedUnsafe(ConfigSection& container) {
  const ConfigMember* unsafe = container.Find("unsafe");
  if (unsafe == nullptr) return;
  const std::string path = PathOf(container, "unsafe");
  if (!unsafe->value.IsObject()) {
    container.Fail(JsonQuote(path) + " should be an object.", unsafe->position);
    return;
  }
  const auto has_only = [](const ConfigNode& object, Text key) {
    return object.IsObject() &&
           std::all_of(object.members.begin(), object.members.end(),
                       [key](const ConfigMember& member) { return member.key == key; });
  };
  const std::string flags_path = path + ".configuration.experimental_flags";
  const ConfigMember* configuration = unsafe->value.Find("configuration");
  if (!has_only(unsafe->value, "configuration") ||
      (configuration != nullptr && !has_only(configuration->value, "experimental_flags"))) {
    container.Fail(
        "Only " + JsonQuote(flags_path) + " is supported for Durable Object-managed Containers.",
        unsafe->position);
    return;
  }
  const ConfigMember* flags =
      configuration == nullptr ? nullptr : configuration->value.Find("experimental_flags");
  if (flags == nullptr) return;
  const auto& items = flags->value.items;
  if (flags->value.IsArray() && std::all_of(items.begin(), items.end(), [](const ConfigNode& item) {
        return item.IsString();
      })) {
    return;
  }
  container.Fail(JsonQuote(flags_path) + " should be an array of strings.", flags->position);
}

std::string WrongImage(const ConfigFile& file, const std::string& image) {
  switch (KindOf(AbsolutePath(DirectoryOf(file.path), image))) {
    case PathKind::kFile:
      return {};
    case PathKind::kDirectory:
      return image + " is a directory, you should specify a path to the Dockerfile";
    case PathKind::kMissing:
      break;
  }
  const std::string wrong = "The image \"" + image +
                            "\" does not appear to be a valid path to a Dockerfile, or a valid "
                            "image registry path:\n";
  if (!base::ResolveUrl("https://" + image, "https://localhost/")) return wrong + "Invalid URL";
  const size_t slash = image.rfind('/');
  const std::string last = slash == std::string::npos ? image : image.substr(slash + 1);
  if (last.find(':') == std::string::npos) {
    return wrong +
           "If this is an image registry path, it needs to include at least a tag ':' (e.g: "
           "docker.io/httpd:1)";
  }
  if (image.find("://") == std::string::npos) return {};
  return wrong +
         "Image reference should not include the protocol part (e.g: docker.io/httpd:1, not "
         "https://docker.io/httpd:1)";
}

}  // namespace isolane::wrangler
