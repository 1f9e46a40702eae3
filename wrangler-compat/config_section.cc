#include "wrangler-compat/config_section.h"

#include <algorithm>
#include <utility>

namespace isolane::wrangler {
namespace {

void Hide(ConfigNode& value) {
  value = ConfigNode();
  value.kind = ConfigKind::kString;
  value.text = "(hidden)";
}

// Every text that stands where an entry or a connection string would.
void HideConnectionStrings(ConfigNode& value) {
  if (value.IsString()) Hide(value);
  for (ConfigNode& item : value.items) HideConnectionStrings(item);
  for (ConfigMember& member : value.members) {
    if (member.key == "localConnectionString") {
      Hide(member.value);
    } else if (!member.value.IsString()) {
      HideConnectionStrings(member.value);
    }
  }
}

}  // namespace

std::string ShownJson(std::string_view key, const ConfigNode& value) {
  if (key != "hyperdrive") return ToJson(value);
  ConfigNode shown = value;
  HideConnectionStrings(shown);
  return ToJson(shown);
}

std::string AsText(const ConfigNode& value) {
  if (value.IsString()) return value.text;
  if (value.IsObject()) return "[object Object]";
  if (!value.IsArray()) return ToJson(value);
  std::string text;
  for (size_t i = 0; i < value.items.size(); i++) {
    const ConfigNode& item = value.items[i];
    text += (i == 0 ? "" : ",") + (item.kind == ConfigKind::kNull ? "" : AsText(item));
  }
  return text;
}

const char* JavaScriptType(const ConfigNode& value) {
  if (value.IsString()) return "string";
  if (value.IsNumber()) return "number";
  return value.IsBoolean() ? "boolean" : "object";
}

bool IsObjectOrList(const ConfigNode& value) { return value.IsObject() || value.IsArray(); }

std::vector<ConfigMember> FieldsOf(const ConfigNode& value) {
  std::vector<ConfigMember> fields = value.members;
  for (size_t i = 0; i < value.items.size(); i++) {
    fields.push_back({std::to_string(i), value.items[i].position, value.items[i]});
  }
  return fields;
}

bool IsFalsy(const ConfigNode& value) {
  if (value.IsString()) return value.text.empty();
  if (value.IsBoolean()) return !value.boolean;
  return value.kind == ConfigKind::kNull || NumberOf(value) == 0;
}

bool IsFilled(const ConfigNode& value) { return value.IsString() && !value.text.empty(); }

bool IsWholeIn(const ConfigNode& value, int64_t low, int64_t high) {
  const auto number = WholeNumberOf(value);
  return number && *number >= low && *number <= high;
}

bool IsIdentifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '$';
  });
}

