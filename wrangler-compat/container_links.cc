#include "wrangler-compat/container_links.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/ascii.h"
#include "wrangler-compat/config_order.h"

namespace isolane::wrangler {
namespace {

const std::string* TextOf(const ConfigNode& node, std::string_view key) {
  const ConfigMember* member = node.Find(key);
  return member != nullptr && member->value.IsString() ? &member->value.text : nullptr;
}

struct Container {
  const ConfigNode* node;
  std::string name;
  const std::string* class_name;  // null: none, or no text
};

// A class of Durable Objects.
struct Export {
  const ConfigMember* member;
  const std::string& class_name() const { return member->key; }
  const std::string* container() const { return TextOf(member->value, "container"); }
  bool alive() const {
    const ConfigMember* state = member->value.Find("state");
    return state == nullptr || state->value.text == "created" ||
           state->value.text == "expecting-transfer";
  }
};

class LinkCheck {
 public:
  explicit LinkCheck(ConfigSection& section) : section_(section) {
    if (const ConfigMember* list = section.Find("containers")) Take(list->value);
    const ConfigMember* exports = section.Find("exports");
    if (exports == nullptr || !exports->value.IsObject()) return;
    for (const ConfigMember& one : exports->value.members) {
      const std::string* type = TextOf(one.value, "type");
      if (type != nullptr && *type == "durable-object") exports_.push_back({&one});
    }
  }

  void Run() {
    RefuseDoubles();
    FollowExports();
    for (const Container& container : containers_) CheckContainer(container);
  }

 private:
  void Take(const ConfigNode& list) {
    for (const ConfigNode& node : list.items) {
      Container container{&node, {}, TextOf(node, "class_name")};
      const std::string* name = TextOf(node, "name");
      if (name != nullptr && !name->empty()) {
        container.name = *name;
      } else if (container.class_name != nullptr) {
        container.name = DefaultName(*container.class_name);
      }
      containers_.push_back(std::move(container));
    }
  }

  // Empty: there is none.
  std::string DefaultName(const std::string& class_name) const {
    const std::string* worker = TextOf(section_.object(), "name");
    if (worker == nullptr) return {};
    std::string name = *worker + "-" + class_name;
    if (!section_.environment().empty()) name += "-" + section_.environment();
    std::replace(name.begin(), name.end(), ' ', '-');
    return base::LowerCased(name);
  }

  const Export* FindExport(const std::string& class_name) const {
    const auto found = std::find_if(exports_.begin(), exports_.end(), [&](const Export& one) {
      return one.class_name() == class_name;
    });
    return found == exports_.end() ? nullptr : &*found;
  }

  void RefuseDoubles() {
    std::map<std::string, int> names;
    std::map<std::string, int> classes;
    for (const Container& container : containers_) {
      if (!container.name.empty()) names[container.name]++;
      if (container.class_name != nullptr) classes[*container.class_name]++;
    }
    for (const auto& [name, count] : names) {
      if (count < 2) continue;
      section_.Fail("\"containers\" contains more than one container named " + JsonQuote(name) +
                        ". Container names must be unique.",
                    section_.Find("containers")->position, kAboutContainerLinks);
    }
    for (const auto& [name, count] : classes) {
      if (count < 2) continue;
      crowded_.push_back(name);
      section_.Fail("More than one container is attached to the Durable Object " + JsonQuote(name) +
                        ". A Durable Object can only have one container attached to it.",
                    section_.Find("containers")->position, kAboutContainerLinks);
    }
  }

