#include "vercel-compat/route_compiler.h"

#include <algorithm>

#include "vercel-compat/config_error.h"
#include "vercel-compat/destination.h"
#include "vercel-compat/path_pattern.h"

namespace isolane::vercel {
namespace {

constexpr int kPermanent = 308;
constexpr int kTemporary = 307;

Error Refused(const std::string& code, const std::string& message, const std::string& link) {
  Error error = ConfigError(code, message);
  error.hint = "Learn More: https://vercel.link/" + link;
  return error;
}

// `source` as `routes` need it: anchored, with plain slashes.
std::string Anchored(std::string source) {
  if (!source.starts_with('^')) source = "^" + source;
  if (!source.ends_with('$')) source += "$";
  std::string plain;
  for (size_t i = 0; i < source.size(); i++) {
    if (source[i] == '\\' && i + 1 < source.size() && source[i + 1] == '/') continue;
    plain += source[i];
  }
  return plain;
}

class Compiler {
 public:
  Compiler(const RoutingConfig& config, base::RegexEngine& regexes)
      : config_(config), regexes_(regexes) {}

  Result<PlainRules> Compile() {
    AddCleanUrls();
    AddTrailingSlash();
    ISOLANE_TRY(AddRoutes());
    ISOLANE_TRY(AddRedirects());
    ISOLANE_TRY(AddHeaders());
    ISOLANE_TRY(AddRewrites());
    return std::move(rules_);
  }

 private:
  void AddPlainRedirect(const std::string& src, const std::string& location) {
    PlainRule& rule = rules_.first.emplace_back();
    rule.src = src;
    rule.headers = {{"location", location}};
    rule.status = kPermanent;
  }

  void AddCleanUrls() {
    if (!config_.clean_urls.value_or(false)) return;
    const std::string location = config_.trailing_slash.value_or(false) ? "/$1/" : "/$1";
    AddPlainRedirect("^/(?:(.+)/)?index(?:\\.html)?/?$", location);
    AddPlainRedirect("^/(.*)\\.html/?$", location);
  }

  void AddTrailingSlash() {
    if (!config_.trailing_slash) return;
    if (!*config_.trailing_slash) {
      // The root has no other name.
      AddPlainRedirect("^/(.+)/$", "/$1");
      return;
    }
    rules_.first.emplace_back().src = "^/\\.well-known(?:/.*)?$";
    AddPlainRedirect("^/((?:[^/]+/)*[^/\\.]+)$", "/$1/");
    AddPlainRedirect("^/((?:[^/]+/)*[^/]+\\.\\w+)/$", "/$1");
  }

  // --- routes ---

  Status AddRoutes() {
    std::vector<std::string> handles;
    for (size_t i = 0; i < config_.routes.size(); i++) {
      const Route& route = config_.routes[i];
      const std::string where = "Route at index " + std::to_string(i);
      if (route.handle) {
        if (std::find(handles.begin(), handles.end(), *route.handle) != handles.end()) {
          return RouteError(where + " is a duplicate. Please use one `handle: " + *route.handle +
                            "` at most.");
        }
        handles.push_back(*route.handle);
        continue;
      }
      ISOLANE_ASSIGN(PlainRule rule, CompileRoute(route, where));
      // There are no files that could be hit, and no pages of errors.
      const std::string phase = handles.empty() ? "" : handles.back();
      if (phase == "hit" || phase == "error") continue;
      (phase.empty() ? rules_.first : rules_.rewrites).push_back(std::move(rule));
    }
    return Ok{};
  }

  static Error RouteError(const std::string& message) {
    return Refused("invalid_route", message, "routes-json");
  }

  static Error OnlyOne(const std::string& where, const std::string& one, const std::string& other) {
    return RouteError(where + " cannot define both `" + one + "` and `" + other +
                      "`. Please use only one.");
  }

