#include "wrangler-compat/config_durable_objects.h"

#include <algorithm>
#include <string>
#include <utility>

#include "wrangler-compat/config_workflows.h"

namespace isolane::wrangler {
namespace {

// One of `durable_objects.bindings`, an object; all that is wrong with it is told together.
class BindingReader {
 public:
  BindingReader(ConfigSection& section, const ConfigNode& node, const std::string& field)
      : section_(section), node_(node), field_(field) {}

  std::optional<BindingSpec> Read() {
    const std::string* name = StringOf("name", true);
    const std::string* class_name = StringOf("class_name", true);
    const std::string* script = StringOf("script_name", false);
    StringOf("environment", false);
    if (const ConfigMember* environment = node_.Find("environment");
        environment != nullptr && node_.Find("script_name") == nullptr) {
      Fail("binding should have a \"script_name\" field if \"environment\" is present.",
           environment->position);
    }
    static constexpr std::string_view kKnown[] = {"name", "class_name", "script_name",
                                                  "environment"};
    section_.Part(node_, field_).WarnUnexpected(kKnown);
    if (!wrong_.empty()) {
      section_.Fail("\"" + field_ + "\": " + ToJson(node_) + wrong_, position_);
      return std::nullopt;
    }
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

  void Fail(const std::string& text, Position position) {
    if (wrong_.empty()) position_ = position;
    wrong_ += "\n- " + text;
  }

  ConfigSection& section_;
  const ConfigNode& node_;
  const std::string& field_;
  std::string wrong_;
  Position position_;  // of the first mistake
};

std::optional<BindingSpec> ReadBinding(ConfigSection& section, const ConfigNode& node,
                                       const std::string& field) {
  if (node.IsObject()) return BindingReader(section, node, field).Read();
  section.Fail("Expected \"" + field + "\" to be an object but got " + ToJson(node), node.position);
  return std::nullopt;
}

// What `migrations` do to the list of classes, one after the other.
class Migrations {
 public:
  explicit Migrations(ConfigSection& section) : section_(section) {}

  void Apply(const ConfigNode& node, const std::string& field) {
    if (!node.IsObject()) {
      section_.Fail("Expected \"" + field + "\" to be an object but got " + ToJson(node),
                    node.position);
      return;
    }
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
    // In the order in which wrangler applies them.
    for (const ConfigNode* name : Names(node, "deleted_classes", field)) Delete(*name);
    if (const ConfigMember* renamed = node.Find("renamed_classes")) Rename(*renamed, field);
    for (const ConfigNode* name : Names(node, "new_classes", field)) Add("new_classes", *name);
    for (const ConfigNode* name : Names(node, "new_sqlite_classes", field)) {
      Add("new_sqlite_classes", *name);
    }
    if (const ConfigMember* taken = node.Find("transferred_classes")) {
      HasStrings(*taken, field, {"from", "from_script", "to"});
    }
  }

  std::vector<DurableObjectClass> Take() { return std::move(classes_); }

 private:
  // Only the first: what follows may be wrong because of it.
  void FailToApply(const std::string& what, const std::string& name, Position position) {
    if (!failed_) section_.Fail("Cannot apply " + what + " class " + name, position);
    failed_ = true;
  }

