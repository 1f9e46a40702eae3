#include "wrangler-compat/config_checks.h"

#include <string>
#include <vector>

#include "wrangler-compat/config_connect.h"
#include "wrangler-compat/config_containers.h"
#include "wrangler-compat/config_deployment.h"
#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/config_order.h"
#include "wrangler-compat/config_previews.h"
#include "wrangler-compat/config_routes.h"
#include "wrangler-compat/config_unsafe.h"

namespace isolane::wrangler {
namespace {

constexpr char kNodeCompatRemoved[] =
    "Removed: \"node_compat\":\nThe \"node_compat\" field is no longer supported as of Wrangler "
    "v4. "
    "Instead, use the `nodejs_compat` compatibility flag. This includes the functionality from "
    "legacy `node_compat` polyfills and natively implemented Node.js APIs. See "
    "https://developers.cloudflare.com/workers/runtime-apis/nodejs for more information.";
constexpr char kLegacyEnvRemoved[] =
    "The \"legacy_env\" field is no longer supported, so please remove it from your configuration "
    "file.\nService environments have been removed, and each environment is now deployed as its "
    "own "
    "Worker named \"<name>-<environment>\". This matches the behaviour of \"legacy_env = true\", "
    "which was the default, so removing the field will not change how your Worker is deployed.\n"
    "Refer to https://developers.cloudflare.com/workers/wrangler/environments/ for more "
    "information.";

using Choices = std::span<const std::string_view>;

bool HasType(ConfigSection& section, const ConfigKey& key) {
  switch (key.type) {
    case KeyType::kAny:
      return true;
    case KeyType::kString:
      return section.String(key.name).has_value();
    case KeyType::kBoolean:
      return section.Boolean(key.name).has_value();
    case KeyType::kObject:
      return section.Object(key.name) != nullptr;
    case KeyType::kArray:
      return section.Array(key.name) != nullptr;
  }
  return true;
}

bool IsEmpty(const ConfigNode& value) {
  return (value.IsArray() && value.items.empty()) || (value.IsObject() && value.members.empty());
}

void CheckTypes(ConfigSection& section) {
  for (const ConfigMember& member : section.object().members) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (key == nullptr || key->use == KeyUse::kInterpreted) continue;
    if (key->use == KeyUse::kRemoved) {
      const bool node_compat = key->name == "node_compat";
      section.Fail(node_compat ? kNodeCompatRemoved : kLegacyEnvRemoved, member.position);
      continue;
    }
    if (HasType(section, *key) && !IsEmpty(member.value) && key->use == KeyUse::kLater) {
      section.Warn("\"" + member.key + "\" is not supported yet by isolane and is ignored",
                   member.position);
    }
  }
}

void WarnUnknown(ConfigSection& section) {
  std::vector<std::string_view> known;
  for (const ConfigKey& key : TopLevelKeys()) {
    if (section.environment().empty() || key.scope != KeyScope::kTopLevelOnly) {
      known.push_back(key.name);
    }
  }
  section.WarnUnexpected(known, kAboutUnexpected);
}

// Likewise the fields of keys that are objects, where wrangler warns of these before anything else.
void WarnUnknownFields(ConfigSection& section) {
  for (const ConfigMember& member : section.object().members) {
    const auto fields = KnownFields(member.key);
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (fields.empty() || !IsObjectOrList(member.value) || key == nullptr) continue;
    // Others are no objects to wrangler.
    if (member.value.IsArray() && (member.key == "secrets" || member.key == "limits")) continue;
    const bool own = key->scope == KeyScope::kNotInheritable;
    section.Part(member.value, own ? section.Field(member.key) : member.key).WarnUnexpected(fields);
  }
}

// A part of the configuration that is an object or a list; nothing is called otherwise.
template <typename Check>
void WithPart(ConfigSection& section, const char* key, Check&& check) {
  const ConfigMember* member = section.Find(key);
  if (member == nullptr || !IsObjectOrList(member->value)) return;
  ConfigSection part = section.Part(member->value, key);
  check(part);
}

// That what is to be an object is one: wrangler says it in these ways.
void CheckObjects(ConfigSection& section) {
  const auto check = [&](const char* key, const std::string& before, const char* after) {
    const ConfigMember* member = section.Find(key);
    if (member == nullptr || member->value.IsObject()) return;
    section.Fail(before + ToJson(member->value) + after, member->position);
  };
  check("python_modules", "\"python_modules\" should be an object but got ", ".");
  check("cloudchamber", "\"cloudchamber\" should be an object, but got ", "");
  check("previews", "The field \"previews\" should be an object but got ", ".");
  for (const char* key : {"logfwdr", "secrets"}) {
    check(key, "The field " + JsonQuote(section.Field(key)) + " should be an object but got ", ".");
  }
  const ConfigMember* assets = section.Find("assets");
  // A list is one in JavaScript; it has no directory.
  if (assets != nullptr && !assets->value.IsObject() && !assets->value.IsArray()) {
    section.Fail(std::string("\"assets\" should be an object, but got value \"assets\" of type ") +
                     JavaScriptType(assets->value),
                 assets->position);
  }
  const ConfigMember* define = section.Find("define");
  if (define != nullptr && !define->value.IsArray()) {
    check("define",
          "The field " + JsonQuote(section.Field("define")) + " should be an object but got ", ".");
  }
  const ConfigMember* alias = section.Find("alias");
  if (alias != nullptr && !IsObjectOrList(alias->value)) {
    section.Fail(
        std::string("Expected alias to be an object, but got ") + JavaScriptType(alias->value),
        alias->position);
  }
}

// `logfwdr`.
void CheckLogForwarding(ConfigSection& section, ConfigSection& part) {
  if (!part.object().IsObject()) return;
  const ConfigMember* list = part.Find("bindings");
  const std::string field = section.Field("logfwdr");
  if (list == nullptr) {
    part.Fail("The field " + JsonQuote(field) + " is missing the required \"bindings\" property.",
              section.Find("logfwdr")->position);
    return;
  }
  if (!list->value.IsArray()) {
    part.Fail("The field " + JsonQuote(field + ".bindings") + " should be an array but got " +
                  ToJson(list->value) + ".",
              list->position);
    return;
  }
  bool valid = true;
  for (size_t i = 0; i < list->value.items.size(); i++) {
    const ConfigNode& node = list->value.items[i];
    const std::string name = field + ".bindings[" + std::to_string(i) + "]";
    ConfigSection nested = part.Nested(node, name, "logfwdr");
    if (!IsObjectOrList(node)) {
      nested.Fail("Expected " + JsonQuote(name) + " to be an object but got " + ToJson(node),
                  node.position);
      valid = false;
      continue;
    }
    for (const std::string_view key : {"name", "destination"}) {
      const ConfigMember* member = node.Find(key);
      if (member != nullptr && member->value.IsString()) continue;
      nested.Fail("binding should have a string " + JsonQuote(key) + " field.", node.position);
      valid = false;
    }
    static constexpr std::string_view kKnown[] = {"destination", "name"};
    nested.WarnUnexpected(kKnown);
  }
  const ConfigMember* schema = part.Find("schema");
  if (!valid || schema == nullptr) return;
  part.Fail(
      "\"logfwdr\" binding \"schema\" property has been replaced with the \"unsafe.capnp\" object, "
      "which expects a \"base_path\" and an array of \"source_schemas\" to compile, or a "
      "\"compiled_schema\" property.",
      schema->position);
}

void CheckHosting(ConfigSection& section) {
  static constexpr std::string_view kRegions[] = {"public", "fedramp_high"};
  const ConfigMember* account = section.Find("account_id");
  if (account != nullptr && account->value.IsString() && account->value.text.empty()) {
    section.Warn(
        "The \"account_id\" field in your configuration is an empty string and will be "
        "ignored.\nPlease remove the \"account_id\" field from your configuration.",
        account->position);
  }
  section.OneOf("compliance_region", kRegions);
  section.CheckStrings("addresses");
  CheckPlacement(section);
  CheckObservability(section);
  CheckCache(section);
  CheckAccess(section);
  WithPart(section, "logfwdr", [&](ConfigSection& part) { CheckLogForwarding(section, part); });
  WithPart(section, "dependencies_instrumentation", [](ConfigSection& part) {
    part.Boolean("enabled");
    part.CheckStrings("exclude_packages");
  });
}

void CheckBuilding(ConfigSection& section) {
  WithPart(section, "build", [](ConfigSection& part) {
    part.String("command");
    part.String("cwd");
    const ConfigMember* watch = part.Find("watch_dir");
    if (watch == nullptr) return;
    if (watch->value.IsArray()) {
      part.CheckStrings("watch_dir");
    } else {
      part.String("watch_dir");
    }
  });
  WithPart(section, "define", [&](ConfigSection& part) {
    CheckDefines(section, part.object(), section.Field("define"));
  });
  WithPart(section, "alias", [&](ConfigSection& part) {
    for (const ConfigMember& member : FieldsOf(part.object())) {
      if (member.value.IsString()) continue;
      section.Fail("Expected alias[" + JsonQuote(member.key) + "] to be a string, but got " +
                       JavaScriptType(member.value),
                   member.position);
    }
  });
  WithPart(section, "python_modules", [](ConfigSection& part) { part.StringArray("exclude"); });
}

void CheckAssets(ConfigSection& section) {
  static constexpr std::string_view kHtml[] = {"auto-trailing-slash", "force-trailing-slash",
                                               "drop-trailing-slash", "none"};
  static constexpr std::string_view kNotFound[] = {"single-page-application", "404-page", "none"};
  WithPart(section, "assets", [&](ConfigSection& part) {
    part.String("directory");
    part.String("binding");
    part.Choice("html_handling", Choices(kHtml));
    part.Choice("not_found_handling", Choices(kNotFound));
    part.String("base_path");
    const ConfigMember* first = part.Find("run_worker_first");
    if (first == nullptr || first->value.IsBoolean()) return;
    if (first->value.IsArray()) {
      part.CheckStrings("run_worker_first");
      return;
    }
    part.Fail(
        "The field \"assets.run_worker_first\" should be an array of strings or a boolean, but "
        "got " +
            ToJson(first->value) + ".",
        first->position);
  });
}

void CheckSecrets(ConfigSection& section) {
  WithPart(section, "secrets", [&](ConfigSection& part) {
    section.Part(part.object(), section.Field("secrets")).CheckStrings("required");
  });
  const ConfigMember* unsafe = section.Find("unsafe");
  if (unsafe == nullptr) return;
  // Not again in an environment.
  if (section.environment().empty() || section.file().root.Find("unsafe") == nullptr) {
    section.Warn("\"unsafe\" fields are experimental and may change or break at any time.",
                 unsafe->position, kAboutExperimental);
  }
  CheckUnsafe(section);
}

}  // namespace