  Result<PlainRule> CompileRoute(const Route& route, const std::string& where) {
    if (route.src && route.source) return OnlyOne(where, "src", "source");
    if (route.dest && (route.destination || route.service)) {
      return OnlyOne(where, "dest", "destination");
    }
    if (route.status && route.status_code) return OnlyOne(where, "status", "statusCode");
    const std::string source = route.src ? *route.src : route.source.value_or("");
    if (source.empty()) {
      return RouteError(where + " must define either `src` or `source` property.");
    }
    PlainRule rule;
    rule.src = Anchored(source);
    if (!regexes_.Compile(rule.src).ok()) {
      return RouteError(where + " has invalid `src`/`source` regular expression \"" + rule.src +
                        "\".");
    }
    if (route.service && route.goes_on) {
      return RouteError(where +
                        " cannot define `continue: true` with a service `destination`. The service "
                        "handoff is terminal.");
    }
    rule.destination = route.dest ? route.dest : route.destination;
    rule.service = route.service;
    rule.headers = route.headers;
    rule.methods = route.methods;
    rule.has = route.has;
    rule.missing = route.missing;
    // A hand-over changes nothing.
    if (!route.service) rule.transforms = route.transforms;
    rule.status = route.status.value_or(route.status_code.value_or(0));
    rule.goes_on = route.goes_on;
    rule.where = where;
    rule.code = "invalid_route";
    return rule;
  }

  // --- rules with patterns ---

  struct Kind {
    const char* name;  // "Rewrite"
    const char* code;  // "invalid_rewrite"
  };

  static std::string Where(const Kind& kind, size_t index) {
    return std::string(kind.name) + " at index " + std::to_string(index);
  }

  // All sources are checked as regular expressions before any is as a pattern, as Vercel does.
  template <typename Rules>
  Status CheckSources(const Kind& kind, const Rules& rules) {
    for (size_t i = 0; i < rules.size(); i++) {
      if (regexes_.Compile(rules[i].source).ok()) continue;
      return Refused(
          kind.code,
          Where(kind, i) + " has invalid `source` regular expression \"" + rules[i].source + "\".",
          "invalid-route-source-pattern");
    }
    return Ok{};
  }

  Result<PatternRegex> CheckPattern(const Kind& kind, size_t index, const std::string& source,
                                    const std::vector<Condition>& has,
                                    const std::string& destination) {
    auto regex = PatternToRegex(source);
    if (!regex.ok() || !regexes_.Compile(regex->source).ok()) {
      return Refused(kind.code,
                     Where(kind, index) + " has invalid `source` pattern \"" + source + "\".",
                     "invalid-route-source-pattern");
    }
    const std::vector<std::string> captured = ConditionSegments(has);
    for (const std::string& name : DestinationParameters(destination)) {
      const auto is_in = [&name](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
      };
      if (is_in(regex->segments) || is_in(captured)) continue;
      return Refused(kind.code,
                     Where(kind, index) + " has segment \":" + name +
                         "\" in `destination` property but not in `source` or `has` property.",
                     "invalid-route-destination-segment");
    }
    return std::move(*regex);
  }

  template <typename Rule>
  static PlainRule StartRule(const Kind& kind, size_t index, const PatternRegex& regex,
                             const Rule& rule) {
    PlainRule plain;
    plain.src = Anchored(regex.source);
    plain.has = rule.has;
    plain.missing = rule.missing;
    plain.where = Where(kind, index);
    plain.code = kind.code;
    return plain;
  }

  static Error BadDestination(const Kind& kind, size_t index, const std::string& destination) {
    return Refused(
        kind.code,
        Where(kind, index) + " has invalid `destination` pattern \"" + destination + "\".",
        "invalid-route-destination-segment");
  }