  void FollowExports() {
    for (const Export& one : exports_) {
      const std::string* wanted = one.container();
      if (!one.alive() || wanted == nullptr || wanted->empty()) continue;
      const bool known =
          std::any_of(containers_.begin(), containers_.end(),
                      [&](const Container& container) { return container.name == *wanted; });
      if (known) {
        claims_[*wanted].push_back(one.class_name());
        continue;
      }
      section_.Fail("\"exports." + one.class_name() + ".container\" references a container named " +
                        JsonQuote(*wanted) +
                        ", but no container with that name is defined in \"containers\".",
                    one.member->position, kAboutContainerLinks);
    }
    for (const auto& [container, classes] : claims_) {
      if (classes.size() < 2) continue;
      std::string list;
      for (const std::string& one : classes) list += (list.empty() ? "" : ", ") + one;
      section_.Fail("The container " + JsonQuote(container) +
                        " is referenced by more than one Durable Object export (" + list +
                        "). A container can only back a single Durable Object.",
                    section_.Find("exports")->position, kAboutContainerLinks);
    }
  }

  void CheckContainer(const Container& container) {
    if (container.name.empty()) return;
    const std::string title = "The container " + JsonQuote(container.name);
    const auto fail = [&](const std::string& text) {
      section_.Fail(title + text, container.node->position, kAboutContainerLinks);
    };
    if (container.node->Find("class_name") == nullptr) {
      const bool linked = std::any_of(exports_.begin(), exports_.end(), [&](const Export& one) {
        return one.container() != nullptr && *one.container() == container.name;
      });
      if (!linked) {
        fail(
            " is not linked to a Durable Object. Either set \"containers.class_name\", or "
            "reference this container from a Durable Object's `exports` entry via its "
            "\"container\" field.");
      }
      return;
    }
    if (container.class_name == nullptr) return;
    const std::string& name = *container.class_name;
    if (std::find(crowded_.begin(), crowded_.end(), name) != crowded_.end()) return;
    const std::string sets = " sets \"class_name\" to " + JsonQuote(name) + ", but ";
    static constexpr char kConsistently[] =
        ". A Durable Object and its container must reference each other consistently.";
    const Export* of_class = FindExport(name);
    const std::string* referenced = of_class == nullptr ? nullptr : of_class->container();
    const auto claim = claims_.find(container.name);
    if (referenced != nullptr && *referenced != container.name) {
      fail(sets + "\"exports." + name + ".container\" is " + JsonQuote(*referenced) +
           kConsistently);
    } else if (claim != claims_.end() && claim->second.size() == 1 && claim->second[0] != name) {
      fail(sets + "\"exports." + claim->second[0] + ".container\" references it" + kConsistently);
    } else if (!exports_.empty() && (of_class == nullptr || !of_class->alive())) {
      fail(sets + "\"exports\" has no live \"durable-object\" entry for " + JsonQuote(name) + ".");
    } else if (referenced == nullptr && of_class != nullptr) {
      const std::string* storage = TextOf(of_class->member->value, "storage");
      if (storage == nullptr || *storage != "legacy-kv") return;
      fail(sets + "\"exports." + name +
           ".storage\" is \"legacy-kv\". Containers are not supported on Durable Objects using the "
           "\"legacy-kv\" storage backend.");
    }
  }

  ConfigSection& section_;
  std::vector<Container> containers_;
  std::vector<Export> exports_;
  std::vector<std::string> crowded_;                        // classes with several containers
  std::map<std::string, std::vector<std::string>> claims_;  // container -> classes
};

// The other half of the file, which this one may belong to, has containers.
bool DeclaredElsewhere(const ConfigSection& section) {
  const ConfigNode& root = section.file().root;
  if (!section.environment().empty()) return root.Find("containers") != nullptr;
  const ConfigMember* environments = root.Find("env");
  if (environments == nullptr || !environments->value.IsObject()) return false;
  const auto& members = environments->value.members;
  return std::any_of(members.begin(), members.end(), [](const ConfigMember& one) {
    return one.value.Find("containers") != nullptr;
  });
}

}  // namespace

void CheckContainerLinks(ConfigSection& effective) {
  const ConfigMember* containers = effective.Find("containers");
  if (containers != nullptr && containers->value.kind == ConfigKind::kNull) containers = nullptr;
  if (containers != nullptr && !containers->value.IsArray()) return;
  if (containers == nullptr && DeclaredElsewhere(effective)) return;
  LinkCheck(effective).Run();
}

}  // namespace isolane::wrangler
