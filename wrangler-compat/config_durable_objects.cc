#include "wrangler-compat/config_durable_objects.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "wrangler-compat/config_exports.h"
#include "wrangler-compat/config_order.h"

namespace isolane::wrangler {
namespace {

// One of `durable_objects.bindings`.
class BindingReader {
 public:
  // `section` names the binding, and has a group of its own.
  explicit BindingReader(ConfigSection section)
      : section_(std::move(section)), node_(section_.object()) {}

  std::optional<BindingSpec> Read() {
    if (!IsObjectOrList(node_)) {
      Fail("Expected " + JsonQuote(section_.Path()) + " to be an object but got " + ToJson(node_),
           node_.position);
      return std::nullopt;
    }
    const std::string* name = StringOf("name", true);
    const std::string* class_name = StringOf("class_name", true);
    const std::string* script = StringOf("script_name", false);
    StringOf("environment", false);
    if (const ConfigMember* environment = node_.Find("environment");
        environment != nullptr && node_.Find("script_name") == nullptr) {
      Fail("binding should have a \"script_name\" field if \"environment\" is present.",
           environment->position);
    }
    const ConfigMember* remote = node_.Find("remote");
    if (remote != nullptr && !remote->value.IsBoolean()) {
      Fail(JsonQuote(section_.Path()) +
               " should, optionally, have a boolean \"remote\" field but got " + ToJson(node_) +
               ".",
           remote->position);
    }
    static constexpr std::string_view kKnown[] = {"name", "class_name", "script_name",
                                                  "environment"};
    section_.WarnUnexpected(kKnown);
    if (!valid_) return std::nullopt;
    return BindingSpec{
        *name, DurableObjectBinding{*class_name, script == nullptr ? std::string() : *script},
        section_.Where(node_.Find("name")->position)};
  }

 private:
  // Null if it is not one, which is reported unless it is optional and not there.
  const std::string* StringOf(std::string_view key, bool required) {
    const ConfigMember* member = node_.Find(key);
    if (member == nullptr && !required) return nullptr;
    if (member != nullptr && member->value.IsString()) return &member->value.text;
    const std::string quoted = JsonQuote(key);
    Fail(required ? "binding should have a string " + quoted + " field."
                  : "the field " + quoted + ", when present, should be a string.",
         member == nullptr ? node_.position : member->position);
    return nullptr;
  }

  void Fail(std::string text, Position position) {
    section_.Fail(std::move(text), position);
    valid_ = false;
  }

  ConfigSection section_;
  const ConfigNode& node_;
  bool valid_ = true;
};

// The usable ones; `complete` becomes false if there are others.
std::vector<BindingSpec> ReadList(ConfigSection& section, const ConfigNode& list,
                                  const std::string& field, bool& complete) {
  const std::string about = section.Path().empty() ? "durable_objects" : section.Path();
  std::vector<BindingSpec> bindings;
  for (size_t i = 0; i < list.items.size(); i++) {
    const std::string path = field + "[" + std::to_string(i) + "]";
    auto binding = BindingReader(section.Nested(list.items[i], path, about)).Read();
    if (binding) {
      bindings.push_back(std::move(*binding));
    } else {
      complete = false;
    }
  }
  return bindings;
}

// `code_update_strategy`, which means nothing here: code is replaced at once.
void CheckCodeUpdates(ConfigSection& section, const ConfigMember& strategy,
                      const std::string& field) {
  if (!strategy.value.IsObject()) {
    section.Fail("The field " + JsonQuote(field) + " should be an object but got " +
                     ToJson(strategy.value) + ".",
                 strategy.position);
    return;
  }
  static constexpr std::string_view kKnown[] = {"mode", "max_delay"};
  static constexpr std::string_view kModes[] = {"immediate", "deferred"};
  constexpr double kDay = 24 * 60 * 60;
  ConfigSection part = section.Part(strategy.value, field);
  part.WarnUnexpected(kKnown);
  if (part.Find("mode") == nullptr) {
    part.Fail(JsonQuote(field + ".mode") + " is a required field.", strategy.position);
  }
  part.Choice("mode", kModes);
  const auto delay = part.Number("max_delay");
  if (!delay) return;
  const ConfigMember& written = *part.Find("max_delay");
  const std::string start = "Expected " + JsonQuote(field + ".max_delay");
  // Also what is no number.
  if (!(*delay >= 0 && *delay <= kDay)) {
    part.Fail(start + " to be between 0 and 86400 seconds but got " + ToJson(written.value) + ".",
              written.position);
    return;
  }
  const double milliseconds = *delay * 1000;
  const double rounded = std::round(milliseconds);
  if ((*delay > 0 && rounded == 0) || std::abs(milliseconds - rounded) > 1e-6) {
    part.Fail(start + " to use millisecond precision but got " + ToJson(written.value) + ".",
              written.position);
  }
}

// What `migrations` do to the list of classes, one after the other.
class Migrations {
 public:
  explicit Migrations(ConfigSection& section) : section_(section) {}

