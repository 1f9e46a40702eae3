#include "wrangler-compat/config_schema.h"

#include <algorithm>
#include <utility>

#include "wrangler-compat/config_bindings.h"
#include "wrangler-compat/config_checks.h"
#include "wrangler-compat/config_durable_objects.h"
#include "wrangler-compat/config_environment.h"
#include "wrangler-compat/config_events.h"
#include "wrangler-compat/config_order.h"
#include "wrangler-compat/config_resources.h"
#include "wrangler-compat/config_routes.h"
#include "wrangler-compat/config_section.h"
#include "wrangler-compat/config_site.h"
#include "wrangler-compat/config_workflows.h"
#include "wrangler-compat/container_links.h"

namespace isolane::wrangler {
namespace {

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

// Empty when nothing is.
std::string WhatIsWrongWithDate(const std::string& date) {
  if (date.find("–") != std::string::npos || date.find("—") != std::string::npos) {
    return "\"compatibility_date\" field should use ISO-8601 accepted hyphens (-) rather than "
           "en-dashes (–) or em-dashes (—).";
  }
  if (IsCalendarDate(date)) return {};
  return "\"compatibility_date\" field should be a valid ISO-8601 date (YYYY-MM-DD), but got " +
         JsonQuote(date) + ".";
}

std::string AssetsSection(const ConfigFile& file) {
  if (file.format == ConfigFormat::kToml) return "[assets]\ndirectory = \"./dist\"";
  return "\"assets\": {\n  \"directory\": \"./dist\"\n}";
}

void ReadName(ConfigSection& section, WorkerConfig& config) {
  const ConfigMember* name = section.Find("name");
  if (name == nullptr) return;
  if (name->value.IsString() && IsWorkerName(name->value.text)) {
    config.name = name->value.text;
    return;
  }
  section.Fail(
      "Expected \"name\" to be of type string, alphanumeric and lowercase with dashes only but "
      "got " +
          ToJson(name->value) + ".",
      name->position);
}

void ReadCompatibility(ConfigSection& section, WorkerConfig& config) {
  config.compatibility_flags = section.StringArray("compatibility_flags");
  const ConfigMember* member = section.Find("compatibility_date");
  if (member == nullptr) return;
  if (!member->value.IsString()) {
    section.String("compatibility_date");
    if (member->value.kind == ConfigKind::kDate) {
      section.Fail("Write the compatibility date in quotes: compatibility_date = \"" +
                       member->value.text + "\"",
                   member->position);
    }
    return;
  }
  config.compatibility_date = member->value.text;
  const std::string wrong = WhatIsWrongWithDate(member->value.text);
  if (!wrong.empty()) section.Fail(wrong, member->position);
}

void ReadLimit(ConfigSection& limits, std::string_view key, int64_t& target) {
  if (!limits.Number(key)) return;
  const auto number = WholeNumberOf(limits.Find(key)->value);
  // The bound keeps sums of milliseconds and bytes far from overflow.
  if (!number || *number < 1 || *number > 1'000'000'000) {
    limits.Fail("\"limits." + std::string(key) + "\" should be a whole number above 0 but got " +
                    ToJson(limits.Find(key)->value) + ".",
                limits.Find(key)->position);
    return;
  }
  target = *number;
}

void ReadLimits(ConfigSection& section, Limits& limits) {
  const ConfigMember* member = section.Object("limits");
  if (member == nullptr) return;
  ConfigSection fields = section.Part(member->value, "limits");
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

void ReadDev(ConfigSection& section, DevSettings& dev) {
  const ConfigMember* member = section.Object("dev");
  if (member == nullptr) return;
  ConfigSection fields = section.Part(member->value, "dev");
  dev.ip = fields.String("ip");
  if (dev.ip) dev.ip_where = fields.Where(fields.Find("ip")->position);
  if (fields.Number("port")) {
    const auto port = WholeNumberOf(fields.Find("port")->value);
    if (!port || *port < 0 || *port > 65535) {
      fields.Fail("\"dev.port\" should be a port number from 0 to 65535 but got " +
                      ToJson(fields.Find("port")->value) + ".",
                  fields.Find("port")->position);
    } else {
      dev.port = static_cast<int>(*port);
      dev.port_where = fields.Where(fields.Find("port")->position);
    }
  }
  fields.Number("inspector_port");
  fields.String("inspector_ip");
  fields.Boolean("enable_containers");
  fields.Boolean("generate_types");
  fields.String("container_engine");
  static constexpr std::string_view kProtocols[] = {"http", "https"};
  dev.local_protocol = fields.Choice("local_protocol", kProtocols);
  dev.upstream_protocol = fields.Choice("upstream_protocol", kProtocols);
  // Which is that of the first unless it is given, and as wrong.
  if (fields.Find("upstream_protocol") == nullptr) {
    fields.Choice("local_protocol", kProtocols, "upstream_protocol");
  }
  dev.host = fields.String("host");
}

void ReadMain(ConfigSection& section, WorkerConfig& config) {
  config.base_dir = section.String("base_dir");
  section.String("pages_build_output_dir");
  const ConfigMember* member = section.Find("main");
  if (member == nullptr) return;
  config.main = section.String("main").value_or("");
  config.main_where = section.Where(member->position);
}

// What a Worker is, at the top level or in an environment.
void ReadWorker(ConfigSection& section, WorkerConfig& config) {
  ReadName(section, config);
  ReadMain(section, config);
  ReadCompatibility(section, config);
  ReadBindings(section, config.bindings, config.binding_names);
  config.assets = ReadAssets(section);
  config.required_secrets = RequiredSecrets(section);
  config.durable_objects = ReadDurableObjectClasses(section);
  CheckContainerLinks(section);
  config.workflow_classes = OwnWorkflowClasses(section);
  config.tail_consumers = ReadTailConsumers(section);
  config.crons = ReadCrons(section, section.diagnostics());
  config.routes = ReadRoutes(section);
  config.rules = ReadModuleRules(section);
  config.build = ReadBuildConfig(section);
  ReadLimits(section, config.limits);
  config.effective = section.object();
}

void ReportMissingMain(const ConfigFile& file, const ConfigNode& effective,
                       DiagnosticGroup& loose) {
  const ConfigMember* main = effective.Find("main");
  if (main != nullptr && !main->value.IsString()) return;  // reported already
  if (const ConfigMember* pages = file.root.Find("pages_build_output_dir")) {
    loose.Fail(
        "It looks like you've run a Workers-specific command in a Pages project.\nFor Pages, "
        "please run `wrangler pages dev` instead.",
        file.Where(pages->position));
    return;
  }
  if (effective.Find("assets") != nullptr) return;
  loose.Fail(
      "Missing entry-point to Worker script or to assets directory\n\nIf there is code to "
      "deploy, you can either:\n- Specify an entry-point to your Worker script via the command "
      "line (ex: `isolane dev src/index.js`)\n- Or add the following to your \"" +
          file.BaseName() + "\" file:\n```\n" + Assignment(file.format, "main", "src/index.ts") +
          "\n```\n\nIf are uploading a directory of assets, you can either:\n- Specify the path to "
          "the directory of assets via the command line: (ex: `isolane dev --assets=./dist`)\n- Or "
          "add the following to your \"" +
          file.BaseName() + "\" file:\n```\n" + AssetsSection(file) + "\n```",
      file.display);
}

// A project of Pages that others are to be bound to; true if it is one.
bool RefuseBoundPages(const ConfigFile& file, const ConfigChoice& choice, DiagnosticGroup& loose) {
  const ConfigMember* pages = file.root.Find("pages_build_output_dir");
  if (!choice.is_bound || pages == nullptr || pages->value.text.empty()) return false;
  loose.Fail(
      "You cannot use a Pages project as a service binding target.\nIf you are trying to develop "
      "Pages and Workers together, please use `wrangler pages dev`. Note the first config file "
      "specified must be for the Pages project",
      file.Where(pages->position));
  return true;
}

void ChooseDate(const ConfigFile& file, const ConfigChoice& choice, DiagnosticGroup& loose,
                WorkerConfig& config) {
  if (choice.compatibility_date) {
    config.compatibility_date = *choice.compatibility_date;
    const std::string wrong = WhatIsWrongWithDate(config.compatibility_date);
    if (!wrong.empty()) loose.Fail(wrong, "--compatibility-date");
    return;
  }
  if (config.effective.Find("compatibility_date") != nullptr) return;
  const std::string date = kDefaultCompatibilityDate;
  config.compatibility_date = date;
  // Without a file there is nowhere to write one.
  if (file.path.empty()) return;
  loose.Warn("No compatibility_date was specified. Using the default compatibility date: " + date +
                 ".\n❯❯ Add one to your " + file.BaseName() +
                 " file: " + Assignment(file.format, "compatibility_date", date) +
                 ", or\n❯❯ Pass it in your terminal: isolane dev [<SCRIPT>] "
                 "--compatibility-date=" +
                 date +
                 "\n\nSee https://developers.cloudflare.com/workers/platform/compatibility-dates/ "
                 "for more information.",
             file.display);
}

// What is wrong with what an environment inherits has been told of the top level, except where
// what is inherited meets what is not.
void DropInherited(DiagnosticGroup& environment, const ConfigNode& top) {
  const KeyPlaces places(top);
  std::erase_if(environment.entries, [&](const Diagnostic& entry) {
    const std::string* key = places.KeyAt(entry.position);
    return key != nullptr && *key != "env" && !IsOfInherited(entry.about);
  });
}

// The top level's name in an environment without one. The rule for names is for what is written:
// with an environment's name behind it, it may have letters that no written name has.
void ComposeName(const std::string& environment, WorkerConfig& config) {
  if (config.name.empty()) return;
  config.name += "-" + environment;
  for (ConfigMember& member : config.effective.members) {
    if (member.key == "name") member.value.text = config.name;
  }
}

void ReadEnvironment(const ConfigFile& file, const std::string& name, DiagnosticGroup& tree,
                     WorkerConfig& config) {
  const ConfigNode* written = FindEnvironment(file, name, tree);
  if (written == nullptr) {
    if (!config.name.empty()) config.name += "-" + name;
    return;
  }
  DiagnosticGroup group;
  group.title = "\"env." + name + "\" environment configuration";
  ConfigSection as_written(file, *written, "", group, name);
  CheckOtherKeys(as_written);
  const ConfigNode effective = InheritInto(*written, file.root);
  ConfigSection section(file, effective, "", group, name);
  config = {};
  ReadWorker(section, config);
  if (written->Find("name") == nullptr) ComposeName(name, config);
  DropInherited(group, file.root);
  WarnNotInherited(file.root, as_written);
  OrderAsWrangler(group, *written);
  tree.children.push_back(std::move(group));
}

}  // namespace

WorkerConfig ReadWorkerConfig(const ConfigFile& file, const ConfigChoice& choice,
                              DiagnosticGroup& tree, DiagnosticGroup& loose) {
  WorkerConfig config;
  ConfigSection top(file, file.root, "", tree);
  CheckOtherKeys(top);
  top.Object("env");
  ReadWorker(top, config);
  // An environment has no `alias` of its own.
  auto alias = config.build.alias;
  if (!choice.environment.empty()) ReadEnvironment(file, choice.environment, tree, config);
  // Of the Worker that runs alone, and never under the environment: as wrangler does.
  ReportDoubledNames(top, config.binding_names);
  config.build.alias = std::move(alias);
  ReadDev(top, config.dev);
  CheckSite(top, config.effective);
  OrderAsWrangler(tree, file.root);

  if (choice.name) {
    config.name = *choice.name;
    if (!IsWorkerName(config.name)) {
      loose.Fail(
          "Expected \"name\" to be of type string, alphanumeric and lowercase with dashes only but "
          "got " +
              JsonQuote(config.name) + ".",
          "--name");
    }
  }
  if (choice.main) {
    config.main = *choice.main;
    config.main_where.clear();
  }
  if (choice.assets) {
    if (!config.assets) config.assets.emplace();
    config.assets->directory = *choice.assets;
    config.assets->from_command_line = true;
    config.assets->directory_where = config.assets->where = "--assets";
  }
  if (!choice.routes.empty()) config.routes.clear();
  for (const std::string& pattern : choice.routes) {
    config.routes.push_back({.pattern = pattern, .where = "--routes"});
  }
  CheckCustomDomains(config.routes, loose);
  WarnOfRemoteKinds(config.bindings, loose);
  const bool refused = RefuseBoundPages(file, choice, loose);
  if (!refused && config.main.empty() && !config.assets) {
    ReportMissingMain(file, config.effective, loose);
  }
  if (!choice.compatibility_flags.empty()) config.compatibility_flags = choice.compatibility_flags;
  ChooseDate(file, choice, loose, config);
  if (config.assets) {
    FinishAssets(*config.assets, !config.main.empty(), config.compatibility_date,
                 config.compatibility_flags, loose);
  }
  return config;
}

}  // namespace isolane::wrangler
