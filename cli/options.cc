#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/config/files.h"

namespace isolane::cli {
namespace {

constexpr char kHelp[] =
    R"(isolane runs Workers and the service bindings between them in one process.

  isolane serve -c gateway/wrangler.toml -c auth/wrangler.toml   run; refuse what is incomplete
  isolane dev   -c gateway/wrangler.toml -c auth/wrangler.toml   run while developing
  isolane test  math.test.js                                     run test(ctrl, env, ctx) of its exports
  isolane test  -c gateway/wrangler.toml [gateway.test.js]       with bindings, of main or of the file
  isolane check   [-c FILE ...]                                  find every mistake, run nothing
  isolane explain [-c FILE ...] [--json]                         every setting, and the place that set it
  isolane graph   [-c FILE ...] [--format text|mermaid|svg]      Workers and what they are bound to
  isolane types   [-c FILE ...] [PATH] [--check]                 write worker-configuration.d.ts of each

The first configuration is the public Worker; the others are reached through bindings, or by ports or
routes of their own.
Without -c: wrangler.json, wrangler.jsonc or wrangler.toml here or in a directory above; a module
as in "isolane dev index.js" is the public Worker's `main`.

  -c, --config FILE     configuration of a Worker, or its folder; once for each
  -e, --env NAME        environment ([env.NAME]) of every Worker [CLOUDFLARE_ENV]
      --env-file FILE   variables of the public Worker, instead of .dev.vars and .env; relative to its
                        configuration; may be repeated
      --cwd DIR         as if started in DIR
      --port PORT       port to listen on [8787, or port of the first [dev]]; 0: any free one
      --port NAME=PORT  a port of its own for the Worker NAME; may be repeated
      --ip ADDRESS      address to listen on [ip of the first [dev], else localhost in dev, 127.0.0.1 in serve;
                        127.0.0.1 for a vercel.json]
      --routes          the `routes` of all Workers choose, by Host and path, which one answers
      --route, --routes PATTERN...
                        routes of the public Worker, instead of what its configuration says
      --host HOST       what Workers see as host instead of this machine [host of the first [dev], or in
                        dev of the first route; --infer-origin-from-routes=false: as it was sent]
      --upstream-protocol http|https
                        what they see as scheme [the one that is served]
      --local-protocol http|https
                        what is served [http, or local_protocol of the first [dev]]
      --https-cert-path FILE, --https-key-path FILE
                        certificate and private key for https (PEM); without them a certificate is made that
                        nobody vouches for [WRANGLER_HTTPS_CERT_PATH, WRANGLER_HTTPS_KEY_PATH]
      --var NAME:VALUE  set a var of the public Worker
      --frozen-clock    clocks of Workers stand still while their code runs, as at the edge
      --public-only     fetch() reaches public addresses only, not this machine and its networks
      --persist-to DIR  where Durable Objects and Workflows are kept [.isolane/state beside the first
                        configuration]
      --no-persist      keep them in memory only
      --test-scheduled  GET /__scheduled?cron=... fires a cron trigger; /cdn-cgi/local/scheduled does in dev,
                        and /cdn-cgi/local/email and /queue deliver messages
      --cron            cron triggers fire by themselves when they are due, in UTC
      --live-reload     in dev, HTML pages in a browser load themselves again when something has changed
      --filter TEXT     run only tests with TEXT in their name
      --log-level LEVEL debug, info, log, warn, error or none [WRANGLER_LOG, or log]
      --log-format FORMAT   text or json, a JSON object a line [text]
      --show-interactive-dev-session=false   no hotkeys on a terminal
      --types           dev writes worker-configuration.d.ts first, as isolane types does
      --env-interface NAME, --strict-vars=false, --include-env=false, --include-runtime[=false]
                        of types: see docs/types.md
      --name NAME       name of the public Worker
      --assets DIR      its assets directory
      --compatibility-date DATE, --compatibility-flags FLAG...
                        of the public Worker, instead of what its configuration says
      --latest          the newest compatibility date that there is
      --define KEY:VALUE, --alias FROM:TO, --tsconfig FILE, --jsx-factory NAME, --jsx-fragment NAME,
      --minify, --no-bundle
                        how the public Worker is built
  -h, --help            print this
  -v, --version         print the versions of isolane, V8 and libuv
)";

Error Refused(std::string message) {
  return Error{.message = std::move(message), .hint = {}, .where = {}, .excerpt = {}};
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Result<CliOptions> Parse() {
    FindCwd();
    while (next_ < arguments_.size()) {
      ISOLANE_TRY(ParseOne());
    }
    if (options_.json && options_.command != Command::kExplain) {
      return Refused("--json is an option of isolane explain only");
    }
    if (options_.no_persist && options_.persist_to) {
      return Refused("--persist-to and --no-persist exclude each other");
    }
    if (!options_.filter.empty() && options_.command != Command::kTest) {
      return Refused("--filter is an option of isolane test only");
    }
    if (!types_flag_.empty() && options_.command != Command::kTypes) {
      return Refused(types_flag_ + " is an option of isolane types only");
    }
    if (options_.graph_format != GraphFormat::kText && options_.command != Command::kGraph) {
      return Refused("--format is an option of isolane graph only");
    }
    if (help_) {
      options_.command = Command::kHelp;
    } else if (version_) {
      options_.command = Command::kVersion;
    }
    return std::move(options_);
  }

 private:
  // IsRoute looks at files, wherever --cwd stands. Nobody else is told: this may be another
  // option's value.
  void FindCwd() {
    static constexpr std::string_view kInline = "--cwd=";
    for (size_t i = 0; i < arguments_.size(); i++) {
      if (arguments_[i] == "--cwd" && i + 1 < arguments_.size()) files_ = arguments_[i + 1];
      if (arguments_[i].starts_with(kInline)) files_ = arguments_[i].substr(kInline.size());
    }
  }

  Status ParseOne() {
    const std::string& argument = arguments_[next_++];
    if (!argument.starts_with('-') || argument == "-") return ParseCommand(argument);

    // --name=value, -c=value
    const size_t equals = argument.find('=');
    const std::string written = argument.substr(0, equals);
    std::string flag = Dashed(written);
    // --no-FLAG, where that is not what the flag is called.
    negated_ = flag.starts_with("--no-") && flag != "--no-persist";
    if (negated_) flag.erase(2, 3);
    if (negated_ && (flag == "--help" || flag == "--version" || flag == "--no-persist")) {
      return Refused("Unknown argument: " + written.substr(2));
    }
    inline_value_.reset();
    if (equals != std::string::npos) inline_value_ = argument.substr(equals + 1);

    if (flag == "-h" || flag == "--help") return Boolean(flag, help_);
    if (flag == "-v" || flag == "--version") return Boolean(flag, version_);
    if (flag == "-c" || flag == "--config") {
      ISOLANE_ASSIGN(std::string file, Value("config"));
      options_.configs.push_back(std::move(file));
      return Ok{};
    }
    if (const auto handled = ParseWorkerFlag(flag)) return *handled;
    if (const auto handled = ParseAddressFlag(flag)) return *handled;
    if (const auto handled = ParseBuildFlag(flag)) return *handled;
    if (flag == "--var") return ParseVars();
    if (flag == "--public-only") return Boolean(flag, options_.public_only);
    if (flag == "--log-level") return ParseLogLevel();
    if (const auto handled = ParseOutputFlag(flag)) return *handled;
    if (flag == "--cron") return Boolean(flag, options_.cron);
    if (flag == "--persist-to") {
      ISOLANE_ASSIGN(options_.persist_to, Value("persist-to"));
      return Ok{};
    }
    if (flag == "--filter") {
      ISOLANE_ASSIGN(options_.filter, Value("filter"));
      return Ok{};
    }
    if (flag == "--live-reload") return Boolean(flag, options_.live_reload);
    if (flag == "--test-scheduled") return Boolean(flag, options_.test_scheduled);
    if (flag == "--no-persist") return Boolean(flag, options_.no_persist);
    if (flag == "--frozen-clock") return Boolean(flag, options_.frozen_clock);
    return ParseOtherFlag(flag, written);
  }

  // Flags that say what the Workers are; nothing for any other flag.
  std::optional<Status> ParseWorkerFlag(const std::string& flag) {
    if (flag == "-e" || flag == "--env") return TextOrNone("env", options_.environment.emplace());
    if (flag == "--cwd") return Text("cwd", options_.cwd);
    if (flag == "--env-file") return Texts("env-file", options_.env_files);
    if (flag == "--name") {
      std::string name;
      const Status parsed = TextOrNone("name", name);
      options_.name.reset();
      if (!name.empty()) options_.name = std::move(name);
      return parsed;
    }
    if (flag == "--latest") return Boolean(flag, options_.latest);
    if (flag == "--assets") return Text("assets", options_.assets.emplace());
    if (flag == "--compatibility-date") {
      return Text("compatibility-date", options_.compatibility_date.emplace());
    }
    if (flag == "--compatibility-flags" || flag == "--compatibility-flag") {
      return Texts("compatibility-flags", options_.compatibility_flags);
    }
    if (flag == "--json") return Boolean(flag, options_.json);
    return std::nullopt;
  }

  // Flags that say how the first Worker is built; nothing for any other flag.
  std::optional<Status> ParseBuildFlag(const std::string& flag) {
    wrangler::BuildOverrides& build = options_.build;
    if (flag == "--define") return Pairs("define", build.define);
    if (flag == "--alias") return Pairs("alias", build.alias);
    if (flag == "--tsconfig") return Text("tsconfig", build.tsconfig.emplace());
    if (flag == "--jsx-factory") return Text("jsx-factory", build.jsx_factory.emplace());
    if (flag == "--jsx-fragment") return Text("jsx-fragment", build.jsx_fragment.emplace());
    if (flag == "--minify") return Boolean(flag, build.minify.emplace());
    if (flag == "--bundle") return Boolean(flag, build.bundle.emplace());
    return std::nullopt;
  }

  // Like wrangler's, such a flag may be followed by several KEY:VALUE.
  Status Pairs(const std::string& name, std::vector<std::pair<std::string, std::string>>& target) {
    std::vector<std::string> texts;
    ISOLANE_TRY(Texts(name, texts));
    for (const std::string& text : texts) {
      const size_t colon = text.find(':');
      if (colon == std::string::npos || colon == 0) {
        return Refused("Invalid value for --" + name + ": \"" + text + "\", expected KEY:VALUE");
      }
      target.emplace_back(text.substr(0, colon), text.substr(colon + 1));
    }
    return Ok{};
  }

  // Flags that say what is printed or written; nothing for any other flag.
  std::optional<Status> ParseOutputFlag(const std::string& flag) {
    if (flag == "--log-format") {
      return Choice<LogFormat>("log-format",
                               {{"text", LogFormat::kText}, {"json", LogFormat::kJson}},
                               options_.log_format);
    }
    if (flag == "--format") {
      return Choice<GraphFormat>("format",
                                 {{"text", GraphFormat::kText},
                                  {"mermaid", GraphFormat::kMermaid},
                                  {"svg", GraphFormat::kSvg}},
                                 options_.graph_format);
    }
    if (flag == "--show-interactive-dev-session") return Boolean(flag, options_.interactive);
    TypesOptions& types = options_.types;
    std::optional<Status> parsed;
    if (flag == "--env-interface") parsed = Text("env-interface", types.env_interface);
    if (flag == "--strict-vars") parsed = Boolean(flag, types.strict_vars);
    if (flag == "--include-env") parsed = Boolean(flag, types.include_env);
    if (flag == "--include-runtime") parsed = Boolean(flag, types.include_runtime.emplace());
    if (flag == "--check") parsed = Boolean(flag, types.check);
    if (parsed) types_flag_ = flag;
    return parsed;
  }

  // Flags that say where the Workers are reached; nothing for any other flag.
  std::optional<Status> ParseAddressFlag(const std::string& flag) {
    if (flag == "--ip") return Text("ip", options_.ip.emplace());
    if (flag == "--port") return ParsePort();
    if (flag == "--routes" || flag == "--route") return ParseRoutes(flag);
    if (flag == "--host" || flag == "--local-upstream") {
      return Text(flag.substr(2), options_.host.emplace());
    }
    if (flag == "--infer-origin-from-routes") {
      return Boolean(flag, options_.infer_host);
    }
    if (flag == "--upstream-protocol") {
      return Choice<std::string>("upstream-protocol", {{"http", "http"}, {"https", "https"}},
                                 options_.upstream_protocol.emplace());
    }
    if (flag == "--local-protocol") {
      return Choice<std::string>("local-protocol", {{"http", "http"}, {"https", "https"}},
                                 options_.local_protocol.emplace());
    }
    if (flag == "--https-cert-path") return Text("https-cert-path", options_.https_cert_path);
    if (flag == "--https-key-path") return Text("https-key-path", options_.https_key_path);
    return std::nullopt;
  }

  // Flags of wrangler that say nothing new here, and those that isolane does not have.
  Status ParseOtherFlag(const std::string& flag, const std::string& written) {
    static constexpr std::string_view kMeaningless[] = {"--local", "-l", "--enable-containers"};
    static constexpr std::string_view kWithoutEffect[] = {"--inspector-port", "--inspector-ip"};
    static constexpr std::string_view kUnsupportedSwitches[] = {"--remote", "-r", "--tunnel"};
    static constexpr std::string_view kUnsupported[] = {"--site", "--tunnel-name"};
    const auto is = [&flag](std::string_view other) { return other == flag; };
    if (std::any_of(std::begin(kMeaningless), std::end(kMeaningless), is)) {
      bool ignored = false;
      return Boolean(flag, ignored);
    }
    if (std::any_of(std::begin(kWithoutEffect), std::end(kWithoutEffect), is)) {
      ISOLANE_TRY(Value(flag.substr(2)));
      options_.without_effect.push_back(flag);
      return Ok{};
    }
    if (flag == "--types") return Boolean(flag, options_.write_types);
    bool unsupported = std::any_of(std::begin(kUnsupported), std::end(kUnsupported), is);
    if (std::any_of(std::begin(kUnsupportedSwitches), std::end(kUnsupportedSwitches), is)) {
      ISOLANE_TRY(Boolean(flag, unsupported));
      if (!unsupported) return Ok{};
    }
    if (unsupported) return Refused(flag + " is not supported by isolane yet");
    const size_t letters = written.find_first_not_of('-');
    return Refused("Unknown argument: " +
                   written.substr(letters == std::string::npos ? 0 : letters));
  }

  // Whether this is a route, and not the module or the folder that is to be run.
  bool IsRoute(const std::string& word) const {
    static constexpr std::string_view kScripts[] = {".js",  ".mjs", ".cjs", ".jsx", ".ts",
                                                    ".mts", ".cts", ".tsx", ".wasm"};
    const bool script =
        std::any_of(std::begin(kScripts), std::end(kScripts),
                    [&](std::string_view extension) { return word.ends_with(extension); });
    if (script || word.starts_with('-') || word.find_first_of("./*") == std::string::npos) {
      return false;
    }
    const std::string path = config::AbsolutePath(config::CurrentDirectory(), files_);
    return config::KindOf(config::AbsolutePath(path, word)) != config::PathKind::kDirectory;
  }

  // --routes alone: those of all Workers choose. --routes PATTERN...: those of the first Worker.
  Status ParseRoutes(const std::string& flag) {
    const bool named = inline_value_ ? IsRoute(*inline_value_)
                                     : next_ < arguments_.size() && IsRoute(arguments_[next_]);
    if (named && !negated_) {
      ISOLANE_ASSIGN(std::string first, Value("routes"));
      options_.routes.push_back(std::move(first));
      while (next_ < arguments_.size() && IsRoute(arguments_[next_])) {
        options_.routes.push_back(arguments_[next_++]);
      }
      return Ok{};
    }
    return Boolean(flag, options_.by_routes);
  }

  Status Text(const std::string& name, std::string& target) {
    ISOLANE_ASSIGN(target, Value(name));
    return Ok{};
  }

  // A value that may be empty.
  Status TextOrNone(const std::string& name, std::string& target) {
    target.clear();
    if (negated_) return Text(name, target);
    if (inline_value_ && inline_value_->empty()) return Ok{};
    if (!inline_value_ && next_ < arguments_.size() && arguments_[next_].empty()) {
      next_++;
      return Ok{};
    }
    return Text(name, target);
  }

  // Like wrangler's, such a flag may be followed by several values.
  Status Texts(const std::string& name, std::vector<std::string>& target) {
    ISOLANE_ASSIGN(std::string first, Value(name));
    target.push_back(std::move(first));
    while (next_ < arguments_.size() && !arguments_[next_].starts_with('-')) {
      target.push_back(arguments_[next_++]);
    }
    return Ok{};
  }

  Status ParseCommand(const std::string& word) {
    static constexpr std::pair<std::string_view, Command> kCommands[] = {
        {"serve", Command::kServe}, {"dev", Command::kDev},         {"test", Command::kTest},
        {"check", Command::kCheck}, {"explain", Command::kExplain}, {"graph", Command::kGraph},
        {"types", Command::kTypes}};
    if (options_.command == Command::kTypes) {
      if (!options_.types.path.empty()) return Refused("Unknown argument: " + word);
      options_.types.path = word;
      return Ok{};
    }
    if (options_.command == Command::kTest) {
      options_.files.push_back(word);
      return Ok{};
    }
    // A module has an extension or a directory, so a mistyped word is none.
    const bool is_path = word.find_first_of("./") != std::string::npos;
    if (options_.command != Command::kHelp && !options_.script && is_path) {
      options_.script = word;
      return Ok{};
    }
    for (const auto& [name, command] : kCommands) {
      if (name != word || options_.command != Command::kHelp) continue;
      options_.command = command;
      return Ok{};
    }
    return Refused("Unknown argument: " + word);
  }

  // As wrangler takes them: "--testScheduled" is "--test-scheduled".
  static std::string Dashed(const std::string& flag) {
    if (!flag.starts_with("--")) return flag;
    std::string dashed;
    for (const char c : flag) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (upper) dashed += '-';
      dashed += upper ? static_cast<char>(c | 32) : c;
    }
    return dashed;
  }