std::string ConfigSection::Name(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::string ConfigSection::Field(std::string_view key) const {
  return environment_.empty() ? Name(key) : "env." + environment_ + "." + Name(key);
}

ConfigSection ConfigSection::Part(const ConfigNode& object, std::string path) const {
  return ConfigSection(file_, object, std::move(path), diagnostics_);
}

ConfigSection ConfigSection::Nested(const ConfigNode& object, std::string path,
                                    std::string about) const {
  DiagnosticGroup& group = diagnostics_.children.emplace_back();
  group.title = JsonQuote(path) + ": " + ToJson(object);
  group.about = std::move(about);
  return ConfigSection(file_, object, std::move(path), group);
}

void ConfigSection::Warn(std::string message, Position position, std::string about) {
  diagnostics_.Warn(std::move(message), file_.Where(position));
  diagnostics_.entries.back().position = position;
  diagnostics_.entries.back().about = std::move(about);
}

void ConfigSection::WarnOfLack(std::string message, Position position) {
  Warn(std::move(message), position);
  diagnostics_.entries.back().own = true;
}

void ConfigSection::Fail(std::string message, Position position, std::string about) {
  diagnostics_.Fail(std::move(message), file_.Where(position));
  diagnostics_.entries.back().position = position;
  diagnostics_.entries.back().about = std::move(about);
}

void ConfigSection::FailType(const ConfigMember& member, std::string_view type,
                             std::string_view shown) {
  Fail("Expected \"" + Name(shown.empty() ? member.key : shown) + "\" to be of type " +
           std::string(type) + " but got " + ToJson(member.value) + ".",
       member.position);
}

std::optional<std::string> ConfigSection::String(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return std::nullopt;
  if (member->value.IsString()) return member->value.text;
  FailType(*member, "string");
  return std::nullopt;
}

std::optional<bool> ConfigSection::Boolean(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return std::nullopt;
  if (member->value.IsBoolean()) return member->value.boolean;
  FailType(*member, "boolean");
  return std::nullopt;
}

std::optional<double> ConfigSection::Number(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return std::nullopt;
  const auto number = NumberOf(member->value);
  if (!number) FailType(*member, "number");
  return number;
}

std::vector<std::string> ConfigSection::StringArray(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return {};
  std::vector<std::string> texts;
  bool all_strings = member->value.IsArray();
  for (const ConfigNode& item : member->value.items) {
    all_strings = all_strings && item.IsString();
    texts.push_back(item.text);
  }
  if (all_strings) return texts;
  FailType(*member, "string array");
  return {};
}

bool ConfigSection::CheckStrings(std::string_view key) {
  return CheckItems(key, "string", &ConfigNode::IsString);
}

bool ConfigSection::CheckNumbers(std::string_view key) {
  return CheckItems(key, "number", &ConfigNode::IsNumber);
}

bool ConfigSection::CheckItems(std::string_view key, std::string_view type,
                               bool (ConfigNode::*is_one)() const) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return true;
  const std::string name(type);
  if (!member->value.IsArray()) {
    Fail("Expected \"" + Name(key) + "\" to be an array of " + name + "s but got " +
             ToJson(member->value),
         member->position);
    return false;
  }
  bool all = true;
  for (size_t i = 0; i < member->value.items.size(); i++) {
    const ConfigNode& item = member->value.items[i];
    if ((item.*is_one)()) continue;
    all = false;
    Fail("Expected \"" + Name(key) + ".[" + std::to_string(i) + "]\" to be of type " + name +
             " but got " + ToJson(item) + ".",
         item.position);
  }
  return all;
}

std::optional<std::string> ConfigSection::Choice(std::string_view key,
                                                 std::span<const std::string_view> choices,
                                                 std::string_view shown) {
  const ConfigMember* member = Find(key);
  if (member == nullptr || member->value.IsString()) return OneOf(key, choices, shown);
  FailType(*member, "string", shown);
  return std::nullopt;
}

std::optional<std::string> ConfigSection::OneOf(std::string_view key,
                                                std::span<const std::string_view> choices,
                                                std::string_view shown) {
  const ConfigMember* member = Find(key);
  if (member == nullptr) return std::nullopt;
  if (member->value.IsString() &&
      std::find(choices.begin(), choices.end(), member->value.text) != choices.end()) {
    return member->value.text;
  }
  std::string list;
  for (const std::string_view choice : choices) {
    list += (list.empty() ? "" : ",") + JsonQuote(choice);
  }
  Fail("Expected \"" + Name(shown.empty() ? key : shown) + "\" field to be one of [" + list +
           "] but got " + ToJson(member->value) + ".",
       member->position);
  return std::nullopt;
}

const ConfigMember* ConfigSection::Object(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr || IsObjectOrList(member->value)) return member;
  // Null is of that type, too.
  if (member->value.kind != ConfigKind::kNull) FailType(*member, "object");
  return nullptr;
}

const ConfigMember* ConfigSection::Array(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr || member->value.IsArray()) return member;
  Fail("The field \"" + Field(key) + "\" should be an array but got " +
           ShownJson(key, member->value) + ".",
       member->position);
  return nullptr;
}

void ConfigSection::WarnUnexpected(std::span<const std::string_view> known,
                                   const std::string& about) {
  std::string names;
  Position first;
  for (const ConfigMember& member : FieldsOf(object_)) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    if (names.empty()) first = member.position;
    names += (names.empty() ? "" : ",") + JsonQuote(member.key);
  }
  if (names.empty()) return;
  const std::string path = !path_.empty()         ? path_
                           : environment_.empty() ? "top-level"
                                                  : "env." + environment_;
  Warn("Unexpected fields found in " + path + " field: " + names, first, about);
}

}  // namespace isolane::wrangler