  void Apply(const ConfigNode& node, const std::string& field) {
    static constexpr std::string_view kKnown[] = {"tag",
                                                  "new_classes",
                                                  "new_sqlite_classes",
                                                  "renamed_classes",
                                                  "deleted_classes",
                                                  "transferred_classes"};
    section_.Part(node, "migrations").WarnUnexpected(kKnown);
    const ConfigMember* tag = node.Find("tag");
    if (tag == nullptr) {
      section_.Fail("\"" + field + ".tag\" is a required field.", node.position);
    } else if (!tag->value.IsString()) {
      section_.Fail(
          "Expected \"" + field + ".tag\" to be of type string but got " + ToJson(tag->value) + ".",
          tag->position);
    }
    ConfigSection part = section_.Part(node, field);
    part.CheckStrings("new_classes");
    part.CheckStrings("new_sqlite_classes");
    const ConfigMember* renamed = node.Find("renamed_classes");
    const bool can_rename = renamed != nullptr && HasStrings(*renamed, field, {"from", "to"});
    if (const ConfigMember* taken = node.Find("transferred_classes")) {
      HasStrings(*taken, field, {"from", "from_script", "to"});
    }
    part.CheckStrings("deleted_classes");
    // In the order in which wrangler applies them.
    for (const ConfigNode* name : Names(node, "deleted_classes")) Delete(*name);
    if (can_rename) Rename(*renamed);
    for (const ConfigNode* name : Names(node, "new_classes")) Add("new_classes", *name);
    for (const ConfigNode* name : Names(node, "new_sqlite_classes")) {
      Add("new_sqlite_classes", *name);
    }
  }

  // Tells nothing of what cannot be applied.
  void CheckOnly() { failed_ = true; }

  std::vector<DurableObjectClass> Take() { return std::move(classes_); }

 private:
  // Only the first: what follows may be wrong because of it.
  void FailToApply(const std::string& what, const std::string& name, Position position) {
    if (!failed_) section_.Fail("Cannot apply " + what + " class " + name, position);
    failed_ = true;
  }

  std::vector<const ConfigNode*> Names(const ConfigNode& node, std::string_view key) {
    const ConfigMember* member = node.Find(key);
    if (member == nullptr) return {};
    std::vector<const ConfigNode*> names;
    for (const ConfigNode& item : member->value.items) {
      if (item.IsString()) names.push_back(&item);
    }
    return names;
  }

  std::vector<DurableObjectClass>::iterator Find(const std::string& name) {
    return std::find_if(classes_.begin(), classes_.end(),
                        [&](const DurableObjectClass& one) { return one.name == name; });
  }

  void Add(const std::string& list, const ConfigNode& name) {
    if (Find(name.text) != classes_.end()) {
      return FailToApply(list + " migration to existing", name.text, name.position);
    }
    classes_.push_back({name.text, list == "new_sqlite_classes"});
  }

