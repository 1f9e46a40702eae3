#include "vercel-compat/schema.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "runtime/base/check.h"

namespace isolane::vercel {
namespace {

using config::ConfigKind;
using config::ConfigMember;
using config::ConfigNode;

using Found = std::optional<SchemaError>;

bool IsType(const ConfigNode& value, std::string_view type) {
  if (type == "object") return value.IsObject();
  if (type == "array") return value.IsArray();
  if (type == "string") return value.IsString();
  if (type == "boolean") return value.IsBoolean();
  if (type == "number") return value.IsNumber();
  ISOLANE_CHECK(type == "integer");
  const auto number = config::NumberOf(value);
  return number && std::nearbyint(*number) == *number;
}

// In characters, as JSON Schema counts.
size_t LengthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

class Validator {
 public:
  Validator(const ConfigNode& definitions, base::RegexEngine& regexes)
      : definitions_(definitions), regexes_(regexes) {}

  Found Check(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    if (const ConfigNode* name = Keyword(schema, "$ref")) {
      const ConfigMember* definition = definitions_.Find(name->text);
      ISOLANE_CHECK(definition != nullptr);
      return Check(value, definition->value, path);
    }
    if (const ConfigNode* type = Keyword(schema, "type")) {
      if (!IsType(value, type->text)) return Wrong(value, path, "should be " + type->text);
    }
    Found found;
    if (value.IsNumber()) found = CheckNumber(value, schema, path);
    if (value.IsString()) found = CheckString(value, schema, path);
    if (value.IsArray()) found = CheckArray(value, schema, path);
    if (value.IsObject()) found = CheckObject(value, schema, path);
    return found ? found : CheckAny(value, schema, path);
  }

 private:
  enum class Count { kAny, kOne };

  static const ConfigNode* Keyword(const ConfigNode& schema, std::string_view name) {
    const ConfigMember* member = schema.Find(name);
    return member == nullptr ? nullptr : &member->value;
  }

  static Found Wrong(const ConfigNode& value, const std::string& path, std::string message) {
    SchemaError error;
    error.path = path;
    error.message = std::move(message);
    error.position = value.position;
    return error;
  }

  static Found CheckNumber(const ConfigNode& value, const ConfigNode& schema,
                           const std::string& path) {
    const ConfigNode* most = Keyword(schema, "maximum");
    if (most != nullptr && config::NumberOf(value) > config::NumberOf(*most)) {
      return Wrong(value, path, "should be <= " + ToJson(*most));
    }
    const ConfigNode* least = Keyword(schema, "minimum");
    if (least != nullptr && config::NumberOf(value) < config::NumberOf(*least)) {
      return Wrong(value, path, "should be >= " + ToJson(*least));
    }
    return std::nullopt;
  }

  Found CheckString(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    return CheckText(value, value.text, schema, path);
  }

  // `text` is a string's, or a key of the object `value`.
  Found CheckText(const ConfigNode& value, std::string_view text, const ConfigNode& schema,
                  const std::string& path) {
    const auto length = static_cast<int64_t>(LengthOf(text));
    const ConfigNode* most = Keyword(schema, "maxLength");
    if (most != nullptr && length > most->integer) {
      return Wrong(value, path, "should NOT be longer than " + ToJson(*most) + " characters");
    }
    const ConfigNode* least = Keyword(schema, "minLength");
    if (least != nullptr && length < least->integer) {
      return Wrong(value, path, "should NOT be shorter than " + ToJson(*least) + " characters");
    }
    const ConfigNode* pattern = Keyword(schema, "pattern");
    if (pattern != nullptr && !Matches(pattern->text, text)) {
      return Wrong(value, path, "should match pattern \"" + pattern->text + "\"");
    }
    return std::nullopt;
  }

  bool Matches(std::string_view pattern, std::string_view text) {
    auto regex = regexes_.Compile(pattern);
    ISOLANE_CHECK(regex.ok());
    return (*regex)->Exec(text, nullptr);
  }

  Found CheckArray(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    const auto count = static_cast<int64_t>(value.items.size());
    const ConfigNode* most = Keyword(schema, "maxItems");
    if (most != nullptr && count > most->integer) {
      return Wrong(value, path, "should NOT have more than " + ToJson(*most) + " items");
    }
    const ConfigNode* least = Keyword(schema, "minItems");
    if (least != nullptr && count < least->integer) {
      return Wrong(value, path, "should NOT have fewer than " + ToJson(*least) + " items");
    }
    const ConfigNode* items = Keyword(schema, "items");
    if (items == nullptr) return std::nullopt;
    for (size_t i = 0; i < value.items.size(); i++) {
      Found found = Check(value.items[i], *items, path + "[" + std::to_string(i) + "]");
      if (found) return found;
    }
    return std::nullopt;
  }

