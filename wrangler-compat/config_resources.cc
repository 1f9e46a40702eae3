#include "wrangler-compat/config_resources.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "wrangler-compat/config_workflows.h"
#include "wrangler-compat/resource_bindings.h"
#include "wrangler-compat/resource_entry.h"
#include "wrangler-compat/resource_kinds.h"

namespace isolane::wrangler {
namespace {

std::string_view ReasonOf(ResourceSupport support) {
  switch (support) {
    case ResourceSupport::kHere:
      break;
    case ResourceSupport::kNotYet:
      return "isolane does not support yet";
    case ResourceSupport::kCloudflare:
      return "exists only at Cloudflare";
  }
  return {};
}

std::string AdviceOf(const ResourceKind& kind, const std::string& name) {
  return "To do without it, bind a Worker of yours that has the methods that are called: services "
         "= [ "
         "{ binding = " +
         JsonQuote(name) + ", service = \"my-stub\" } ] instead of `" + std::string(kind.key) +
         "`, for example in an environment of its own ([env.local], --env local).";
}

// What wrangler says of an entry that is no object; it has words of its own for some kinds.
std::string NoObject(const ResourceKind& kind, const std::string& entry, const ConfigNode& node) {
  if (kind.key == "unsafe")
    return "Expected " + entry + " to be an object but got " + ToJson(node) + ".";
  const std::string name(kind.key == "k2" ? entry : kind.entries.empty() ? kind.key : kind.entries);
  const bool dispatch = kind.key == "dispatch_namespaces";
  return "\"" + (dispatch ? entry + "\" binding" : name + "\" bindings") +
         " should be objects, but got " + ShownJson(kind.key, node);
}

ModuleType TypeOfFiles(std::string_view key) {
  if (key == "wasm_modules") return ModuleType::kWasm;
  return key == "data_blobs" ? ModuleType::kData : ModuleType::kText;
}

class ResourceReader {
 public:
  ResourceReader(ConfigSection& section, std::vector<BindingSpec>& bindings,
                 std::vector<NamedBinding>& names)
      : section_(section), bindings_(bindings), names_(names) {}

  void Read(const ResourceKind& kind) {
    const ConfigMember* member = section_.Find(kind.key);
    if (member == nullptr) return;
    switch (kind.shape) {
      case ResourceShape::kArray:
        if (section_.Array(kind.key) != nullptr) {
          ReadArray(kind, member->value, section_.Field(kind.key));
        }
        if (kind.key == "workflows") CheckWorkflowNames(section_, *member);
        return;
      case ResourceShape::kNested:
        return ReadNested(kind, *member);
      case ResourceShape::kObject: {
        if (!IsObject(kind, *member)) return;
        // Wrangler names that of an environment as if it were of the top level.
        ResourceEntry entry(section_, kind, member->value, section_.Name(kind.key));
        if (entry.Check()) Add(kind, member->value, entry.Target(), names_);
        entry.WarnUnexpected();
        return;
      }
      case ResourceShape::kFiles:
        return ReadFiles(kind, *member);
    }
  }

  // `assets` are a key of their own kind: the binding is one of its fields, and may be missing.
  void ReadAssets() {
    const ConfigMember* assets = section_.Find("assets");
    const ConfigMember* binding = assets == nullptr ? nullptr : assets->value.Find("binding");
    if (binding == nullptr || !binding->value.IsString()) return;
    names_.push_back({binding->value.text, "Assets", binding->position});
    bindings_.push_back({binding->value.text, AssetsBinding{}, section_.Where(binding->position)});
  }

  // Those of `logfwdr` are checked elsewhere, and only their names are bindings' names.
  void ReadLogForwarding() {
    const ConfigMember* logs = section_.Find("logfwdr");
    const ConfigMember* list = logs == nullptr ? nullptr : logs->value.Find("bindings");
    if (list == nullptr) return;
    for (const ConfigNode& node : list->value.items) {
      const ConfigMember* name = node.Find("name");
      if (name == nullptr || !name->value.IsString()) continue;
      names_.push_back({name->value.text, "logfwdr", name->position});
    }
  }

 private:
  bool IsObject(const ResourceKind& kind, const ConfigMember& member) {
    if (member.value.IsObject()) return true;
    section_.Fail("The field \"" + section_.Field(kind.key) + "\" should be an object but got " +
                      ToJson(member.value) + ".",
                  member.position);
    return false;
  }

