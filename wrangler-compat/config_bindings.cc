#include "wrangler-compat/config_bindings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "wrangler-compat/config_durable_objects.h"
#include "wrangler-compat/config_resources.h"

namespace isolane::wrangler {
namespace {

// JSON cannot say a date, so neither can env.
bool ReportDates(ConfigSection& section, const ConfigNode& node, const std::string& path,
                 Position position) {
  bool found = false;
  if (node.kind == ConfigKind::kDate) {
    const std::string key = path.substr(path.rfind('.') + 1);
    section.Fail(
        "The field \"" + path +
            "\" is a TOML date, which is not supported. Please use a string instead, e.g. " + key +
            " = \"" + node.text + "\".",
        position);
    found = true;
  }
  for (size_t i = 0; i < node.items.size(); i++) {
    const std::string item = path + "[" + std::to_string(i) + "]";
    found |= ReportDates(section, node.items[i], item, node.items[i].position);
  }
  for (const ConfigMember& member : node.members) {
    found |= ReportDates(section, member.value, path + "." + member.key, member.position);
  }
  return found;
}

void ReadVars(ConfigSection& section, std::vector<BindingSpec>& bindings,
              std::vector<NamedBinding>& names) {
  const ConfigMember* vars = section.Find("vars");
  if (vars == nullptr) return;
  if (!IsObjectOrList(vars->value)) {
    section.Fail("The field \"" + section.Field("vars") + "\" should be an object but got " +
                     ToJson(vars->value) + ".\n",
                 vars->position);
    return;
  }
  for (const ConfigMember& var : vars->value.members) {
    names.push_back({var.key, "Environment Variable", var.position});
    if (ReportDates(section, var.value, "vars." + var.key, var.position)) continue;
    bindings.push_back({var.key, VarBinding{ToJson(var.value)}, section.Where(var.position)});
  }
  std::stable_partition(bindings.begin(), bindings.end(), [](const BindingSpec& binding) {
    return !std::get_if<VarBinding>(&binding.value)->json.starts_with('"');
  });
}

// `services[i]`, checked field by field. Keys that wrangler does not know are accepted, as there.
class ServiceReader {
 public:
  ServiceReader(ConfigSection& section, const ConfigNode& node, size_t index)
      : section_(section),
        node_(node),
        field_(section.Field("services") + "[" + std::to_string(index) + "]") {}

  // Null when the entry is unusable; what is wrong has been reported.
  std::optional<BindingSpec> Read() {
    if (!IsObjectOrList(node_)) {
      section_.Fail("\"services\" bindings should be objects, but got " + ToJson(node_),
                    node_.position);
      return std::nullopt;
    }
    const std::string* name = String("binding", kRequired);
    const std::string* service = String("service", kRequired);
    String("environment", kOptional);  // the legacy service environments; means nothing locally
    const std::string* entrypoint = String("entrypoint", kOptional);
    const std::string props = Props();
    CheckPlugin();
    CheckRemote();
    if (!valid_) return std::nullopt;
    ServiceBinding binding{*service, {}, props};
    if (entrypoint != nullptr && *entrypoint != "default") binding.entrypoint = *entrypoint;
    return BindingSpec{*name, std::move(binding), section_.Where(node_.Find("binding")->position)};
  }

 private:
  enum Need { kRequired, kOptional };

  const std::string* String(std::string_view key, Need need) {
    const ConfigMember* member = node_.Find(key);
    if (member == nullptr && need == kOptional) return nullptr;
    if (member != nullptr && member->value.IsString()) return &member->value.text;
    Fail("string", key);
    return nullptr;
  }

  std::string Props() {
    const ConfigMember* member = node_.Find("props");
    if (member == nullptr) return {};
    if (!member->value.IsObject()) {
      Fail("object", "props");
      return {};
    }
    if (ReportDates(section_, member->value, field_ + ".props", member->position)) valid_ = false;
    return ToJson(member->value);
  }

  void CheckRemote() {
    if (const ConfigMember* remote = node_.Find("remote")) {
      if (!remote->value.IsBoolean()) {
        section_.Fail("\"" + field_ +
                          "\" should, optionally, have a boolean \"remote\" field but got " +
                          ToJson(node_) + ".",
                      remote->position);
        valid_ = false;
      } else if (remote->value.boolean && node_.Find("dev") == nullptr) {
        section_.WarnOfLack("\"" + field_ +
                                ".remote\" is ignored: isolane binds to a Worker of this "
                                "process, never to a deployed one.",
                            remote->position);
      }
    }
  }

