#include "wrangler-compat/config_schema.h"

#include <cmath>
#include <utility>

#include "wrangler-compat/config_bindings.h"
#include "wrangler-compat/config_durable_objects.h"
#include "wrangler-compat/config_events.h"
#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/config_section.h"

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

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWorkerName(std::string_view name) {
  for (size_t i = 0; i < name.size(); i++) {
    const char c = name[i];
    if (!IsLower(c) && !IsDigit(c) && c != '_' && (c != '-' || i == 0)) return false;
  }
  return true;
}

bool IsCalendarDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int numbers[3] = {0, 0, 0};
  for (size_t i = 0, field = 0; i < text.size(); i++) {
    if (i == 4 || i == 7) {
      field++;
      continue;
    }
    if (!IsDigit(text[i])) return false;
    numbers[field] = numbers[field] * 10 + (text[i] - '0');
  }
  const auto [year, month, day] = numbers;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return false;
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day >= 1 && day <= kDays[month - 1] + (leap && month == 2 ? 1 : 0);
}

// How a key and its value are written in this file: `main = "x"` or `"main": "x"`.
std::string Assignment(const ConfigFile& file, const std::string& key, const std::string& value) {
  if (file.format == ConfigFormat::kToml) return key + " = " + JsonQuote(value);
  return JsonQuote(key) + ": " + JsonQuote(value);
}

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

// Types of ignored keys, warnings about keys of later versions, errors about removed ones.
void CheckTopLevelKeys(ConfigSection& section) {
  for (const ConfigMember& member : section.object().members) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (key == nullptr || key->use == KeyUse::kInterpreted) continue;
    if (key->use == KeyUse::kRemoved) {
      const bool node_compat = key->name == "node_compat";
      section.Fail(node_compat ? kNodeCompatRemoved : kLegacyEnvRemoved, member.position);
      continue;
    }
    const ConfigNode& value = member.value;
    const bool empty =
        (value.IsArray() && value.items.empty()) || (value.IsObject() && value.members.empty());
    if (HasType(section, *key) && !empty && key->use == KeyUse::kLater) {
      section.Warn("\"" + member.key + "\" is not supported yet by isolane and is ignored",
                   member.position);
    }
  }
  const ConfigMember* account = section.Find("account_id");
  if (account != nullptr && account->value.IsString() && account->value.text.empty()) {
    section.Warn(
        "The \"account_id\" field in your configuration is an empty string and will be "
        "ignored.\nPlease remove the \"account_id\" field from your configuration.",
        account->position);
  }
  if (section.Find("route") != nullptr && section.Find("routes") != nullptr) {
    section.Fail("Expected exactly one of the following fields [\"routes\",\"route\"].",
                 section.Find("routes")->position);
  }
}

void WarnUnknownKeys(ConfigSection& section, DiagnosticGroup& tree) {
  std::vector<std::string_view> known;
  for (const ConfigKey& key : TopLevelKeys()) known.push_back(key.name);
  section.WarnUnexpected(known);
  for (const ConfigMember& member : section.object().members) {
    const auto fields = KnownFields(member.key);
    if (fields.empty() || !member.value.IsObject()) continue;
    ConfigSection(section.file(), member.value, member.key, tree).WarnUnexpected(fields);
  }
}

void ReadCompatibility(ConfigSection& section, DiagnosticGroup& loose, WorkerConfig& config) {
  config.compatibility_flags = section.StringArray("compatibility_flags");
  const ConfigMember* member = section.Find("compatibility_date");
  if (member == nullptr) {
    const std::string date = kDefaultCompatibilityDate;
    loose.Warn("No compatibility_date was specified. Using the default compatibility date: " +
                   date + ".\n❯❯ Add one to your " + section.file().BaseName() +
                   " file: " + Assignment(section.file(), "compatibility_date", date),
               section.file().display);
    config.compatibility_date = date;
    return;
  }
  const std::string date = section.String("compatibility_date").value_or("");
  if (!member->value.IsString()) {
    if (member->value.kind == ConfigKind::kDate) {
      section.Fail("Write the compatibility date in quotes: compatibility_date = \"" +
                       member->value.text + "\"",
                   member->position);
    }
    return;
  }
  config.compatibility_date = date;
  if (date.find("–") != std::string::npos || date.find("—") != std::string::npos) {
    section.Fail(
        "\"compatibility_date\" field should use ISO-8601 accepted hyphens (-) rather than "
        "en-dashes (–) or em-dashes (—).",
        member->position);
  } else if (!IsCalendarDate(date)) {
    section.Fail(
        "\"compatibility_date\" field should be a valid ISO-8601 date (YYYY-MM-DD), but "
        "got " +
            JsonQuote(date) + ".",
        member->position);
  }
}

