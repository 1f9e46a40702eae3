// The command line of `isolane`, understood: what to do, with which files and settings.
//
// Thread: any. Plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <isolane/result.h>

#include "wrangler-compat/project.h"

namespace isolane::cli {

enum class Command { kHelp, kVersion, kServe, kDev, kTest, kCheck, kExplain, kGraph, kTypes };

// Each level shows what the ones before it show.
enum class LogLevel { kNone, kError, kWarn, kInfo, kLog, kDebug };

enum class LogFormat { kText, kJson };

enum class GraphFormat { kText, kMermaid, kSvg };

// Of `isolane types`.
struct TypesOptions {
  std::string path;  // relative to the first configuration; empty: its default
  std::string env_interface = "Env";
  bool strict_vars = true;  // of a var its value, not only its type
  bool include_env = true;
  // Types of the platform; nothing: unless @cloudflare/workers-types is installed.
  std::optional<bool> include_runtime;
  bool check = false;  // write nothing; fail if something would change
};

struct CliOptions {
  Command command = Command::kHelp;
  std::vector<std::string> files;    // of `test`: modules whose exports are the tests
  std::string filter;                // of `test`: part of the names of those that run
  bool test_scheduled = false;       // /__scheduled fires a cron trigger
  bool live_reload = false;          // HTML pages load themselves again
  std::vector<std::string> configs;  // empty: search from the current directory upwards
  // Of every configuration; empty: the top level. Nothing: CLOUDFLARE_ENV, or the top level.
  std::optional<std::string> environment;
  // Of the first Worker: they win over its configuration.
  std::optional<std::string> script;
  std::optional<std::string> assets;
  std::optional<std::string> name;
  std::optional<std::string> compatibility_date;
  bool latest = false;  // the newest compatibility date, before any that is given
  std::vector<std::string> compatibility_flags;
  std::vector<std::string> routes;
  std::vector<std::string> env_files;
  wrangler::BuildOverrides build;
  std::string cwd;    // where to stand; empty: where the program was started
  bool json = false;  // of explain
  GraphFormat graph_format = GraphFormat::kText;
  TypesOptions types;
  std::optional<std::string> ip;  // empty: `[dev] ip` of the first configuration, else AddressOf
  std::optional<int> port;        // empty: `[dev] port` of the first configuration, else 8787
  // Ports of single Workers, by name: --port NAME=PORT.
  std::vector<std::pair<std::string, int>> worker_ports;
  bool by_routes = false;           // routes choose the Worker
  std::optional<std::string> host;  // that Workers see; empty: `[dev] host`, else the first route's
  bool infer_host = true;           // false: not the first route's
  std::optional<std::string> upstream_protocol;  // the scheme that Workers see
  std::optional<std::string> local_protocol;     // that is served; empty: `[dev]`'s, else http
  // PEM files for https, both or none. Empty: WRANGLER_HTTPS_CERT_PATH and _KEY_PATH, else a
  // certificate is made.
  std::string https_cert_path;
  std::string https_key_path;
  std::vector<wrangler::VarOverride> vars;
  bool public_only = false;  // outbound fetches to private addresses are refused
  LogLevel log_level = LogLevel::kLog;
  bool log_level_given = false;  // else WRANGLER_LOG may say it
  bool write_types = false;      // of dev: worker-configuration.d.ts of each Worker at the start
  // Flags of wrangler that were given and have no effect here, to be warned of.
  std::vector<std::string> without_effect;
  LogFormat log_format = LogFormat::kText;
  bool interactive = true;  // hotkeys, if this is a terminal
  bool cron = false;        // cron triggers fire when they are due
  bool frozen_clock = false;
  // Where Durable Objects are kept; empty: .isolane/state beside the first configuration.
  std::optional<std::string> persist_to;
  bool no_persist = false;  // nowhere: they live as long as the process
};

// `arguments` without the program's name. The error's message is one line, as wrangler's. Blocking:
// looks whether what follows --routes is a folder.
Result<CliOptions> ParseOptions(const std::vector<std::string>& arguments);

// A level by its name, in any case; nothing for a word that is none.
std::optional<LogLevel> LogLevelOf(std::string_view name);

// What --help prints.
std::string HelpText();

}  // namespace isolane::cli
