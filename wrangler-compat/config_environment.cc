#include "wrangler-compat/config_environment.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "wrangler-compat/config_keys.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

std::string ListOf(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += "\n- " + name;
  return text;
}

// The keys of `top` that are missing in `own`. Both objects.
std::vector<std::string> MissingKeys(const ConfigNode& top, const ConfigNode& own) {
  std::vector<std::string> missing;
  for (const ConfigMember& member : top.members) {
    if (own.Find(member.key) == nullptr) missing.push_back(member.key);
  }
  return missing;
}

// The strings that the entries of `array` have in `field`.
std::vector<std::string> NamesOf(const ConfigNode& array, std::string_view field) {
  std::vector<std::string> names;
  for (const ConfigNode& item : array.items) {
    const ConfigMember* name = item.Find(field);
    if (name != nullptr && name->value.IsString()) names.push_back(name->value.text);
  }
  return names;
}

std::vector<std::string> MissingNames(const ConfigNode& top, const ConfigNode& own,
                                      std::string_view field) {
  std::vector<std::string> missing;
  const std::vector<std::string> there = NamesOf(own, field);
  for (std::string& name : NamesOf(top, field)) {
    if (std::find(there.begin(), there.end(), name) == there.end()) {
      missing.push_back(std::move(name));
    }
  }
  return missing;
}

class Comparison {
 public:
  Comparison(const ConfigNode& top, ConfigSection& section)
      : top_(top), section_(section), env_("env." + section.environment()) {}

  void Warn() {
    WarnOfDomains();
    for (const ConfigMember& member : top_.members) {
      const ConfigKey* key = FindTopLevelKey(member.key);
      if (key == nullptr || key->scope != KeyScope::kNotInheritable) continue;
      const ConfigMember* own = section_.Find(member.key);
      if (own == nullptr) {
        WarnOfKey(member.key);
      } else if (member.key == "vars") {
        WarnOfEntries(member, *own, "vars", "vars");
      } else if (member.key == "define") {
        WarnOfEntries(member, *own, "define entries", "entries");
        WarnOfNewDefines(member, *own);
      } else if (member.key == "durable_objects" || member.key == "unsafe") {
        WarnOfNested(member, *own);
      } else if (const ResourceKind* kind = FindResourceKind(member.key)) {
        if (kind->shape == ResourceShape::kArray) WarnOfArray(member, *own, kind->name_field);
      } else if (member.key == "services") {
        WarnOfArray(member, *own, "binding");
      }
    }
  }

 private:
  // Routes are inherited, and a custom domain has one Worker.
  void WarnOfDomains() {
    const ConfigMember* routes = top_.Find("routes");
    if (routes == nullptr || section_.Find("routes") != nullptr ||
        section_.Find("route") != nullptr) {
      return;
    }
    std::string domains;
    for (const ConfigNode& route : routes->value.items) {
      const ConfigMember* custom = route.Find("custom_domain");
      const ConfigMember* pattern = route.Find("pattern");
      if (custom == nullptr || !custom->value.boolean || pattern == nullptr) continue;
      domains += (domains.empty() ? "" : ", ") + pattern->value.text;
    }
    if (domains.empty()) return;
    section_.Warn("The \"" + env_ +
                      "\" environment inherits the top-level `routes` configuration, which "
                      "includes the custom domain(s): " +
                      domains +
                      ". Deploying this environment will reassign these custom domains away from "
                      "the top-level Worker. Add `\"routes\": []` to \"" +
                      env_ +
                      "\" to prevent inheritance, or copy the route configuration from the top "
                      "level to hide this warning.",
                  section_.object().position);
  }

  void WarnOfKey(const std::string& key) {
    section_.Warn("\"" + key + "\" exists at the top level, but not on \"" + env_ +
                      "\".\nThis is not what you probably want, since \"" + key +
                      "\" is not inherited by environments.\nPlease add \"" + key + "\" to \"" +
                      env_ + "\".",
                  section_.object().position);
  }

  void WarnOfEntries(const ConfigMember& top, const ConfigMember& own, const char* what,
                     const char* these) {
    const auto missing = MissingKeys(top.value, own.value);
    if (missing.empty() || !own.value.IsObject()) return;
    const std::string path = env_ + "." + top.key;
    section_.Warn("The following " + std::string(what) + " exist at the top level, but not on \"" +
                      path + "\".\nThis is probably not what you want, since \"" + top.key +
                      "\" configuration is not inherited by environments.\nPlease add these " +
                      these + " to \"" + path + "\":" + ListOf(missing),
                  own.position);
  }