void ReadLimit(ConfigSection& limits, std::string_view key, int64_t& target) {
  const auto number = limits.Number(key);
  if (!number) return;
  // The bound keeps sums of milliseconds and bytes far from overflow.
  if (*number < 1 || *number > 1e9 || *number != std::floor(*number)) {
    limits.Fail("\"limits." + std::string(key) + "\" should be a whole number above 0 but got " +
                    ToJson(limits.Find(key)->value) + ".",
                limits.Find(key)->position);
    return;
  }
  target = static_cast<int64_t>(*number);
}

void ReadLimits(ConfigSection& section, DiagnosticGroup& tree, Limits& limits) {
  const ConfigMember* member = section.Object("limits");
  if (member == nullptr) return;
  ConfigSection fields(section.file(), member->value, "limits", tree);
  ReadLimit(fields, "cpu_ms", limits.cpu_ms);
  ReadLimit(fields, "subrequests", limits.subrequests);
  ReadLimit(fields, "memory_mb", limits.memory_mb);
  ReadLimit(fields, "depth", limits.depth);
  ReadLimit(fields, "rpc_mb", limits.rpc_mb);
  ReadLimit(fields, "wait_until_ms", limits.wait_until_ms);
  ReadLimit(fields, "head_kb", limits.head_kb);
  ReadLimit(fields, "url_kb", limits.url_kb);
  ReadLimit(fields, "connections", limits.connections);
}

void ReadDev(ConfigSection& section, DiagnosticGroup& tree, DevSettings& dev) {
  const ConfigMember* member = section.Object("dev");
  if (member == nullptr) return;
  ConfigSection fields(section.file(), member->value, "dev", tree);
  dev.ip = fields.String("ip");
  if (const auto port = fields.Number("port")) {
    if (*port < 0 || *port > 65535 || *port != std::floor(*port)) {
      fields.Fail("\"dev.port\" should be a port number from 0 to 65535 but got " +
                      ToJson(fields.Find("port")->value) + ".",
                  fields.Find("port")->position);
    } else {
      dev.port = static_cast<int>(*port);
    }
  }
  fields.Number("inspector_port");
  fields.String("inspector_ip");
  fields.Boolean("enable_containers");
  fields.Boolean("generate_types");
  static constexpr std::string_view kProtocols[] = {"http", "https"};
  for (const std::string_view key : {"local_protocol", "upstream_protocol"}) {
    if (fields.OneOf(key, kProtocols) == "https") {
      fields.Warn("\"dev." + std::string(key) + "\" is not supported yet by isolane and is ignored",
                  fields.Find(key)->position);
    }
  }
  if (fields.String("host")) {
    fields.Warn("\"dev.host\" is not supported yet by isolane and is ignored",
                fields.Find("host")->position);
  }
}

void ReadMain(ConfigSection& section, DiagnosticGroup& loose, WorkerConfig& config) {
  config.base_dir = section.String("base_dir");
  if (const ConfigMember* member = section.Find("main")) {
    config.main = section.String("main").value_or("");
    config.main_where = section.Where(member->position);
    if (!member->value.IsString() || !config.main.empty()) return;
  }
  if (section.Find("pages_build_output_dir") != nullptr) {
    loose.Fail(
        "It looks like you've run a Workers-specific command in a Pages project.\nFor Pages, "
        "please run `wrangler pages dev` instead.",
        section.Where(section.Find("pages_build_output_dir")->position));
    return;
  }
  if (const ConfigMember* assets = section.Find("assets")) {
    loose.Fail("A Worker with assets and without code is not supported yet: isolane needs `main`",
               section.Where(assets->position));
    return;
  }
  loose.Fail(
      "Missing entry-point to Worker script or to assets directory\n\nIf there is code to "
      "deploy, add the following to your \"" +
          section.file().BaseName() + "\" file:\n```\n" +
          Assignment(section.file(), "main", "src/index.js") + "\n```",
      section.file().display);
}

}  // namespace

WorkerConfig ReadWorkerConfig(const ConfigFile& file, DiagnosticGroup& tree,
                              DiagnosticGroup& loose) {
  WorkerConfig config;
  ConfigSection section(file, file.root, "", tree);
  CheckTopLevelKeys(section);
  WarnUnknownKeys(section, tree);

  if (const ConfigMember* name = section.Find("name")) {
    if (!name->value.IsString() || !IsWorkerName(name->value.text)) {
      section.Fail(
          "Expected \"name\" to be of type string, alphanumeric and lowercase with dashes "
          "only but got " +
              ToJson(name->value) + ".",
          name->position);
    } else {
      config.name = name->value.text;
    }
  }
  ReadMain(section, loose, config);
  ReadCompatibility(section, loose, config);
  config.bindings = ReadBindings(section);
  config.durable_objects = ReadDurableObjectClasses(section, config.bindings);
  config.tail_consumers = ReadTailConsumers(section);
  config.crons = ReadCrons(section, tree);
  config.rules = ReadModuleRules(section);
  ReadLimits(section, tree, config.limits);
  ReadDev(section, tree, config.dev);
  return config;
}

}  // namespace isolane::wrangler
