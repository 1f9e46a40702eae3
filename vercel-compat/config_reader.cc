#include "vercel-compat/config_reader.h"

#include <algorithm>
#include <utility>

#include "runtime/base/ascii.h"
#include "runtime/config/json_reader.h"
#include "runtime/config/toml_reader.h"
#include "vercel-compat/config_error.h"
#include "vercel-compat/config_schema.h"
#include "vercel-compat/schema.h"

namespace isolane::vercel {
namespace {

using config::ConfigKind;
using config::ConfigMember;
using config::ConfigNode;

constexpr char kDocumentation[] =
    "View Documentation: https://vercel.com/docs/concepts/projects/project-configuration";

bool IsToml(std::string_view name) { return name.ends_with(".toml"); }

Result<ConfigNode> ReadTree(std::string_view text, const std::string& name) {
  return IsToml(name) ? config::ReadToml(text, name)
                      : config::ReadJson(text, name, config::TrailingCommas::kRefuse);
}

// --- values of a tree that the schema has accepted ---

const ConfigNode* Get(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  return member == nullptr ? nullptr : &member->value;
}

std::string TextOf(const ConfigNode& node) { return node.IsString() ? node.text : ToJson(node); }

std::optional<std::string> Text(const ConfigNode& node, std::string_view key) {
  const ConfigNode* value = Get(node, key);
  if (value == nullptr) return std::nullopt;
  return TextOf(*value);
}

std::optional<bool> Flag(const ConfigNode& node, std::string_view key) {
  const ConfigNode* value = Get(node, key);
  if (value == nullptr) return std::nullopt;
  return value->boolean;
}

std::optional<double> Number(const ConfigNode& node, std::string_view key) {
  const ConfigNode* value = Get(node, key);
  if (value == nullptr) return std::nullopt;
  return config::NumberOf(*value);
}

std::optional<int> Integer(const ConfigNode& node, std::string_view key) {
  const auto number = Number(node, key);
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

// Of an array; of a single string, that.
std::optional<std::vector<std::string>> Texts(const ConfigNode& node, std::string_view key) {
  const ConfigNode* value = Get(node, key);
  if (value == nullptr) return std::nullopt;
  if (!value->IsArray()) return std::vector<std::string>{TextOf(*value)};
  std::vector<std::string> texts;
  for (const ConfigNode& item : value->items) texts.push_back(item.text);
  return texts;
}

// The items of an array, or nothing.
const std::vector<ConfigNode>& Items(const ConfigNode& node, std::string_view key) {
  static const std::vector<ConfigNode> kNone;
  const ConfigNode* value = Get(node, key);
  return value == nullptr ? kNone : value->items;
}

ValueTest ReadTest(const ConfigNode& node) {
  ValueTest test;
  if (node.IsString()) {
    test.regex = node.text;
    return test;
  }
  test.regex = Text(node, "re");
  test.equal = Text(node, "eq");
  test.not_equal = Text(node, "neq");
  test.prefix = Text(node, "pre");
  test.suffix = Text(node, "suf");
  test.one_of = Texts(node, "inc");
  test.none_of = Texts(node, "ninc");
  test.greater = Number(node, "gt");
  test.at_least = Number(node, "gte");
  test.less = Number(node, "lt");
  test.at_most = Number(node, "lte");
  return test;
}

std::vector<Condition> ReadConditions(const ConfigNode& node, std::string_view key) {
  std::vector<Condition> conditions;
  for (const ConfigNode& item : Items(node, key)) {
    Condition& condition = conditions.emplace_back();
    const std::string type = *Text(item, "type");
    condition.key = Text(item, "key").value_or("");
    if (type == "header") {
      condition.kind = Condition::Kind::kHeader;
      condition.key = base::LowerCased(condition.key);
    } else if (type == "cookie") {
      condition.kind = Condition::Kind::kCookie;
    } else if (type == "query") {
      condition.kind = Condition::Kind::kQuery;
    }
    const ConfigNode* value = Get(item, "value");
    // An empty text counts as none, as it does for Vercel.
    if (value != nullptr && !(value->IsString() && value->text.empty())) {
      condition.value = ReadTest(*value);
    }
  }
  return conditions;
}

std::vector<Transform> ReadTransforms(const ConfigNode& node) {
  std::vector<Transform> transforms;
  for (const ConfigNode& item : Items(node, "transforms")) {
    Transform& transform = transforms.emplace_back();
    const std::string type = *Text(item, "type");
    const std::string operation = *Text(item, "op");
    if (type == "request.headers") transform.target = Transform::Target::kRequestHeaders;
    if (type == "request.query") transform.target = Transform::Target::kRequestQuery;
    if (type == "response.headers") transform.target = Transform::Target::kResponseHeaders;
    if (operation == "append") transform.operation = Transform::Operation::kAppend;
    if (operation == "delete") transform.operation = Transform::Operation::kDelete;
    if (const ConfigNode* target = Get(item, "target")) {
      const ConfigNode& name = *Get(*target, "key");
      if (name.IsString()) {
        transform.key = name.text;
      } else {
        transform.key_test = ReadTest(name);
      }
    }
    transform.arguments = Texts(item, "args");
    transform.env = Texts(item, "env").value_or(std::vector<std::string>());
  }
  return transforms;
}

// `destination`: a text, or where the request is handed over.
std::optional<ServiceDestination> ReadDestination(const ConfigNode& node,
                                                  std::optional<std::string>& text) {
  const ConfigNode* value = Get(node, "destination");
  if (value == nullptr) return std::nullopt;
  if (value->IsObject()) return ServiceDestination{*Text(*value, "service"), Text(*value, "path")};
  text = value->text;
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> ReadHeaders(const ConfigNode& node) {
  std::vector<std::pair<std::string, std::string>> headers;
  const ConfigNode* value = Get(node, "headers");
  if (value == nullptr) return headers;
  for (const ConfigMember& member : value->members) {
    headers.emplace_back(member.key, member.value.text);
  }
  for (const ConfigNode& item : value->items) {
    headers.emplace_back(*Text(item, "key"), *Text(item, "value"));
  }
  return headers;
}

Route ReadRoute(const ConfigNode& node) {
  Route route;
  route.src = Text(node, "src");
  route.source = Text(node, "source");
  route.dest = Text(node, "dest");
  route.service = ReadDestination(node, route.destination);
  route.headers = ReadHeaders(node);
  route.methods = Texts(node, "methods").value_or(std::vector<std::string>());
  route.goes_on = Flag(node, "continue").value_or(false);
  route.status = Integer(node, "status");
  route.status_code = Integer(node, "statusCode");
  route.has = ReadConditions(node, "has");
  route.missing = ReadConditions(node, "missing");
  route.transforms = ReadTransforms(node);
  route.handle = Text(node, "handle");
  return route;
}

RoutingConfig ReadRouting(const ConfigNode& node) {
  RoutingConfig routing;
  routing.clean_urls = Flag(node, "cleanUrls");
  routing.trailing_slash = Flag(node, "trailingSlash");
  for (const ConfigNode& item : Items(node, "routes")) routing.routes.push_back(ReadRoute(item));
  for (const ConfigNode& item : Items(node, "redirects")) {
    Redirect& redirect = routing.redirects.emplace_back();
    redirect.source = *Text(item, "source");
    redirect.destination = *Text(item, "destination");
    redirect.permanent = Flag(item, "permanent");
    redirect.status = Integer(item, "statusCode");
    redirect.has = ReadConditions(item, "has");
    redirect.missing = ReadConditions(item, "missing");
  }
  for (const ConfigNode& item : Items(node, "headers")) {
    HeaderRule& rule = routing.headers.emplace_back();
    rule.source = *Text(item, "source");
    rule.headers = ReadHeaders(item);
    rule.has = ReadConditions(item, "has");
    rule.missing = ReadConditions(item, "missing");
  }
  for (const ConfigNode& item : Items(node, "rewrites")) {
    Rewrite& rewrite = routing.rewrites.emplace_back();
    rewrite.source = *Text(item, "source");
    std::optional<std::string> destination;
    rewrite.service = ReadDestination(item, destination);
    rewrite.destination = destination.value_or("");
    rewrite.has = ReadConditions(item, "has");
    rewrite.missing = ReadConditions(item, "missing");
    rewrite.transforms = ReadTransforms(item);
    rewrite.status = Integer(item, "statusCode").value_or(0);
  }
  return routing;
}

ServiceConfig ReadService(const std::string& name, const ConfigNode& node) {
  ServiceConfig service;
  service.name = name;
  service.root = *Text(node, "root");
  service.framework = Text(node, "framework");
  service.runtime = Text(node, "runtime");
  service.entrypoint = Text(node, "entrypoint");
  service.command = Texts(node, "command").value_or(std::vector<std::string>());
  service.install_command = Text(node, "installCommand");
  service.build_command = Text(node, "buildCommand");
  service.dev_command = Text(node, "devCommand");
  service.output_directory = Text(node, "outputDirectory");
  for (const ConfigNode& item : Items(node, "bindings")) {
    service.bindings.push_back({*Text(item, "service"), *Text(item, "env")});
  }
  service.routing = ReadRouting(node);
  return service;
}

// --- what the schema cannot say ---

// What JavaScript takes for true.
bool IsTruthy(const ConfigNode& root, std::string_view key) {
  const ConfigNode* value = Get(root, key);
  if (value == nullptr) return false;
  switch (value->kind) {
    case ConfigKind::kNull:
      return false;
    case ConfigKind::kBoolean:
      return value->boolean;
    case ConfigKind::kString:
      return !value->text.empty();
    case ConfigKind::kInteger:
      return value->integer != 0;
    default:
      return true;
  }
}

bool IsGiven(const ConfigNode& root, std::string_view key) {
  const ConfigNode* value = Get(root, key);
  return value != nullptr && value->kind != ConfigKind::kNull;
}

Error Conjunction(const std::string& code, const std::string& one, const std::string& other,
                  const std::string& advice) {
  return ConfigError(code, "The `" + one + "` property cannot be used in conjunction with the " +
                               other + " property. " + advice);
}

// Top-level keys that would belong to one of the services, but to which?
std::optional<Error> CheckBuildSettings(const ConfigNode& root, const std::string& prefix,
                                        const std::string& key) {
  static constexpr std::string_view kKeys[] = {"functions",  "installCommand", "buildCommand",
                                               "devCommand", "ignoreCommand",  "outputDirectory",
                                               "framework"};
  std::string list;
  int count = 0;
  for (const std::string_view name : kKeys) {
    if (!IsGiven(root, name)) continue;
    list.append(count++ == 0 ? "`" : ", `").append(name).append("`");
  }
  if (count == 0) return std::nullopt;
  return ConfigError(
      prefix + "_AND_TOP_LEVEL_BUILD_SETTINGS",
      "The top-level " + std::string(count > 1 ? "properties " : "property ") + list +
          " cannot be used with `" + key + "` because the owning service is ambiguous. Move " +
          (count > 1 ? "them" : "it") + " under the relevant service in `" + key + "`.");
}

std::optional<Error> CheckTopLevel(const ConfigNode& root) {
  const std::string remove_one = "Please remove one of them.";
  if (IsTruthy(root, "builds")) {
    if (IsTruthy(root, "functions")) {
      return Conjunction("FUNCTIONS_AND_BUILDS", "functions", "`builds`", remove_one);
    }
    if (IsTruthy(root, "proxy")) {
      return ConfigError("PROXY_AND_BUILDS",
                         "The `proxy` property cannot be used with the `builds` property. Remove "
                         "`builds` to use an explicit proxy entrypoint.");
    }
    if (IsTruthy(root, "experimentalServices")) {
      return Conjunction("EXPERIMENTAL_SERVICES_AND_BUILDS", "experimentalServices", "`builds`",
                         remove_one);
    }
  }
  if (IsTruthy(root, "experimentalServices") && IsTruthy(root, "functions")) {
    return Conjunction("EXPERIMENTAL_SERVICES_AND_FUNCTIONS", "experimentalServices", "`functions`",
                       remove_one);
  }
  if (IsGiven(root, "services") && IsGiven(root, "experimentalServicesV2")) {
    return ConfigError("SERVICES_AND_EXPERIMENTAL_SERVICES_V2",
                       "The `services` property cannot be used in conjunction with its deprecated "
                       "alias `experimentalServicesV2`. Please use only `services`.");
  }
  const bool alias = !IsGiven(root, "services");
  const std::string key = alias ? "experimentalServicesV2" : "services";
  const std::string prefix = alias ? "EXPERIMENTAL_SERVICES_V2" : "SERVICES";
  if (!IsGiven(root, key)) {
    if (IsTruthy(root, "experimentalServices")) {
      return ConfigError("EXPERIMENTAL_SERVICES_UNSUPPORTED",
                         "The `experimentalServices` property is an older model of services, which "
                         "isolane does not have. Please use `services`.");
    }
    return ConfigError("SERVICES_MISSING",
                       "The `services` property is missing. isolane runs projects that declare "
                       "their services in it.");
  }
  if (IsTruthy(root, "experimentalServices")) {
    return Conjunction(prefix + "_AND_EXPERIMENTAL_SERVICES", key, "`experimentalServices`",
                       "Please use only one services configuration.");
  }
  if (IsTruthy(root, "builds")) {
    return Conjunction(prefix + "_AND_BUILDS", key, "`builds`", remove_one);
  }
  if (auto error = CheckBuildSettings(root, prefix, key)) return error;
  if (Get(root, key)->members.empty()) {
    return ConfigError("SERVICES_EMPTY", "The `" + key + "` property declares no service.");
  }
  if (IsTruthy(root, "proxy")) {
    return ConfigError("PROXY_UNSUPPORTED",
                       "The `proxy` property (middleware before all services) is not supported by "
                       "isolane. Please remove it.");
  }
  return std::nullopt;
}

std::optional<Error> CheckBindings(const VercelConfig& config, const std::string& prefix,
                                   const std::string& key,
                                   const std::vector<std::string>& elsewhere) {
  const auto declared = [&](const std::string& name) {
    if (std::find(elsewhere.begin(), elsewhere.end(), name) != elsewhere.end()) return true;
    return std::any_of(config.services.begin(), config.services.end(),
                       [&name](const ServiceConfig& service) { return service.name == name; });
  };
  for (const ServiceConfig& service : config.services) {
    for (const UrlBinding& binding : service.bindings) {
      if (declared(binding.service)) continue;
      return ConfigError(prefix + "_BINDING_UNKNOWN_SERVICE",
                         "Service \"" + service.name +
                             "\" declares a binding to unknown service \"" + binding.service +
                             "\". Add \"" + binding.service + "\" to `" + key +
                             "` or fix the binding.");
    }
  }
  for (const ServiceConfig& service : config.services) {
    for (const UrlBinding& binding : service.bindings) {
      const bool doubled = std::any_of(
          service.bindings.begin(), service.bindings.end(), [&](const UrlBinding& other) {
            return other.env == binding.env && other.service != binding.service;
          });
      if (!doubled) continue;
      return ConfigError(prefix + "_BINDING_DUPLICATE_ENV",
                         "Service \"" + service.name +
                             "\" declares more than one binding for environment variable \"" +
                             binding.env + "\".");
    }
  }
  return std::nullopt;
}

// --- errors of the schema in Vercel's words ---

// What somebody who wrote `key` there may have meant.
std::string Suggestion(std::string_view top, std::string_view key) {
  struct Typo {
    std::string_view top;
    std::string_view key;
    std::string_view meant;
  };
  static constexpr Typo kTypos[] = {
      {"rewrites", "src", "source"},         {"rewrites", "dest", "destination"},
      {"redirects", "src", "source"},        {"redirects", "dest", "destination"},
      {"redirects", "status", "statusCode"}, {"headers", "src", "source"},
      {"headers", "header", "headers"},      {"routes", "header", "headers"},
      {"routes", "method", "methods"}};
  for (const Typo& typo : kTypos) {
    if (typo.top == top && typo.key == key) {
      return "Did you mean `" + std::string(typo.meant) + "`?";
    }
  }
  return "Please remove it.";
}

Error SchemaMistake(const SchemaError& wrong, std::string_view source, const std::string& name) {
  const std::string top = wrong.path.substr(0, wrong.path.find('['));
  std::string message = "Invalid " + name + " - ";
  if (!wrong.path.empty()) message += "`" + wrong.path + "` ";
  if (!wrong.additional.empty()) {
    message += "should NOT have additional property `" + wrong.additional + "`. " +
               Suggestion(top, wrong.additional);
  } else if (!wrong.missing.empty()) {
    message += "missing required property `" + wrong.missing + "`.";
  } else {
    message += wrong.message + ".";
  }
  Error error = ConfigError("INVALID_VERCEL_CONFIG", message);
  error.hint = kDocumentation + (top.empty() ? "" : "#" + base::LowerCased(top));
  if (wrong.position.line > 0) {
    error.where = name + ":" + std::to_string(wrong.position.line) + ":" +
                  std::to_string(wrong.position.column);
    error.excerpt = Excerpt(source, wrong.position);
  }
  return error;
}

}  // namespace

std::vector<std::string> ServiceNamesIn(std::string_view text, const std::string& name) {
  std::vector<std::string> names;
  const auto root = ReadTree(text, name);
  if (!root.ok()) return names;
  for (const char* key : {"services", "experimentalServicesV2"}) {
    const config::ConfigMember* services = root.value().Find(key);
    if (services == nullptr) continue;
    for (const config::ConfigMember& one : services->value.members) names.push_back(one.key);
  }
  return names;
}

Result<VercelConfig> ReadVercelConfig(std::string_view text, const std::string& name,
                                      base::RegexEngine& regexes,
                                      const std::vector<std::string>& elsewhere) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto root = ReadTree(text, name);
  if (!root.ok()) {
    const std::string format = IsToml(name) ? "TOML" : "JSON";
    Error error =
        ConfigError("INVALID_VERCEL_" + format,
                    "Failed to parse " + name + ". Ensure it contains valid " + format + ".");
    error.where = root.error().where;
    error.excerpt = root.error().excerpt;
    return error;
  }
  const ConfigSchema& schema = VercelSchema();
  if (const auto wrong = Validate(*root, schema.root, schema.definitions, regexes)) {
    return SchemaMistake(*wrong, text, name);
  }
  if (auto error = CheckTopLevel(*root)) return std::move(*error);

  const bool alias = !IsGiven(*root, "services");
  const std::string key = alias ? "experimentalServicesV2" : "services";
  VercelConfig config;
  for (const ConfigMember& member : Get(*root, key)->members) {
    config.services.push_back(ReadService(member.key, member.value));
  }
  config.routing = ReadRouting(*root);
  if (auto error =
          CheckBindings(config, alias ? "EXPERIMENTAL_SERVICES_V2" : "SERVICES", key, elsewhere)) {
    return std::move(*error);
  }
  return config;
}

}  // namespace isolane::vercel
