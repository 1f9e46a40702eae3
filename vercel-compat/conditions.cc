#include "vercel-compat/conditions.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "runtime/base/ascii.h"

namespace isolane::vercel {
namespace {

// What JavaScript's Number() gives for decimal text; otherwise no number, which compares as false.
double NumberOf(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return number;
}

}  // namespace

Result<ValueMatcher> ValueMatcher::Compile(const ValueTest& test, base::RegexEngine& regexes) {
  ValueMatcher matcher;
  matcher.test_ = test;
  if (!test.regex) return matcher;
  ISOLANE_ASSIGN(matcher.regex_, regexes.Compile("^(?:" + *test.regex + ")$"));
  const auto& names = matcher.regex_->group_names();
  matcher.has_named_groups_ = std::any_of(names.begin(), names.end(),
                                          [](const std::string& name) { return !name.empty(); });
  return matcher;
}

bool ValueMatcher::Matches(const std::string& value, Case letters, NamedValues* captured) const {
  const auto fold = [letters](const std::string& text) {
    return letters == Case::kIgnore ? base::LowerCased(text) : text;
  };
  const std::string text = fold(value);
  const auto is = [&](const std::string& other) { return fold(other) == text; };
  if (test_.equal && !is(*test_.equal)) return false;
  if (test_.not_equal && is(*test_.not_equal)) return false;
  if (test_.prefix && !text.starts_with(fold(*test_.prefix))) return false;
  if (test_.suffix && !text.ends_with(fold(*test_.suffix))) return false;
  if (test_.one_of && std::none_of(test_.one_of->begin(), test_.one_of->end(), is)) return false;
  if (test_.none_of && std::any_of(test_.none_of->begin(), test_.none_of->end(), is)) return false;
  const double number = NumberOf(value);
  if (test_.greater && !(number > *test_.greater)) return false;
  if (test_.at_least && !(number >= *test_.at_least)) return false;
  if (test_.less && !(number < *test_.less)) return false;
  if (test_.at_most && !(number <= *test_.at_most)) return false;
  if (regex_ == nullptr) return true;
  base::Regex::Groups groups;
  if (!regex_->Exec(value, captured == nullptr ? nullptr : &groups)) return false;
  if (captured == nullptr) return true;
  const auto& names = regex_->group_names();
  for (size_t i = 1; i < groups.size(); i++) {
    if (!names[i].empty()) captured->emplace_back(names[i], groups[i].value_or(""));
  }
  return true;
}

Result<ConditionMatcher> ConditionMatcher::Compile(const std::vector<Condition>& has,
                                                   const std::vector<Condition>& missing,
                                                   base::RegexEngine& regexes) {
  ConditionMatcher matcher;
  ISOLANE_ASSIGN(matcher.has_, CompileItems(has, regexes));
  ISOLANE_ASSIGN(matcher.missing_, CompileItems(missing, regexes));
  return matcher;
}

Result<std::vector<ConditionMatcher::Item>> ConditionMatcher::CompileItems(
    const std::vector<Condition>& conditions, base::RegexEngine& regexes) {
  std::vector<Item> items;
  for (const Condition& condition : conditions) {
    Item& item = items.emplace_back();
    item.condition = condition;
    if (!condition.value) continue;
    ISOLANE_ASSIGN(item.value, ValueMatcher::Compile(*condition.value, regexes));
  }
  return items;
}

bool ConditionMatcher::Holds(const RequestView& request, NamedValues& captured) const {
  return std::all_of(has_.begin(), has_.end(),
                     [&](const Item& item) { return Holds(item, request, &captured); }) &&
         std::none_of(missing_.begin(), missing_.end(),
                      [&](const Item& item) { return Holds(item, request, nullptr); });
}

bool ConditionMatcher::Holds(const Item& item, const RequestView& request, NamedValues* captured) {
  const Condition& condition = item.condition;
  std::optional<std::string> value;
  switch (condition.kind) {
    case Condition::Kind::kHost: {
      const size_t port = request.host.rfind(':');
      const bool has_port = port != std::string_view::npos && !request.host.ends_with(']');
      value = base::LowerCased(std::string(has_port ? request.host.substr(0, port) : request.host));
      break;
    }
    case Condition::Kind::kHeader:
      value = HeaderOf(request.head, condition.key);
      break;
    case Condition::Kind::kCookie:
      value = CookieOf(request.head, condition.key);
      break;
    case Condition::Kind::kQuery:
      value = ParameterOf(request.query, condition.key);
      break;
  }
  if (!value) return false;
  if (!condition.value) {
    if (captured != nullptr) captured->emplace_back(condition.key, *value);
    return true;
  }
  if (!item.value.Matches(*value, ValueMatcher::Case::kKeep, captured)) return false;
  if (captured != nullptr && condition.kind == Condition::Kind::kHost &&
      !item.value.has_named_groups()) {
    captured->emplace_back("host", *value);
  }
  return true;
}

}  // namespace isolane::vercel
