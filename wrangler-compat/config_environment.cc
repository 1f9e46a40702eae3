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

std::vector<std::string> Without(std::vector<std::string> names,
                                 const std::vector<std::string>& there) {
  std::erase_if(names, [&](const std::string& name) {
    return std::find(there.begin(), there.end(), name) != there.end();
  });
  return names;
}

// The names in an object with `bindings`, as wrangler finds them: without a good list they are its
// keys.
std::vector<std::string> NestedNames(const ConfigNode& value) {
  std::vector<std::string> names;
  const ConfigMember* list = value.Find("bindings");
  bool good = list != nullptr && list->value.IsArray();
  if (good) {
    for (const ConfigNode& item : list->value.items) {
      const ConfigMember* name = item.Find("name");
      good &= name != nullptr && name->value.IsString();
      if (good) names.push_back(name->value.text);
    }
  }
  if (good) return names;
  names.clear();
  for (const ConfigMember& member : value.members) names.push_back(member.key);
  return names;
}

// What the entries of a list are called; two that are no plain values differ.
struct EntryName {
  std::string text;
  std::string value;  // to compare
};

std::vector<EntryName> EntryNames(const ConfigNode& list, std::string_view field) {
  std::vector<EntryName> names;
  for (const ConfigNode& item : list.items) {
    const ConfigMember* name = item.Find(field);
    if (name == nullptr) {
      names.push_back({"undefined", "undefined"});
    } else if (IsObjectOrList(name->value)) {
      names.push_back({AsText(name->value), "[" + std::to_string(name->position.line) + ":" +
                                                std::to_string(name->position.column)});
    } else {
      names.push_back({AsText(name->value), ToJson(name->value)});
    }
  }
  return names;
}

class Comparison {
 public:
  Comparison(const ConfigNode& top, ConfigSection& section)
      : top_(top), section_(section), env_("env." + section.environment()) {}

  void Warn() {
    WarnOfDomains();
    for (const ConfigMember& member : top_.members) {
      const ConfigKey* key = FindTopLevelKey(member.key);
      if (key == nullptr || key->use == KeyUse::kRemoved) continue;
      const ConfigMember* own = section_.Find(member.key);
      if (member.key == "logfwdr" && own != nullptr) WarnOfNested(member, *own);
      if (key->scope != KeyScope::kNotInheritable) continue;
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
    if (routes == nullptr || section_.Find("routes") != nullptr) return;
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
                  section_.object().position, "routes");
  }

  void WarnOfKey(const std::string& key) {
    section_.Warn("\"" + key + "\" exists at the top level, but not on \"" + env_ +
                      "\".\nThis is not what you probably want, since \"" + key +
                      "\" is not inherited by environments.\nPlease add \"" + key + "\" to \"" +
                      env_ + "\".",
                  section_.object().position, key);
  }

  void WarnOfEntries(const ConfigMember& top, const ConfigMember& own, const char* what,
                     const char* these) {
    const auto missing = MissingKeys(top.value, own.value);
    if (missing.empty() || !IsObjectOrList(own.value)) return;
    const std::string path = env_ + "." + top.key;
    section_.Warn("The following " + std::string(what) + " exist at the top level, but not on \"" +
                      path + "\".\nThis is probably not what you want, since \"" + top.key +
                      "\" configuration is not inherited by environments.\nPlease add these " +
                      these + " to \"" + path + "\":" + ListOf(missing),
                  own.position);
  }

  void WarnOfNewDefines(const ConfigMember& top, const ConfigMember& own) {
    if (top.value.members.empty()) return;
    for (const std::string& name : MissingKeys(own.value, top.value)) {
      section_.Warn("\"" + name + "\" exists on \"" + env_ +
                        "\", but not on the top level.\nThis is not what you probably want, since "
                        "\"define\" configuration within environments can only override existing "
                        "top level \"define\" configuration\nPlease remove \"" +
                        env_ + ".define." + name + "\", or add \"define." + name + "\".",
                    own.value.Find(name)->position);
    }
  }

  // Nothing is said to an environment whose own bindings have mistakes.
  bool HasGoodBindings(const std::string& key, const ConfigNode& own) const {
    const ConfigMember* list = own.Find("bindings");
    if (list == nullptr ? key != "durable_objects" : !list->value.IsArray()) return false;
    const auto& groups = section_.diagnostics().children;
    return own.IsObject() &&
           std::none_of(groups.begin(), groups.end(), [&](const DiagnosticGroup& group) {
             return group.about == key && group.Has(Severity::kError);
           });
  }

  void WarnOfNested(const ConfigMember& top, const ConfigMember& own) {
    if (!HasGoodBindings(top.key, own.value)) return;
    const ConfigMember* list = top.value.Find("bindings");
    const bool none = list == nullptr || list->value.kind == ConfigKind::kNull;
    if (top.key == "durable_objects" && none) return;
    const auto missing = Without(NestedNames(top.value), NestedNames(own.value));
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
    const auto there = EntryNames(own.value, field);
    for (const EntryName& name : EntryNames(top.value, field)) {
      // Wrangler has no names for these kinds at all.
      if (field != "binding" && name.text == "undefined") continue;
      if (std::any_of(there.begin(), there.end(),
                      [&](const EntryName& one) { return one.value == name.value; })) {
        continue;
      }
      section_.Warn("There is a " + top.key + " binding with name \"" + name.text +
                        "\" at the top level, but not on \"" + env_ +
                        "\".\nThis is not what you probably want, since \"" + top.key +
                        "\" configuration is not inherited by environments.\nPlease add a "
                        "binding for \"" +
                        name.text + "\" to \"" + env_ + "." + top.key + ".bindings\".",
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
  // What is said of a project of Pages is said elsewhere.
  if (file.root.Find("pages_build_output_dir") != nullptr) return nullptr;
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
  tree.entries.back().about = "env";
  return nullptr;
}

ConfigNode InheritInto(const ConfigNode& environment, const ConfigNode& top) {
  ConfigNode effective = environment;
  std::erase_if(effective.members, [](const ConfigMember& member) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (key == nullptr || key->scope == KeyScope::kTopLevelOnly) return true;
    // Keys for which null is none; for others it is a mistake.
    return member.value.kind == ConfigKind::kNull &&
           (key->name == "triggers" || key->name == "migrations" || key->name == "exports");
  });
  for (const ConfigMember& member : top.members) {
    const ConfigKey* key = FindTopLevelKey(member.key);
    if (key == nullptr || key->scope != KeyScope::kInheritable) continue;
    // One of the two says where the Worker is reached.
    const bool route = member.key == "route" || member.key == "routes";
    if (route && (environment.Find("route") != nullptr || environment.Find("routes") != nullptr)) {
      continue;
    }
    if (effective.Find(member.key) != nullptr) continue;
    effective.members.push_back(member);
  }
  return effective;
}

void WarnNotInherited(const ConfigNode& top, ConfigSection& section) {
  Comparison(top, section).Warn();
}

}  // namespace isolane::wrangler