  Status AddRedirects() {
    static constexpr Kind kKind{"Redirect", "invalid_redirect"};
    ISOLANE_TRY(CheckSources(kKind, config_.redirects));
    std::vector<PlainRule> added;
    for (size_t i = 0; i < config_.redirects.size(); i++) {
      const Redirect& redirect = config_.redirects[i];
      ISOLANE_ASSIGN(const PatternRegex regex,
                     CheckPattern(kKind, i, redirect.source, redirect.has, redirect.destination));
      PlainRule rule = StartRule(kKind, i, regex, redirect);
      auto location = CompileDestination(redirect.destination, regex.segments,
                                         ConditionSegments(redirect.has), UnusedParameters::kDrop);
      if (!location.ok()) return BadDestination(kKind, i, redirect.destination);
      rule.headers = {{"location", *location}};
      rule.status = redirect.permanent ? (*redirect.permanent ? kPermanent : kTemporary)
                                       : redirect.status.value_or(kPermanent);
      added.push_back(std::move(rule));
    }
    for (size_t i = 0; i < config_.redirects.size(); i++) {
      if (!config_.redirects[i].permanent || !config_.redirects[i].status) continue;
      return Refused(
          kKind.code,
          Where(kKind, i) + " cannot define both `permanent` and `statusCode` properties.",
          "redirects-json");
    }
    std::move(added.begin(), added.end(), std::back_inserter(rules_.first));
    return Ok{};
  }

  Status AddHeaders() {
    static constexpr Kind kKind{"Header", "invalid_header"};
    ISOLANE_TRY(CheckSources(kKind, config_.headers));
    for (size_t i = 0; i < config_.headers.size(); i++) {
      const HeaderRule& header = config_.headers[i];
      ISOLANE_ASSIGN(const PatternRegex regex,
                     CheckPattern(kKind, i, header.source, header.has, {}));
      PlainRule rule = StartRule(kKind, i, regex, header);
      rule.goes_on = true;
      for (const auto& [key, value] : header.headers) {
        auto text = CompileHeaderText(value, regex.segments, ConditionSegments(header.has));
        if (!text.ok()) return BadDestination(kKind, i, value);
        rule.headers.emplace_back(key, *text);
      }
      rules_.first.push_back(std::move(rule));
    }
    return Ok{};
  }

  Status AddRewrites() {
    static constexpr Kind kKind{"Rewrite", "invalid_rewrite"};
    ISOLANE_TRY(CheckSources(kKind, config_.rewrites));
    for (size_t i = 0; i < config_.rewrites.size(); i++) {
      const Rewrite& rewrite = config_.rewrites[i];
      const std::string destination =
          rewrite.service ? rewrite.service->path.value_or("") : rewrite.destination;
      ISOLANE_ASSIGN(const PatternRegex regex,
                     CheckPattern(kKind, i, rewrite.source, rewrite.has, destination));
      const std::vector<std::string> has = ConditionSegments(rewrite.has);
      PlainRule rule = StartRule(kKind, i, regex, rewrite);
      auto compiled =
          CompileDestination(destination, regex.segments, has, UnusedParameters::kQuery);
      if (!compiled.ok()) return BadDestination(kKind, i, destination);
      if (rewrite.service) {
        rule.service = rewrite.service;
        if (rule.service->path) rule.service->path = *compiled;
      } else {
        rule.destination = *compiled;
        rule.status = rewrite.status;
      }
      for (Transform transform : rewrite.transforms) {
        auto path =
            CompileTransformPath(transform.arguments->front(), regex.segments, has, transform.env);
        if (!path.ok()) {
          return Refused(
              kKind.code,
              Where(kKind, i) + " has an invalid `request.path` transform: " + path.error().message,
              "invalid-route-destination-segment");
        }
        transform.arguments = {*path};
        if (!rewrite.service) rule.transforms.push_back(std::move(transform));
      }
      rules_.rewrites.push_back(std::move(rule));
    }
    return Ok{};
  }

  const RoutingConfig& config_;
  base::RegexEngine& regexes_;
  PlainRules rules_;
};

}  // namespace

Result<PlainRules> CompileRules(const RoutingConfig& config, base::RegexEngine& regexes) {
  return Compiler(config, regexes).Compile();
}

}  // namespace isolane::vercel