void CheckDefines(ConfigSection& section, const ConfigNode& define, const std::string& name) {
  for (const ConfigMember& member : FieldsOf(define)) {
    if (member.value.IsString()) continue;
    section.Fail("The field " + JsonQuote(name + "." + member.key) +
                     " should be a string but got " + ToJson(member.value) + ".",
                 member.position);
  }
}

void CheckOtherKeys(ConfigSection& written) {
  // What an environment repeats of the top level's keys is unexpected, whatever it says.
  ConfigNode own;
  const bool environment = !written.environment().empty();
  if (environment) {
    own = written.object();
    std::erase_if(own.members, [](const ConfigMember& member) {
      const ConfigKey* key = FindTopLevelKey(member.key);
      return key != nullptr && key->scope == KeyScope::kTopLevelOnly;
    });
  }
  ConfigSection section(written.file(), environment ? own : written.object(), "",
                        written.diagnostics(), written.environment());
  WarnUnknownFields(section);
  CheckTypes(section);
  CheckObjects(section);
  CheckRoutes(section);
  CheckHosting(section);
  CheckBuilding(section);
  CheckAssets(section);
  CheckConnect(section);
  CheckContainers(section);
  CheckPreviews(section);
  CheckCloudchamber(section);
  CheckSecrets(section);
  WarnUnknown(written);
}

}  // namespace isolane::wrangler