  void WarnOfNewDefines(const ConfigMember& top, const ConfigMember& own) {
    for (const std::string& name : MissingKeys(own.value, top.value)) {
      section_.Warn("\"" + name + "\" exists on \"" + env_ +
                        "\", but not on the top level.\nThis is not what you probably want, since "
                        "\"define\" configuration within environments can only override existing "
                        "top level \"define\" configuration\nPlease remove \"" +
                        env_ + ".define." + name + "\", or add \"define." + name + "\".",
                    own.value.Find(name)->position);
    }
  }

  void WarnOfNested(const ConfigMember& top, const ConfigMember& own) {
    const ConfigMember* top_list = top.value.Find("bindings");
    const ConfigMember* own_list = own.value.Find("bindings");
    if (top_list == nullptr) return;
    const auto missing =
        MissingNames(top_list->value, own_list == nullptr ? ConfigNode() : own_list->value, "name");
    if (missing.empty()) return;
    section_.Warn("The following bindings are at the top level, but not on \"" + env_ +
                      "\".\nThis is not what you probably want, since \"" + top.key +
                      "\" configuration is not inherited by environments.\nPlease add a binding "
                      "for each to \"" +
                      env_ + "." + top.key + ".bindings\":" + ListOf(missing),
                  own.position);
  }

  void WarnOfArray(const ConfigMember& top, const ConfigMember& own, std::string_view field) {
    if (!own.value.IsArray()) return;
    for (const std::string& name : MissingNames(top.value, own.value, field)) {
      section_.Warn("There is a " + top.key + " binding with name \"" + name +
                        "\" at the top level, but not on \"" + env_ +
                        "\".\nThis is not what you probably want, since \"" + top.key +
                        "\" configuration is not inherited by environments.\nPlease add a "
                        "binding for \"" +
                        name + "\" to \"" + env_ + "." + top.key + ".bindings\".",
                    own.position);
    }
  }

  const ConfigNode& top_;
  ConfigSection& section_;
  const std::string env_;
};

}  // namespace

const ConfigNode* FindEnvironment(const ConfigFile& file, const std::string& name,
                                  DiagnosticGroup& tree) {
  const ConfigMember* all = file.root.Find("env");
  const ConfigMember* found = all == nullptr ? nullptr : all->value.Find(name);
  if (found != nullptr && found->value.IsObject()) return &found->value;
  if (found != nullptr) {
    tree.Fail(
        "The field \"env." + name + "\" should be an object but got " + ToJson(found->value) + ".",
        file.Where(found->position));
    return nullptr;
  }
  std::string list;
  if (all != nullptr) {
    for (const ConfigMember& member : all->value.members) {
      list += (list.empty() ? "" : ",") + JsonQuote(member.key);
    }
  }
  const bool toml = file.format == ConfigFormat::kToml;
  const std::string section =
      toml ? "[env." + name + "]" : "\"env\": { " + JsonQuote(name) + ": {} }";
  const std::string text =
      "No environment found in configuration with name \"" + name +
      "\".\nBefore using `--env=" + name +
      "` there should be an equivalent environment section in the configuration." +
      (all == nullptr ? "" : "\nThe available configured environment names are: [" + list + "]") +
      "\n\nConsider adding an environment configuration section to the " + file.BaseName() +
      " file:\n```\n" + section + "\n```";
  if (all == nullptr) {
    tree.Warn(text, file.display);
  } else {
    tree.Fail(text, file.Where(all->position));
  }
  return nullptr;
}

ConfigNode InheritInto(const ConfigNode& environment, const ConfigNode& top) {
  ConfigNode effective = environment;
  std::erase_if(effective.members, [](const ConfigMember& member) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    return key == nullptr || key->scope == KeyScope::kTopLevelOnly;
  });
  for (const ConfigMember& member : top.members) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (key == nullptr || key->scope != KeyScope::kInheritable) continue;
    // One of the two says where the Worker is reached.
    const bool route = member.key == "route" || member.key == "routes";
    if (route && (environment.Find("route") != nullptr || environment.Find("routes") != nullptr)) {
      continue;
    }
    if (environment.Find(member.key) != nullptr) continue;
    effective.members.push_back(member);
  }
  return effective;
}

void WarnNotInherited(const ConfigNode& top, ConfigSection& section) {
  Comparison(top, section).Warn();
}

}  // namespace isolane::wrangler
