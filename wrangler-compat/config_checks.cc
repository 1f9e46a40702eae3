#include "wrangler-compat/config_checks.h"

#include <string>
#include <vector>

#include "wrangler-compat/config_connect.h"
#include "wrangler-compat/config_containers.h"
#include "wrangler-compat/config_deployment.h"
#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/config_previews.h"
#include "wrangler-compat/config_routes.h"

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
  section.WarnUnexpected(known);
  for (const ConfigMember& member : section.object().members) {
    const auto fields = KnownFields(member.key);
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (fields.empty() || !member.value.IsObject() || key == nullptr) continue;
    if (!section.environment().empty() && key->scope == KeyScope::kTopLevelOnly) continue;
    // Wrangler's paths.
    const bool own = key->scope == KeyScope::kNotInheritable && member.key != "unsafe";
    section.Part(member.value, own ? section.Field(member.key) : member.key).WarnUnexpected(fields);
  }
}

// A part of the configuration that is an object; nothing is called otherwise.
template <typename Check>
void WithPart(ConfigSection& section, const char* key, Check&& check) {
  const ConfigMember* member = section.Find(key);
  if (member == nullptr || !member->value.IsObject()) return;
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
  for (const char* key : {"cache", "observability", "access", "python_modules"}) {
    check(key, JsonQuote(key) + " should be an object but got ", ".");
  }
  check("cloudchamber", "\"cloudchamber\" should be an object, but got ", "");
  for (const char* key : {"previews", "placement"}) {
    check(key, "The field " + JsonQuote(key) + " should be an object but got ", ".");
  }
  for (const char* key : {"define", "logfwdr", "secrets"}) {
    check(key, "The field " + JsonQuote(section.Field(key)) + " should be an object but got ", ".");
  }
  const ConfigMember* assets = section.Find("assets");
  // A list is one in JavaScript; it has no directory.
  if (assets != nullptr && !assets->value.IsObject() && !assets->value.IsArray()) {
    section.Fail(std::string("\"assets\" should be an object, but got value \"assets\" of type ") +
                     JavaScriptType(assets->value),
                 assets->position);
  }
  const ConfigMember* alias = section.Find("alias");
  if (alias != nullptr && !alias->value.IsObject()) {
    section.Fail(
        std::string("Expected alias to be an object, but got ") + JavaScriptType(alias->value),
        alias->position);
  }
}

// `logfwdr`, an object.
void CheckLogForwarding(ConfigSection& section, ConfigSection& part) {
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
  for (size_t i = 0; i < list->value.items.size(); i++) {
    const ConfigNode& node = list->value.items[i];
    const std::string name = field + ".bindings[" + std::to_string(i) + "]";
    std::string wrong;
    if (!node.IsObject()) {
      wrong = "\n- Expected " + JsonQuote(name) + " to be an object but got " + ToJson(node);
    } else {
      static constexpr std::string_view kKnown[] = {"destination", "name"};
      part.Part(node, name).WarnUnexpected(kKnown, JsonQuote(name) + ": " + ToJson(node));
      for (const std::string_view key : {"name", "destination"}) {
        const ConfigMember* member = node.Find(key);
        if (member != nullptr && member->value.IsString()) continue;
        wrong += "\n- binding should have a string " + JsonQuote(key) + " field.";
      }
    }
    if (!wrong.empty()) part.Fail(JsonQuote(name) + ": " + ToJson(node) + wrong, node.position);
  }
}