  // A plugin of Miniflare that stands for the Worker.
  void CheckPlugin() {
    const ConfigMember* dev = node_.Find("dev");
    if (dev == nullptr) return;
    const ConfigMember* remote = node_.Find("remote");
    if (remote != nullptr && remote->value.IsBoolean() && remote->value.boolean) {
      section_.Warn(JsonQuote(field_) +
                        " binding has both \"dev\" and \"remote\" set; \"remote\" is ignored when "
                        "\"dev\" is present and the binding is routed through the local Miniflare "
                        "plugin.",
                    remote->position);
    }
    if (!dev->value.IsObject()) {
      section_.Fail("\"" + field_ + "\" bindings should have an object \"dev\" field but got " +
                        ToJson(dev->value) + ".",
                    dev->position);
      valid_ = false;
      return;
    }
    const std::string field = field_ + ".dev";
    const ConfigMember* plugin = dev->value.Find("plugin");
    if (plugin == nullptr || !plugin->value.IsObject()) {
      FailIn(field, "should have an object \"plugin\" field but got ", plugin, *dev);
    } else {
      for (const std::string_view key : {"package", "name"}) {
        const ConfigMember* member = plugin->value.Find(key);
        if (member != nullptr && member->value.IsString()) continue;
        FailIn(field + ".plugin", "should have a string " + JsonQuote(key) + " field but got ",
               member, *plugin);
      }
    }
    const ConfigMember* options = dev->value.Find("options");
    if (options != nullptr && !options->value.IsObject()) {
      FailIn(field + ".options", "should be an object but got ", options, *dev);
    }
    if (!valid_) return;
    section_.WarnOfLack("\"" + field + "\" is not supported by isolane and is ignored",
                        dev->position);
  }

  // `got` may be null.
  void FailIn(const std::string& field, const std::string& text, const ConfigMember* got,
              const ConfigMember& around) {
    section_.Fail(
        JsonQuote(field) + " " + text + (got == nullptr ? "undefined" : ToJson(got->value)) + ".",
        got == nullptr ? around.position : got->position);
    valid_ = false;
  }

  void Fail(std::string_view type, std::string_view key) {
    const ConfigMember* member = node_.Find(key);
    const char* article = type == "object" ? "an " : "a ";
    section_.Fail("\"" + field_ + "\" bindings should have " + article + std::string(type) + " \"" +
                      std::string(key) + "\" field but got " + ToJson(node_) + ".",
                  member != nullptr ? member->position : node_.position);
    valid_ = false;
  }

  ConfigSection& section_;
  const ConfigNode& node_;
  const std::string field_;
  bool valid_ = true;
};

void ReadServices(ConfigSection& section, std::vector<BindingSpec>& bindings,
                  std::vector<NamedBinding>& names) {
  const ConfigMember* services = section.Array("services");
  if (services == nullptr) return;
  bool complete = true;
  std::vector<NamedBinding> found;
  for (size_t i = 0; i < services->value.items.size(); i++) {
    const ConfigNode& node = services->value.items[i];
    auto binding = ServiceReader(section, node, i).Read();
    if (!binding) {
      complete = false;
      continue;
    }
    found.push_back({binding->name, "Worker", node.Find("binding")->position});
    bindings.push_back(std::move(*binding));
  }
  // Like wrangler: an array with a broken entry takes no part in the check for doubled names.
  if (complete) names.insert(names.end(), found.begin(), found.end());
}

}  // namespace

void ReadBindings(ConfigSection& section, std::vector<BindingSpec>& bindings,
                  std::vector<NamedBinding>& names) {
  ReadVars(section, bindings, names);
  ReadServices(section, bindings, names);
  bool complete = true;
  std::vector<BindingSpec> objects = ReadDurableObjectBindings(section, complete);
  for (BindingSpec& binding : objects) {
    if (complete)
      names.push_back({binding.name, "Durable Object", section.Find("durable_objects")->position});
    bindings.push_back(std::move(binding));
  }
  ReadResources(section, bindings, names);
  for (const std::string& secret : RequiredSecrets(section).value_or(std::vector<std::string>())) {
    names.push_back({secret, "Secret", section.Find("secrets")->position});
  }
}

std::optional<std::vector<std::string>> RequiredSecrets(ConfigSection& section) {
  const ConfigMember* secrets = section.Find("secrets");
  if (secrets == nullptr || !secrets->value.IsObject()) return std::nullopt;
  std::vector<std::string> names;
  if (const ConfigMember* required = secrets->value.Find("required")) {
    for (const ConfigNode& item : required->value.items) {
      if (item.IsString()) names.push_back(item.text);
    }
  }
  return names;
}

}  // namespace isolane::wrangler