  void Delete(const ConfigNode& name) {
    const auto found = Find(name.text);
    if (found == classes_.end()) {
      return FailToApply("deleted_classes migration to non-existent", name.text, name.position);
    }
    classes_.erase(found);
  }

  // False, and reported, unless `list` is an array of objects that have these strings.
  bool HasStrings(const ConfigMember& list, const std::string& field,
                  std::initializer_list<std::string_view> keys) {
    bool valid = list.value.IsArray();
    for (const ConfigNode& item : list.value.items) {
      for (const std::string_view key : keys) {
        const ConfigMember* member = item.Find(key);
        valid &= member != nullptr && member->value.IsString();
      }
    }
    if (valid) return true;
    std::string shape;
    for (const std::string_view key : keys) {
      shape.append(shape.empty() ? "" : ", ").append(key).append(": string");
    }
    section_.Fail("Expected \"" + field + "." + list.key + "\" to be an array of \"{" + shape +
                      "}\" objects but got " + ToJson(list.value) + ".",
                  list.position);
    return false;
  }

  void Rename(const ConfigMember& renamed) {
    for (const ConfigNode& item : renamed.value.items) {
      const std::string& from = item.Find("from")->value.text;
      const auto found = Find(from);
      if (found == classes_.end()) {
        return FailToApply("renamed_classes migration to non-existent", from, item.position);
      }
      DurableObjectClass renamed{item.Find("to")->value.text, found->sqlite};
      std::erase_if(classes_, [&](const DurableObjectClass& one) {
        return one.name == from || one.name == renamed.name;
      });
      classes_.push_back(std::move(renamed));
    }
  }