// What `unsafe` has beside its bindings; only the first mistake, like wrangler.
void CheckUnsafe(ConfigSection& section, const ConfigMember& unsafe) {
  const std::string field = section.Field("unsafe");
  for (const std::string key : {"metadata", "capnp"}) {
    const ConfigMember* member = unsafe.value.Find(key);
    if (member == nullptr || member->value.IsObject()) continue;
    section.Fail("The field " + JsonQuote(field + "." + key) + " should be an object but got " +
                     ToJson(member->value) + ".",
                 member->position);
    return;
  }
  const ConfigMember* capnp = unsafe.value.Find("capnp");
  if (capnp == nullptr) return;
  const std::string path = field + ".capnp";
  const ConfigMember* base = capnp->value.Find("base_path");
  const ConfigMember* schemas = capnp->value.Find("source_schemas");
  if (const ConfigMember* compiled = capnp->value.Find("compiled_schema")) {
    if (base != nullptr || schemas != nullptr) {
      section.Fail("The field " + JsonQuote(path) +
                       " cannot contain both \"compiled_schema\" and one of \"base_path\" or "
                       "\"source_schemas\".",
                   compiled->position);
    } else if (!compiled->value.IsString()) {
      section.Fail("The field " + JsonQuote(path + ".compiled_schema") +
                       ", when present, should be a string but got " + ToJson(compiled->value) +
                       ".",
                   compiled->position);
    }
    return;
  }
  if (base == nullptr || !base->value.IsString()) {
    section.Fail("The field " + JsonQuote(path + ".base_path") +
                     ", when present, should be a string but got " +
                     (base == nullptr ? "undefined" : ToJson(base->value)),
                 base == nullptr ? capnp->position : base->position);
  }
  if (schemas == nullptr) {
    section.Fail("Expected " + JsonQuote(path + ".source_schemas") +
                     " to be an array of strings but got undefined",
                 capnp->position);
  } else {
    section.Part(capnp->value, path).CheckStrings("source_schemas");
  }
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
  WithPart(section, "cache", [&](ConfigSection& part) {
    if (part.Find("enabled") == nullptr) {
      part.Fail("\"cache.enabled\" is a required field.", section.Find("cache")->position);
    }
    part.Boolean("enabled");
    part.Boolean("cross_version_cache");
  });
  WithPart(section, "logfwdr", [&](ConfigSection& part) { CheckLogForwarding(section, part); });
  WithPart(section, "access", [](ConfigSection& part) {
    const ConfigMember* dev = part.Object("dev");
    if (dev == nullptr) return;
    ConfigSection fields = part.Part(dev->value, "access.dev");
    if (fields.Find("aud") == nullptr) {
      fields.Fail("\"access.dev.aud\" is a required field.", dev->position);
    }
    fields.String("aud");
    fields.Object("identity");
    static constexpr std::string_view kKnown[] = {"aud", "identity"};
    fields.WarnUnexpected(kKnown);
  });
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
    for (const ConfigMember& member : part.object().members) {
      if (member.value.IsString()) continue;
      section.Fail("The field \"" + section.Field("define") + "." + member.key +
                       "\" should be a string but got " + ToJson(member.value) + ".",
                   member.position);
    }
  });
  WithPart(section, "alias", [&](ConfigSection& part) {
    for (const ConfigMember& member : part.object().members) {
      if (member.value.IsString()) continue;
      section.Fail("Expected alias[" + JsonQuote(member.key) + "] to be a string, but got " +
                       JavaScriptType(member.value),
                   member.position);
    }
  });
  WithPart(section, "python_modules", [](ConfigSection& part) { part.StringArray("exclude"); });
  WithPart(section, "site", [&](ConfigSection& part) {
    if (part.Find("bucket") == nullptr) {
      part.Fail("\"site.bucket\" is a required field.", section.Find("site")->position);
    }
    part.String("bucket");
    // Wrangler's plural.
    ConfigSection sites = section.Part(part.object(), "sites");
    sites.CheckStrings("include");
    sites.CheckStrings("exclude");
    const auto entry = part.String("entry-point");
    if (!entry) return;
    const Position position = part.Find("entry-point")->position;
    const std::string folder = entry->empty() ? "workers-site" : *entry;
    part.Warn(
        "Deprecation: \"site.entry-point\":\nDelete the `site.entry-point` field, then add the top "
        "level `main` field to your configuration file:\n```\n" +
            Assignment(section.file().format, "main", folder + "/index.js") + "\n```",
        position);
    if (section.Find("main") != nullptr) {
      part.Fail(
          "Don't define both the `main` and `site.entry-point` fields in your configuration.\n"
          "They serve the same purpose: to point to the entry-point of your worker.\n"
          "Delete the deprecated `site.entry-point` field from your config.",
          position);
    }
  });
  if (section.Find("site") != nullptr && section.Find("assets") != nullptr) {
    section.Fail(
        "Cannot use assets and Workers Sites in the same Worker.\nPlease remove either the `site` "
        "or `assets` field from your configuration file.",
        section.Find("site")->position);
  }
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
  if (unsafe != nullptr && unsafe->value.IsObject() && !unsafe->value.members.empty()) {
    section.Warn("\"unsafe\" fields are experimental and may change or break at any time.",
                 unsafe->position);
  }
  if (unsafe != nullptr && unsafe->value.IsObject()) CheckUnsafe(section, *unsafe);
}

}  // namespace

void CheckOtherKeys(ConfigSection& written) {
  // What an environment repeats of the top level's keys is unexpected, whatever it says.
  ConfigNode own;
  const bool environment = !written.environment().empty();
  if (environment) {
    own = written.object();
    std::erase_if(own.members, [](const ConfigMember& member) {
      const ConfigKey* key = FindTopLevelKey(member.key);
      return key != nullptr && key->scope == KeyScope::kTopLevelOnly &&
             key->use != KeyUse::kRemoved;
    });
  }
  ConfigSection section(written.file(), environment ? own : written.object(), "",
                        written.diagnostics(), written.environment());
  CheckTypes(section);
  CheckObjects(section);
  CheckRoutes(section);
  CheckHosting(section);
  CheckBuilding(section);
  CheckAssets(section);
  CheckConnect(section);
  CheckStreamingTailConsumers(section);
  CheckContainers(section);
  CheckPreviews(section);
  CheckCloudchamber(section);
  CheckSecrets(section);
  WarnUnknown(written);
}

}  // namespace isolane::wrangler
