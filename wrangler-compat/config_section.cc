#include "wrangler-compat/config_section.h"

#include <algorithm>
#include <utility>

namespace isolane::wrangler {

std::string ConfigSection::Name(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

std::string ConfigSection::Field(std::string_view key) const {
  return environment_.empty() ? Name(key) : "env." + environment_ + "." + Name(key);
}

ConfigSection ConfigSection::Part(const ConfigNode& object, std::string path) const {
  return ConfigSection(file_, object, std::move(path), diagnostics_);
}

void ConfigSection::Warn(std::string message, Position position) {
  diagnostics_.Warn(std::move(message), file_.Where(position));
}

void ConfigSection::Fail(std::string message, Position position) {
  diagnostics_.Fail(std::move(message), file_.Where(position));
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
  const ConfigMember* member = Find(key);
  if (member == nullptr) return true;
  if (!member->value.IsArray()) {
    Fail(
        "Expected \"" + Name(key) + "\" to be an array of strings but got " + ToJson(member->value),
        member->position);
    return false;
  }
  bool all_strings = true;
  for (size_t i = 0; i < member->value.items.size(); i++) {
    const ConfigNode& item = member->value.items[i];
    if (item.IsString()) continue;
    all_strings = false;
    Fail("Expected \"" + Name(key) + ".[" + std::to_string(i) +
             "]\" to be of type string but got " + ToJson(item) + ".",
         item.position);
  }
  return all_strings;
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
  if (member == nullptr || member->value.IsObject()) return member;
  FailType(*member, "object");
  return nullptr;
}

const ConfigMember* ConfigSection::Array(std::string_view key) {
  const ConfigMember* member = Find(key);
  if (member == nullptr || member->value.IsArray()) return member;
  Fail("The field \"" + Field(key) + "\" should be an array but got " + ToJson(member->value) + ".",
       member->position);
  return nullptr;
}

void ConfigSection::WarnUnexpected(std::span<const std::string_view> known) {
  std::string names;
  Position first;
  for (const ConfigMember& member : object_.members) {
    if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
    if (names.empty()) first = member.position;
    names += (names.empty() ? "" : ",") + JsonQuote(member.key);
  }
  if (names.empty()) return;
  const std::string path = !path_.empty()         ? path_
                           : environment_.empty() ? "top-level"
                                                  : "env." + environment_;
  Warn("Unexpected fields found in " + path + " field: " + names, first);
}

}  // namespace isolane::wrangler
