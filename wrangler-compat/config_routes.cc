#include "wrangler-compat/config_routes.h"

#include <string>
#include <utility>

namespace isolane::wrangler {
namespace {

constexpr char kShape[] =
    "{ pattern, custom_domain, zone_id | zone_name, enabled, previews_enabled }";

enum class RouteKey { kZone, kDomain, kDomainOption, kUnknown };

RouteKey KeyOf(const ConfigMember& member) {
  if (member.key == "zone_id" || member.key == "zone_name") {
    return member.value.IsString() ? RouteKey::kZone : RouteKey::kUnknown;
  }
  if (!member.value.IsBoolean()) return RouteKey::kUnknown;
  if (member.key == "custom_domain") return RouteKey::kDomain;
  const bool option = member.key == "enabled" || member.key == "previews_enabled";
  return option ? RouteKey::kDomainOption : RouteKey::kUnknown;
}

// An object says of its pattern which zone it is in, or that it is a custom domain.
bool IsRoute(const ConfigNode& node) {
  if (node.IsString()) return !node.text.empty();
  const ConfigMember* pattern = node.Find("pattern");
  if (pattern == nullptr || !pattern->value.IsString()) return false;
  int zones = 0;
  bool domain = false, options = false;
  for (const ConfigMember& member : node.members) {
    if (member.key == "pattern") continue;
    const RouteKey key = KeyOf(member);
    if (key == RouteKey::kUnknown) return false;
    zones += key == RouteKey::kZone ? 1 : 0;
    domain |= key == RouteKey::kDomain;
    options |= key == RouteKey::kDomainOption;
  }
  return zones <= 1 && (zones == 1 || domain) && (!options || domain);
}

void AddRoute(const ConfigSection& section, const ConfigNode& node, std::vector<Route>& routes) {
  if (!IsRoute(node)) return;
  Route& route = routes.emplace_back();
  route.where = section.Where(node.position);
  if (node.IsString()) {
    route.pattern = node.text;
    return;
  }
  route.pattern = node.Find("pattern")->value.text;
  const ConfigMember* domain = node.Find("custom_domain");
  route.custom_domain = domain != nullptr && domain->value.boolean;
  if (const ConfigMember* zone = node.Find("zone_name")) route.zone = zone->value.text;
}

void CheckRouteList(ConfigSection& section, const ConfigMember& routes) {
  if (!routes.value.IsArray()) {
    section.Fail("Expected \"routes\" to be an array but got " + ToJson(routes.value) + ".",
                 routes.position);
    return;
  }
  ConfigNode wrong;
  wrong.kind = ConfigKind::kArray;
  for (const ConfigNode& node : routes.value.items) {
    if (!IsRoute(node)) wrong.items.push_back(node);
  }
  if (wrong.items.empty()) return;
  section.Fail("Expected \"routes\" to be an array of either strings or objects with the shape " +
                   std::string(kShape) + ", but these weren't valid: " + ToIndentedJson(wrong) +
                   ".",
               routes.position);
}

}  // namespace

std::vector<Route> ReadRoutes(const ConfigSection& section) {
  std::vector<Route> routes;
  if (const ConfigMember* route = section.Find("route")) AddRoute(section, route->value, routes);
  const ConfigMember* list = section.Find("routes");
  if (list == nullptr || !list->value.IsArray()) return routes;
  for (const ConfigNode& node : list->value.items) AddRoute(section, node, routes);
  return routes;
}

void CheckCustomDomains(const std::vector<Route>& routes, DiagnosticGroup& loose) {
  std::string text;
  std::string where;
  for (const Route& route : routes) {
    if (!route.custom_domain) continue;
    std::string wrong;
    if (route.pattern.find('*') != std::string::npos) {
      wrong += "\nWildcard operators (*) are not allowed in Custom Domains";
    }
    if (route.pattern.find('/') != std::string::npos) {
      wrong += "\nPaths are not allowed in Custom Domains";
    }
    if (wrong.empty()) continue;
    if (text.empty()) where = route.where;
    text += (text.empty() ? "Invalid Routes:\n" : "\n\n") + route.pattern + ":" + wrong;
  }
  if (!text.empty()) loose.Fail(std::move(text), std::move(where));
}

void CheckRoutes(ConfigSection& section) {
  const ConfigMember* route = section.Find("route");
  const ConfigMember* routes = section.Find("routes");
  if (route != nullptr && route->value.IsString() && route->value.text.empty()) {
    section.Warn(
        "The \"route\" field in your configuration is an empty string and will be ignored.\n"
        "Please remove the \"route\" field from your configuration.",
        route->position);
  } else if (route != nullptr && !IsRoute(route->value)) {
    section.Fail("Expected \"route\" to be either a string, or an object with shape " +
                     std::string(kShape) + ", but got " + ToJson(route->value) + ".",
                 route->position);
  }
  if (routes == nullptr) return;
  CheckRouteList(section, *routes);
  // An empty one is none.
  if (route == nullptr || (route->value.IsString() && route->value.text.empty())) return;
  section.Fail("Expected exactly one of the following fields [\"routes\",\"route\"].",
               routes->position);
}

}  // namespace isolane::wrangler