  ConfigSection& section_;
  std::vector<DurableObjectClass> classes_;
  bool failed_ = false;
};

// With what to write, in the language of the file.
void WarnOfMissingExports(ConfigSection& section, const std::vector<std::string>& classes) {
  const bool toml = section.file().format == ConfigFormat::kToml;
  std::string names;
  std::string snippet;
  for (auto one = classes.begin(); one != classes.end(); ++one) {
    const std::string& name = *one;
    names += (names.empty() ? "" : ", ") + name;
    if (std::find(classes.begin(), one, name) != one) continue;
    if (!snippet.empty()) snippet += toml ? "\n" : ",\n";
    snippet += toml ? "[exports." + name + "]\ntype = \"durable-object\"\nstorage = \"sqlite\"\n"
                    : "    " + JsonQuote(name) +
                          ": {\n      \"type\": \"durable-object\",\n      \"storage\": "
                          "\"sqlite\"\n    }";
  }
  if (!toml) snippet = "{\n  \"exports\": {\n" + snippet + "\n  }\n}\n";
  section.Warn("In your " + section.file().BaseName() +
                   " file, you have configured `durable_objects` exported by this Worker (" +
                   names +
                   "), but no live `exports` entry for them. This may not work as expected until "
                   "you add a live `durable-object` entry to `exports` for each. Add the "
                   "following configuration:\n```\n" +
                   snippet + "```",
               section.Find("durable_objects")->position, kAboutLifecycle);
}

// Whether `exports`, which may be null, let the class live.
bool IsLive(const ConfigMember* exports, const std::string& class_name) {
  const ConfigMember* one = exports == nullptr ? nullptr : exports->value.Find(class_name);
  const ConfigMember* type = one == nullptr ? nullptr : one->value.Find("type");
  if (type == nullptr || type->value.text != "durable-object") return false;
  const ConfigMember* state = one->value.Find("state");
  return state == nullptr || state->value.text == "created" ||
         state->value.text == "expecting-transfer";
}

// That the classes of this Worker which are bound have a life, in a Worker without migrations. Not
// told where a name is none.
void CheckLifecycle(ConfigSection& section, const ConfigMember* exports) {
  const ConfigMember* objects = section.Find("durable_objects");
  const ConfigMember* list = objects == nullptr ? nullptr : objects->value.Find("bindings");
  if (list == nullptr || !list->value.IsArray()) return;
  std::vector<std::string> missing;
  for (const ConfigNode& node : list->value.items) {
    const ConfigMember* script = node.Find("script_name");
    if (script != nullptr && !IsFalsy(script->value)) continue;
    const ConfigMember* class_name = node.Find("class_name");
    if (class_name == nullptr || !class_name->value.IsString()) return;
    if (!IsLive(exports, class_name->value.text)) missing.push_back(class_name->value.text);
  }
  if (!missing.empty()) WarnOfMissingExports(section, missing);
}

}  // namespace

std::vector<BindingSpec> ReadDurableObjectBindings(ConfigSection& section, bool& complete) {
  const ConfigMember* objects = section.Find("durable_objects");
  if (objects == nullptr) return {};
  const std::string field = section.Field("durable_objects");
  if (!objects->value.IsObject()) {
    section.Fail(
        "The field \"" + field + "\" should be an object but got " + ToJson(objects->value) + ".",
        objects->position);
    complete = false;
    return {};
  }
  // No strategy in `previews`, where the bindings are required.
  const bool top = section.Path().empty();
  static constexpr std::string_view kKnown[] = {"bindings", "code_update_strategy"};
  section.Part(objects->value, field).WarnUnexpected(std::span(kKnown).first(top ? 2 : 1));
  std::vector<BindingSpec> bindings;
  const ConfigMember* list = objects->value.Find("bindings");
  if (list != nullptr && list->value.IsArray()) {
    bindings = ReadList(section, list->value, field + ".bindings", complete);
  } else if (list != nullptr) {
    section.Fail("The field \"" + field + ".bindings\" should be an array but got " +
                     ToJson(list->value) + ".",
                 list->position);
    complete = false;
  } else if (!top) {
    section.Fail(
        "The field " + JsonQuote(field) + " is missing the required \"bindings\" property.",
        objects->position);
    complete = false;
  }
  const ConfigMember* strategy = objects->value.Find("code_update_strategy");
  if (top && strategy != nullptr) {
    CheckCodeUpdates(section, *strategy, field + ".code_update_strategy");
  }
  return bindings;
}

std::vector<DurableObjectClass> ReadDurableObjectClasses(ConfigSection& section) {
  const ConfigMember* migrations = section.Find("migrations");
  if (migrations != nullptr && migrations->value.kind == ConfigKind::kNull) migrations = nullptr;
  if (migrations != nullptr && !migrations->value.IsArray()) {
    section.Fail("The optional \"migrations\" field should be an array, but got " +
                     ToJson(migrations->value),
                 migrations->position);
    migrations = nullptr;
  }
  const ConfigMember* exports = section.Find("exports");
  if (exports != nullptr && exports->value.kind == ConfigKind::kNull) exports = nullptr;
  if (exports != nullptr && !exports->value.IsObject()) {
    section.Fail(
        "The optional \"exports\" field should be an object keyed by class name, but got " +
            ToJson(exports->value),
        exports->position);
    exports = nullptr;
  }
  const bool any_migrations = migrations != nullptr && !migrations->value.items.empty();
  std::vector<DurableObjectClass> exported;
  if (exports != nullptr) exported = ReadExports(section, *exports);
  const bool any_exports = exports != nullptr && ExportsObjects(*exports);
  Migrations applied(section);
  if (any_migrations && any_exports) {
    section.Fail(
        "`migrations` and `exports` are mutually exclusive. Choose one or the other to declare "
        "your Durable Object lifecycle, but not both.",
        exports->position, kAboutBothLives);
    applied.CheckOnly();
  }
  if (any_migrations) {
    for (size_t i = 0; i < migrations->value.items.size(); i++) {
      applied.Apply(migrations->value.items[i], "migrations[" + std::to_string(i) + "]");
    }
  }
  if (any_migrations && any_exports) return {};
  std::vector<DurableObjectClass> classes = any_exports ? std::move(exported) : applied.Take();
  if (!any_migrations) CheckLifecycle(section, exports);
  return classes;
}

}  // namespace isolane::wrangler