  void ReadArray(const ResourceKind& kind, const ConfigNode& array, const std::string& field) {
    std::vector<NamedBinding> found;
    bool complete = true;
    for (size_t i = 0; i < array.items.size(); i++) {
      const ConfigNode& node = array.items[i];
      const std::string name = field + "[" + std::to_string(i) + "]";
      if (!node.IsObject() && (!node.IsArray() || kind.key == "k2")) {
        ConfigSection nested = kind.key == "unsafe" ? NestedUnsafe(section_, node, name) : section_;
        nested.Fail(NoObject(kind, name, node), node.position);
        complete = false;
        continue;
      }
      ResourceEntry entry(section_, kind, node, name);
      if (entry.Check()) {
        Add(kind, node, entry.Target(), found);
      } else {
        complete = false;
      }
      entry.WarnUnexpected();
    }
    // Like wrangler: an array with a broken entry takes no part in the check for doubled names.
    if (complete) names_.insert(names_.end(), found.begin(), found.end());
  }

  void ReadNested(const ResourceKind& kind, const ConfigMember& member) {
    if (!IsObject(kind, member)) return;
    const std::string field = section_.Field(kind.key) + "." + std::string(kind.nested);
    const ConfigMember* list = member.value.Find(kind.nested);
    if (list != nullptr && !list->value.IsArray()) {
      section_.Fail(
          "The field \"" + field + "\" should be an array but got " + ToJson(list->value) + ".",
          list->position);
    } else if (list != nullptr) {
      ReadArray(kind, list->value, field);
    }
  }

  void ReadFiles(const ResourceKind& kind, const ConfigMember& member) {
    if (!IsObject(kind, member)) return;
    for (const ConfigMember& file : member.value.members) {
      if (!file.value.IsString()) {
        section_.Fail("Expected \"" + std::string(kind.key) + "['" + file.key +
                          "']\" to be of type string but got " + ToJson(file.value) + ".",
                      file.position);
        continue;
      }
      names_.push_back({file.key, kind.friendly, file.position});
      // What is in it is read later.
      bindings_.push_back({file.key, FileBinding{TypeOfFiles(kind.key), file.value.text},
                           section_.Where(file.position)});
    }
  }

  void Add(const ResourceKind& kind, const ConfigNode& node, std::string target,
           std::vector<NamedBinding>& names) {
    const ConfigMember* name = node.Find(kind.name_field);
    const bool rate_limit = kind.key == "unsafe" && IsUnsafeRateLimit(node);
    if (kind.support != ResourceSupport::kHere && !rate_limit) {
      Append(kind, name->value.text, std::move(target), name->position, names);
      return;
    }
    names.push_back({name->value.text, kind.friendly, name->position});
    BindingSpec binding =
        MakeResourceBinding(rate_limit ? "ratelimits" : kind.key, name->value.text, node);
    binding.where = section_.Where(name->position);
    bindings_.push_back(std::move(binding));
  }

  void Append(const ResourceKind& kind, const std::string& name, std::string target,
              Position position, std::vector<NamedBinding>& names) {
    names.push_back({name, kind.friendly, position});
    bindings_.push_back(
        {name,
         UnsupportedBinding{std::string(kind.friendly), std::move(target),
                            std::string(ReasonOf(kind.support)), AdviceOf(kind, name)},
         section_.Where(position)});
  }

  ConfigSection& section_;
  std::vector<BindingSpec>& bindings_;
  std::vector<NamedBinding>& names_;
};

}  // namespace

void ReadResources(ConfigSection& section, std::vector<BindingSpec>& bindings,
                   std::vector<NamedBinding>& names) {
  ResourceReader reader(section, bindings, names);
  CheckQueueConsumers(section);
  for (const ResourceKind& kind : ResourceKinds()) reader.Read(kind);
  reader.ReadAssets();
  reader.ReadLogForwarding();
}

void WarnOfRemoteKinds(const std::vector<BindingSpec>& bindings, DiagnosticGroup& loose) {
  const auto kinds = ResourceKinds();
  std::vector<std::string> told;
  for (const BindingSpec& binding : bindings) {
    const auto* unsupported = std::get_if<UnsupportedBinding>(&binding.value);
    if (unsupported == nullptr) continue;
    const std::string& kind = unsupported->kind;
    const bool remote = std::any_of(kinds.begin(), kinds.end(), [&](const ResourceKind& known) {
      return known.remote_only && known.friendly == kind;
    });
    if (!remote || std::find(told.begin(), told.end(), kind) != told.end()) continue;
    told.push_back(kind);
    loose.Warn(kind +
                   " bindings do not support local development, and so parts of your Worker may "
                   "not work correctly.",
               binding.where);
  }
}

}  // namespace isolane::wrangler