  Found CheckObject(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    const auto count = static_cast<int64_t>(value.members.size());
    const ConfigNode* most = Keyword(schema, "maxProperties");
    if (most != nullptr && count > most->integer) {
      return Wrong(value, path, "should NOT have more than " + ToJson(*most) + " properties");
    }
    const ConfigNode* least = Keyword(schema, "minProperties");
    if (least != nullptr && count < least->integer) {
      return Wrong(value, path, "should NOT have fewer than " + ToJson(*least) + " properties");
    }
    if (const ConfigNode* required = Keyword(schema, "required")) {
      for (const ConfigNode& name : required->items) {
        if (value.Find(name.text) != nullptr) continue;
        Found found = Wrong(value, path, "should have required property '" + name.text + "'");
        found->missing = name.text;
        return found;
      }
    }
    if (const ConfigNode* names = Keyword(schema, "propertyNames")) {
      for (const ConfigMember& member : value.members) {
        Found found = CheckText(value, member.key, *names, path);
        if (!found) continue;
        found->position = member.position;
        return found;
      }
    }
    return CheckMembers(value, schema, path);
  }

  // Members that no rule names come first, then each rule's in the schema's order.
  Found CheckMembers(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    const ConfigNode* const properties = Keyword(schema, "properties");
    const ConfigNode* const patterns = Keyword(schema, "patternProperties");
    if (const ConfigNode* additional = Keyword(schema, "additionalProperties")) {
      for (const ConfigMember& member : value.members) {
        if (properties != nullptr && properties->Find(member.key) != nullptr) continue;
        if (patterns != nullptr && MatchesAny(*patterns, member.key)) continue;
        Found found;
        if (additional->IsObject()) {
          found = Check(member.value, *additional, path + "['" + member.key + "']");
        } else if (!additional->boolean) {
          found = Wrong(value, path, "should NOT have additional properties");
          found->additional = member.key;
          found->position = member.position;
        }
        if (found) return found;
      }
    }
    if (properties != nullptr) {
      for (const ConfigMember& property : properties->members) {
        const ConfigMember* member = value.Find(property.key);
        if (member == nullptr) continue;
        const std::string name = path.empty() ? property.key : path + "." + property.key;
        if (Found found = Check(member->value, property.value, name)) return found;
      }
    }
    if (patterns == nullptr) return std::nullopt;
    for (const ConfigMember& pattern : patterns->members) {
      for (const ConfigMember& member : value.members) {
        if (!Matches(pattern.key, member.key)) continue;
        Found found = Check(member.value, pattern.value, path + "['" + member.key + "']");
        if (found) return found;
      }
    }
    return std::nullopt;
  }

  bool MatchesAny(const ConfigNode& patterns, const std::string& key) {
    return std::any_of(patterns.members.begin(), patterns.members.end(),
                       [&](const ConfigMember& pattern) { return Matches(pattern.key, key); });
  }

  // Keywords for values of every type.
  Found CheckAny(const ConfigNode& value, const ConfigNode& schema, const std::string& path) {
    if (const ConfigNode* constant = Keyword(schema, "const")) {
      if (ToJson(*constant) != ToJson(value)) {
        return Wrong(value, path, "should be equal to constant");
      }
    }
    if (const ConfigNode* values = Keyword(schema, "enum")) {
      const std::string text = ToJson(value);
      if (std::none_of(values->items.begin(), values->items.end(),
                       [&](const ConfigNode& one) { return ToJson(one) == text; })) {
        return Wrong(value, path, "should be equal to one of the allowed values");
      }
    }
    if (const ConfigNode* none = Keyword(schema, "not")) {
      if (!Check(value, *none, path)) return Wrong(value, path, "should NOT be valid");
    }
    if (const ConfigNode* branches = Keyword(schema, "anyOf")) {
      if (Found found = CheckBranches(value, *branches, path, Count::kAny)) return found;
    }
    if (const ConfigNode* branches = Keyword(schema, "oneOf")) {
      if (Found found = CheckBranches(value, *branches, path, Count::kOne)) return found;
    }
    if (const ConfigNode* all = Keyword(schema, "allOf")) {
      for (const ConfigNode& branch : all->items) {
        if (Found found = Check(value, branch, path)) return found;
      }
    }
    const ConfigNode* condition = Keyword(schema, "if");
    if (condition == nullptr || Check(value, *condition, path)) return std::nullopt;
    const ConfigNode* then = Keyword(schema, "then");
    return then == nullptr ? std::nullopt : Check(value, *then, path);
  }

  // When no branch fits, what is wrong by the first one is told.
  Found CheckBranches(const ConfigNode& value, const ConfigNode& branches, const std::string& path,
                      Count count) {
    Found first;
    int fitting = 0;
    for (const ConfigNode& branch : branches.items) {
      Found found = Check(value, branch, path);
      if (!found && count == Count::kAny) return std::nullopt;
      if (!found) fitting++;
      if (found && !first) first = std::move(found);
    }
    if (fitting == 1) return std::nullopt;
    if (fitting > 1) return Wrong(value, path, "should match exactly one schema in oneOf");
    return first;
  }

  const ConfigNode& definitions_;
  base::RegexEngine& regexes_;
};

}  // namespace

std::optional<SchemaError> Validate(const ConfigNode& value, const ConfigNode& schema,
                                    const ConfigNode& definitions, base::RegexEngine& regexes) {
  return Validator(definitions, regexes).Check(value, schema, {});
}

}  // namespace isolane::vercel