  // --flag, --flag=true, --flag=false, --flag false; --no-flag, which is the other way round
  Status Boolean(const std::string& flag, bool& target) {
    std::string value = "true";
    if (inline_value_) {
      value = *std::exchange(inline_value_, std::nullopt);
    } else if (next_ < arguments_.size() &&
               (arguments_[next_] == "true" || arguments_[next_] == "false")) {
      value = arguments_[next_++];
    }
    if (value != "true" && value != "false") {
      return Refused("Invalid value for " + flag + ": \"" + value + "\", expected true or false");
    }
    target = (value == "true") != negated_;
    return Ok{};
  }

  template <typename T>
  Status Choice(const std::string& name,
                std::initializer_list<std::pair<std::string_view, T>> choices, T& target) {
    ISOLANE_ASSIGN(const std::string text, Value(name));
    std::string known;
    for (const auto& [word, value] : choices) {
      if (word == text) {
        target = value;
        return Ok{};
      }
      known += (known.empty() ? "" : " or ") + std::string(word);
    }
    return Refused("Invalid value for --" + name + ": \"" + text + "\", expected " + known);
  }

  // The value of the flag just read: what follows '=', or the next argument.
  Result<std::string> Value(const std::string& name) {
    if (negated_) return Refused("Unknown argument: no-" + name);
    if (inline_value_ && !inline_value_->empty())
      return *std::exchange(inline_value_, std::nullopt);
    const bool missing = inline_value_ || next_ == arguments_.size() ||
                         arguments_[next_].starts_with('-') || arguments_[next_].empty();
    if (missing) return Refused("Not enough arguments following: " + name);
    return arguments_[next_++];
  }