  std::vector<const ConfigNode*> Names(const ConfigNode& node, std::string_view key,
                                       const std::string& field) {
    const ConfigMember* member = node.Find(key);
    if (member == nullptr) return {};
    section_.Part(node, field).CheckStrings(key);
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

  void Rename(const ConfigMember& renamed, const std::string& field) {
    if (!HasStrings(renamed, field, {"from", "to"})) return;
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

bool IsOneOf(const ConfigMember* member, std::initializer_list<std::string_view> choices) {
  return member != nullptr && member->value.IsString() &&
         std::find(choices.begin(), choices.end(), member->value.text) != choices.end();
}

void CheckWorkerExport(ConfigSection& section, const ConfigMember& one, const std::string& path) {
  static constexpr std::string_view kKnown[] = {"type", "cache"};
  section.Part(one.value, path).WarnUnexpected(kKnown);
  const ConfigMember* cache = one.value.Find("cache");
  if (cache == nullptr) return;
  const std::string field = path + ".cache";
  if (!cache->value.IsObject()) {
    section.Fail(JsonQuote(field) + " should be an object but got " + ToJson(cache->value) + ".",
                 cache->position);
    return;
  }
  static constexpr std::string_view kCache[] = {"enabled"};
  ConfigSection part = section.Part(cache->value, field);
  if (part.Find("enabled") == nullptr) {
    part.Fail(JsonQuote(field + ".enabled") + " is a required field.", cache->position);
  }
  part.Boolean("enabled");
  part.WarnUnexpected(kCache);
}

void CheckWorkflowExport(ConfigSection& section, const ConfigMember& one, const std::string& path) {
  ConfigSection part = section.Part(one.value, path);
  const ConfigMember* name = part.Find("name");
  if (name == nullptr) {
    part.Fail(JsonQuote(path + ".name") + " is a required field.", one.position);
  } else if (const auto text = part.String("name"); text && !IsWorkflowName(*text)) {
    part.Fail(JsonQuote(path + ".name") + " is invalid. " + kWorkflowNameRule, name->position);
  }
  CheckWorkflowSettings(section, one.value, path, "export");
  static constexpr std::string_view kKnown[] = {
      "type", "name", "limits", "concurrency", "schedules", "default_retention", "jurisdiction"};
  part.WarnUnexpected(kKnown);
}

// One class of `exports`; nothing if it is none of Durable Objects, no longer alive, or unusable.
std::optional<DurableObjectClass> ReadExport(ConfigSection& section, const ConfigMember& one) {
  const std::string path = "exports." + one.key;
  const auto fail = [&](const std::string& text, const ConfigMember* got, const char* end = ".") {
    section.Fail("\"" + path + text + (got == nullptr ? "undefined" : ToJson(got->value)) + end,
                 got == nullptr ? one.position : got->position);
    return std::nullopt;
  };
  if (!one.value.IsObject()) return fail("\" should be an object but got ", &one);
  const ConfigMember* type = one.value.Find("type");
  if (!IsOneOf(type, {"durable-object", "worker", "workflow"})) {
    return fail(".type\" must be \"durable-object\", \"worker\", or \"workflow\", but got ", type);
  }
  if (type->value.text == "worker") CheckWorkerExport(section, one, path);
  if (type->value.text == "workflow") CheckWorkflowExport(section, one, path);
  if (type->value.text != "durable-object") return std::nullopt;
  const ConfigMember* state = one.value.Find("state");
  if (state != nullptr &&
      !IsOneOf(state, {"created", "deleted", "renamed", "transferred", "expecting-transfer"})) {
    return fail(
        ".state\" must be one of \"created\", \"deleted\", \"renamed\", \"transferred\", or "
        "\"expecting-transfer\" but got ",
        state);
  }
  static constexpr std::string_view kPartners[][2] = {{"renamed", "renamed_to"},
                                                      {"transferred", "transferred_to"},
                                                      {"expecting-transfer", "transfer_from"}};
  for (const auto& [which, key] : kPartners) {
    const ConfigMember* partner = one.value.Find(key);
    const bool named =
        partner != nullptr && partner->value.IsString() && !partner->value.text.empty();
    if (state == nullptr || state->value.text != which || named) continue;
    section.Fail(JsonQuote(path + "." + std::string(key)) + " is required for state " +
                     JsonQuote(which) + " and must be a non-empty string.",
                 partner == nullptr ? one.position : partner->position);
  }
  if (state != nullptr && !IsOneOf(state, {"created", "expecting-transfer"})) return std::nullopt;
  const ConfigMember* storage = one.value.Find("storage");
  if (!IsOneOf(storage, {"sqlite", "legacy-kv"})) {
    return fail(".storage\" is required for state \"" +
                    (state == nullptr ? "created" : state->value.text) +
                    "\" and must be one of sqlite and legacy-kv, but got ",
                storage, "");
  }
  return DurableObjectClass{one.key, storage->value.text == "sqlite"};
}

// With what to write, in the language of the file.
void WarnOfMissingExports(ConfigSection& section, const std::vector<std::string>& classes) {
  const bool toml = section.file().format == ConfigFormat::kToml;
  std::string names;
  std::string snippet;
  for (const std::string& name : classes) {
    names += (names.empty() ? "" : ", ") + name;
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
               section.Find("durable_objects")->position);
}

std::vector<DurableObjectClass> ReadExports(ConfigSection& section, const ConfigMember& exports) {
  std::vector<DurableObjectClass> classes;
  for (const ConfigMember& one : exports.value.members) {
    if (auto found = ReadExport(section, one)) classes.push_back(std::move(*found));
  }
  return classes;
}

}  // namespace

std::vector<BindingSpec> ReadDurableObjectBindings(ConfigSection& section, bool& complete) {
  const ConfigMember* objects = section.Find("durable_objects");
  if (objects == nullptr) return {};
  const std::string field = section.Field("durable_objects");
  auto fail = [&](const std::string& text, Position position) {
    section.Fail(text, position);
    complete = false;
    return std::vector<BindingSpec>();
  };
  if (!objects->value.IsObject()) {
    return fail(
        "The field \"" + field + "\" should be an object but got " + ToJson(objects->value) + ".\n",
        objects->position);
  }
  static constexpr std::string_view kKnown[] = {"bindings"};
  section.Part(objects->value, field).WarnUnexpected(kKnown);
  const ConfigMember* list = objects->value.Find("bindings");
  if (list == nullptr) return {};
  if (!list->value.IsArray()) {
    return fail("The field \"" + field + ".bindings\" should be an array but got " +
                    ToJson(list->value) + ".\n",
                list->position);
  }
  std::vector<BindingSpec> bindings;
  for (size_t i = 0; i < list->value.items.size(); i++) {
    auto binding =
        ReadBinding(section, list->value.items[i], field + ".bindings[" + std::to_string(i) + "]");
    if (binding) {
      bindings.push_back(std::move(*binding));
    } else {
      complete = false;
    }
  }
  return bindings;
}

std::vector<DurableObjectClass> ReadDurableObjectClasses(ConfigSection& section,
                                                         const std::vector<BindingSpec>& bindings) {
  const ConfigMember* migrations = section.Find("migrations");
  if (migrations != nullptr && !migrations->value.IsArray()) {
    section.Fail("The optional \"migrations\" field should be an array, but got " +
                     ToJson(migrations->value),
                 migrations->position);
    migrations = nullptr;
  }
  const ConfigMember* exports = section.Find("exports");
  if (exports != nullptr && !exports->value.IsObject()) {
    section.Fail(
        "The optional \"exports\" field should be an object keyed by class name, but got " +
            ToJson(exports->value),
        exports->position);
    exports = nullptr;
  }
  const bool any_migrations = migrations != nullptr && !migrations->value.items.empty();
  const bool any_exports = exports != nullptr && !exports->value.members.empty();
  if (any_migrations && any_exports) {
    section.Fail(
        "`migrations` and `exports` are mutually exclusive. Choose one or the other to declare "
        "your Durable Object lifecycle, but not both.",
        exports->position);
    return {};
  }
  Migrations applied(section);
  if (any_migrations) {
    for (size_t i = 0; i < migrations->value.items.size(); i++) {
      applied.Apply(migrations->value.items[i], "migrations[" + std::to_string(i) + "]");
    }
  }
  std::vector<DurableObjectClass> classes =
      any_exports ? ReadExports(section, *exports) : applied.Take();
  std::vector<std::string> missing;
  for (const BindingSpec& binding : bindings) {
    const auto* objects = std::get_if<DurableObjectBinding>(&binding.value);
    if (objects == nullptr || !objects->script.empty()) continue;
    const bool live =
        std::any_of(classes.begin(), classes.end(),
                    [&](const DurableObjectClass& one) { return one.name == objects->class_name; });
    const bool known =
        std::find(missing.begin(), missing.end(), objects->class_name) != missing.end();
    if (!live && !known) missing.push_back(objects->class_name);
  }
  if (!missing.empty()) WarnOfMissingExports(section, missing);
  return classes;
}

}  // namespace isolane::wrangler
