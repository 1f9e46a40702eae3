#include "wrangler-compat/config_events.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "wrangler-compat/config_triggers.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kMonths[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                        "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::string_view kDays[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

enum class Special { kNone, kDayOfMonth, kDayOfWeek };

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names;
  Special special;
};

// Sunday is 1 at Cloudflare and 0 or 7 elsewhere; all of them are let through.
constexpr Field kFields[] = {{"minute", 0, 59, {}, Special::kNone},
                             {"hour", 0, 23, {}, Special::kNone},
                             {"day of the month", 1, 31, {}, Special::kDayOfMonth},
                             {"month", 1, 12, kMonths, Special::kNone},
                             {"day of the week", 0, 7, kDays, Special::kDayOfWeek}};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int> NumberIn(std::string_view text, int low, int high) {
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (number < low || number > high) return std::nullopt;
  return number;
}

bool IsValue(std::string_view text, const Field& field) {
  if (NumberIn(text, field.low, field.high)) return true;
  return std::any_of(field.names.begin(), field.names.end(), [text](std::string_view name) {
    return std::equal(text.begin(), text.end(), name.begin(), name.end(), [](char a, char b) {
      return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
    });
  });
}

// "L", "LW", "15W"; "6L", "FRI#2".
bool IsSpecial(std::string_view text, const Field& field) {
  switch (field.special) {
    case Special::kNone:
      return false;
    case Special::kDayOfMonth:
      if (text == "L" || text == "LW") return true;
      return text.ends_with('W') && IsValue(text.substr(0, text.size() - 1), field);
    case Special::kDayOfWeek: {
      if (text == "L") return true;
      if (text.ends_with('L')) return IsValue(text.substr(0, text.size() - 1), field);
      const size_t mark = text.find('#');
      return mark != std::string_view::npos && IsValue(text.substr(0, mark), field) &&
             NumberIn(text.substr(mark + 1), 1, 5).has_value();
    }
  }
  return false;
}

// "*", "5", "1-5", each with "/10" after it, or one of the above.
bool IsItem(std::string_view text, const Field& field) {
  if (IsSpecial(text, field)) return true;
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (!NumberIn(text.substr(slash + 1), 1, std::max(field.high, 1))) return false;
    text = text.substr(0, slash);
  }
  if (text == "*") return true;
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return IsValue(text, field);
  return IsValue(text.substr(0, dash), field) && IsValue(text.substr(dash + 1), field);
}

// `key` is what they are listed in.
struct TailKey {
  std::string key;
  bool streaming;
  std::vector<std::string> texts;  // of one entry
  bool list_is_object;             // wrangler takes a list for an object here
};

void ReadTailConsumer(ConfigSection& section, const ConfigNode& node, const std::string& field,
                      const TailKey& key, std::vector<TailConsumer>& consumers) {
  if (!node.IsObject() && !(key.list_is_object && node.IsArray())) {
    section.Fail("\"" + field + "\" should be an object but got " + ToJson(node) + ".",
                 node.position);
    return;
  }
  const ConfigMember* service = node.Find("service");
  if (service == nullptr) {
    section.Fail("\"" + field + ".service\" is a required field.", node.position);
    return;
  }
  for (const std::string& text : key.texts) {
    const ConfigMember* member = node.Find(text);
    if (member == nullptr || member->value.IsString()) continue;
    section.Fail("Expected \"" + field + "." + text + "\" to be of type string but got " +
                     ToJson(member->value) + ".",
                 member->position);
    return;
  }
  consumers.push_back({service->value.text, section.Where(service->position), key.streaming});
}

void ReadTailKey(ConfigSection& section, const TailKey& key, std::vector<TailConsumer>& consumers) {
  const ConfigMember* member = section.Find(key.key);
  if (member == nullptr || IsFalsy(member->value)) return;
  const std::string name = section.Name(key.key);
  if (!member->value.IsArray()) {
    section.Fail(
        "Expected " + JsonQuote(name) + " to be an array but got " + ToJson(member->value) + ".",
        member->position);
    return;
  }
  for (size_t i = 0; i < member->value.items.size(); i++) {
    ReadTailConsumer(section, member->value.items[i], name + "[" + std::to_string(i) + "]", key,
                     consumers);
  }
}

}  // namespace

std::string CheckCron(std::string_view expression) {
  std::vector<std::string_view> fields;
  for (std::string_view part : Split(expression, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != std::size(kFields)) {
    return "it has " + std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
           " instead of five: minute, hour, day of the month, month, day of the week";
  }
  for (size_t i = 0; i < fields.size(); i++) {
    for (std::string_view item : Split(fields[i], ',')) {
      if (IsItem(item, kFields[i])) continue;
      return "\"" + std::string(item) + "\" is no " + std::string(kFields[i].name);
    }
  }
  return {};
}

std::vector<std::string> ReadCrons(ConfigSection& section, DiagnosticGroup& tree) {
  CheckTriggers(section);
  const ConfigMember* member = section.Find("triggers");
  if (member == nullptr || !member->value.IsObject()) return {};
  const ConfigNode& triggers = member->value;
  const ConfigMember* crons = triggers.Find("crons");
  if (crons == nullptr || !crons->value.IsArray()) return {};
  std::vector<std::string> expressions =
      ConfigSection(section.file(), triggers, "triggers", tree).StringArray("crons");
  for (size_t i = 0; i < expressions.size(); i++) {
    const std::string wrong = CheckCron(expressions[i]);
    if (wrong.empty()) continue;
    section.Warn("\"triggers.crons[" + std::to_string(i) + "]\": " + JsonQuote(expressions[i]) +
                     " is no cron expression, because " + wrong +
                     ". It can be triggered by hand here, but not be deployed.",
                 crons->value.items[i].position);
  }
  return expressions;
}

std::vector<TailConsumer> ReadTailConsumers(ConfigSection& section) {
  std::vector<TailConsumer> consumers;
  ReadTailKey(section, {"tail_consumers", false, {"service", "environment"}, true}, consumers);
  ReadTailKey(section, {"streaming_tail_consumers", true, {"service"}, false}, consumers);
  return consumers;
}

}  // namespace isolane::wrangler