  // PORT, or NAME=PORT.
  Status ParsePort() {
    ISOLANE_ASSIGN(const std::string value, Value("port"));
    const size_t equals = value.rfind('=');
    const std::string text = equals == std::string::npos ? value : value.substr(equals + 1);
    int port = -1;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port < 0 || port > 65535) {
      return Refused("Invalid value for --port: \"" + value +
                     "\", expected a number from 0 to 65535, or NAME=NUMBER for one Worker");
    }
    if (equals == std::string::npos) {
      options_.port = port;
    } else {
      options_.worker_ports.emplace_back(value.substr(0, equals), port);
    }
    return Ok{};
  }

  // Like wrangler's, --var may be followed by several of them.
  Status ParseVars() {
    ISOLANE_ASSIGN(std::string text, Value("var"));
    while (true) {
      const size_t colon = std::min(text.find(':'), text.size());
      if (colon == 0) {
        return Refused("Invalid value for --var: \"" + text + "\", expected NAME:VALUE");
      }
      // Without a value: the empty one.
      options_.vars.push_back(
          {text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))});
      const bool more = next_ < arguments_.size() && !arguments_[next_].starts_with('-') &&
                        arguments_[next_].find(':') != std::string::npos;
      if (!more) return Ok{};
      text = arguments_[next_++];
    }
  }

  Status ParseLogLevel() {
    ISOLANE_ASSIGN(const std::string text, Value("log-level"));
    if (const auto level = LogLevelOf(text)) {
      options_.log_level = *level;
      options_.log_level_given = true;
      return Ok{};
    }
    return Refused("Invalid value for --log-level: \"" + text +
                   "\", expected debug, info, log, warn, error or none");
  }

  const std::vector<std::string>& arguments_;
  size_t next_ = 0;
  std::string files_;  // where IsRoute looks
  std::optional<std::string> inline_value_;
  bool negated_ = false;  // the flag just read is a --no-FLAG
  bool help_ = false;
  bool version_ = false;
  std::string types_flag_;  // one that only `types` has
  CliOptions options_;
};

}  // namespace

std::optional<LogLevel> LogLevelOf(std::string_view name) {
  static constexpr std::pair<std::string_view, LogLevel> kLevels[] = {
      {"none", LogLevel::kNone}, {"error", LogLevel::kError}, {"warn", LogLevel::kWarn},
      {"info", LogLevel::kInfo}, {"log", LogLevel::kLog},     {"debug", LogLevel::kDebug}};
  const std::string lower = base::LowerCased(name);
  for (const auto& [known, level] : kLevels) {
    if (known == lower) return level;
  }
  return std::nullopt;
}

Result<CliOptions> ParseOptions(const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

std::string HelpText() { return kHelp; }

}  // namespace isolane::cli
