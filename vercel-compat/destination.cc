#include "vercel-compat/destination.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "vercel-compat/path_pattern.h"

namespace isolane::vercel {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWord(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '_'; }

void AddName(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

void ReplaceAll(std::string& text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// An URL or a path, taken apart as far as the rules need it. ":name" may stand in every part.
struct Parts {
  std::string scheme;  // "https:", or empty
  bool slashes = false;
  std::string credentials;  // with its '@'
  std::string host;
  std::string port;  // with its ':'
  std::string path;
  std::vector<std::pair<std::string, std::optional<std::string>>> query;
  std::string hash;  // with its '#'
};

// Characters that never stand in a path as they are.
void AppendPathText(std::string& text, std::string_view raw) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f ||
        std::string_view("\"<>").find(c) != std::string_view::npos) {
      text.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      text += c;
    }
  }
}

// The end of "scheme:" when `text` begins with one.
size_t SchemeEnd(std::string_view text) {
  if (text.empty() || !IsLetter(text.front())) return 0;
  size_t at = 1;
  while (at < text.size() &&
         (IsWord(text[at]) || text[at] == '+' || text[at] == '.' || text[at] == '-')) {
    at++;
  }
  return text.substr(at).starts_with("://") ? at + 1 : 0;
}

Parts TakeApart(std::string_view text) {
  Parts parts;
  const size_t hash = text.find('#');
  if (hash != std::string_view::npos) {
    AppendPathText(parts.hash, text.substr(hash));
    text = text.substr(0, hash);
  }
  const size_t scheme = SchemeEnd(text);
  if (scheme > 0) {
    parts.scheme = text.substr(0, scheme);
    parts.slashes = true;
    text.remove_prefix(scheme + 2);
    const size_t end = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, end);
    text.remove_prefix(end);
    const size_t at = authority.rfind('@');
    if (at != std::string_view::npos) {
      parts.credentials = authority.substr(0, at + 1);
      authority.remove_prefix(at + 1);
    }
    const size_t colon = authority.rfind(':');
    const bool has_port =
        colon != std::string_view::npos && colon + 1 < authority.size() &&
        authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    parts.host = authority.substr(0, has_port ? colon : authority.size());
    if (has_port) parts.port = authority.substr(colon);
  }
  const size_t question = std::min(text.find('?'), text.size());
  AppendPathText(parts.path, text.substr(0, question));
  std::string_view query = text.substr(std::min(question + 1, text.size()));
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    parts.query.emplace_back();
    AppendPathText(parts.query.back().first, pair.substr(0, equals));
    if (equals != std::string_view::npos) {
      AppendPathText(parts.query.back().second.emplace(), pair.substr(equals + 1));
    }
  }
  if (parts.slashes && parts.path.empty()) parts.path = "/";
  return parts;
}

std::string PutTogether(const Parts& parts) {
  std::string text = parts.scheme;
  if (parts.slashes) text += "//";
  text += parts.credentials + parts.host + parts.port;
  for (const char c : parts.path) {
    // A path that was filled in must not begin a query.
    if (c == '?') {
      text += "%3F";
    } else if (c == '#') {
      text += "%23";
    } else {
      text += c;
    }
  }
  char mark = '?';
  for (const auto& [name, value] : parts.query) {
    text += mark;
    text += name;
    if (value) text += "=" + *value;
    mark = '&';
  }
  return text + parts.hash;
}

// Fills in what path-to-regexp would take for its own syntax as plain text: only ":name" with one
// of the known names, and a modifier behind it, count.
Result<std::string> FillKnown(std::string text, const Parameters& values) {
  static constexpr std::pair<char, char> kModifiers[] = {
      {'*', '\x01'}, {'?', '\x02'}, {'+', '\x03'}};
  static constexpr char kColon = '\x04';
  for (const auto& [name, value] : values) {
    if (name.empty()) continue;
    for (const auto& [modifier, mark] : kModifiers) {
      ReplaceAll(text, ":" + name + modifier, ":" + name + mark);
    }
    const std::string reference = ":" + name;
    for (size_t at = text.find(reference); at != std::string::npos;
         at = text.find(reference, at + 1)) {
      const size_t end = at + reference.size();
      if (end == text.size() || !IsWord(text[end])) text[at] = kColon;
    }
  }
  std::string pattern = "/";
  for (const char c : text) {
    if (std::string_view(":*?+(){}").find(c) != std::string_view::npos) pattern += '\\';
    if (c == kColon) {
      pattern += ':';
      continue;
    }
    const auto modifier = std::find_if(std::begin(kModifiers), std::end(kModifiers),
                                       [c](const auto& one) { return one.second == c; });
    pattern += modifier == std::end(kModifiers) ? c : modifier->first;
  }
  ISOLANE_ASSIGN(const std::string filled, FillPattern(pattern, values));
  return filled.substr(1);
}

Result<std::string> Fill(const std::string& text, const Parameters& values) {
  if (text.empty()) return text;
  auto filled = FillPattern(text, values);
  if (filled.ok()) return filled;
  return FillKnown(text, values);
}

// Of a name that stands for several groups the last one counts; `has` wins over the source.
Parameters ValuesOf(const std::vector<std::string>& segments,
                    const std::vector<std::string>& has_segments) {
  Parameters values;
  const auto set = [&values](const std::string& name, std::string value) {
    for (auto& [known, text] : values) {
      if (known != name) continue;
      text = std::move(value);
      return;
    }
    values.emplace_back(name, std::move(value));
  };
  for (size_t i = 0; i < segments.size(); i++) {
    if (!segments[i].empty()) set(segments[i], "$" + std::to_string(i + 1));
  }
  for (const std::string& name : has_segments) set(name, "$" + name);
  return values;
}

void AddParameters(std::vector<std::string>& names, const std::string& text) {
  const auto tokens = ParsePattern(text);
  // What is no pattern has no parameters.
  if (!tokens.ok()) return;
  for (const PatternToken& token : tokens.value()) {
    if (!token.is_text && !token.name.empty()) AddName(names, token.name);
  }
}

// Names after each `mark` that is not escaped.
std::vector<std::string> NamesAfter(std::string_view text, char mark) {
  std::vector<std::string> names;
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] == '\\') {
      at++;
      continue;
    }
    if (text[at] != mark) continue;
    size_t begin = at + 1;
    if (mark == '$' && begin < text.size() && text[begin] == '{') begin++;
    size_t end = begin;
    while (end < text.size() && IsWord(text[end])) end++;
    if (end > begin && (IsLetter(text[begin]) || text[begin] == '_')) {
      names.emplace_back(text.substr(begin, end - begin));
    }
  }
  return names;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::string> ConditionSegments(const std::vector<Condition>& has) {
  std::vector<std::string> names;
  for (const Condition& condition : has) {
    if (!condition.value) {
      if (condition.kind != Condition::Kind::kHost) AddName(names, condition.key);
      continue;
    }
    if (!condition.value->regex) continue;
    const std::string& regex = *condition.value->regex;
    for (size_t at = regex.find("(?<"); at != std::string::npos; at = regex.find("(?<", at + 1)) {
      const size_t end = regex.find('>', at);
      if (end == std::string::npos || end == at + 3 || !IsLetter(regex[at + 3])) continue;
      const std::string name = regex.substr(at + 3, end - at - 3);
      if (std::all_of(name.begin(), name.end(), IsWord)) AddName(names, name);
    }
    if (condition.kind == Condition::Kind::kHost) AddName(names, "host");
  }
  return names;
}

Result<std::string> CompileDestination(std::string_view destination,
                                       const std::vector<std::string>& segments,
                                       const std::vector<std::string>& has_segments,
                                       UnusedParameters unused) {
  const Parameters values = ValuesOf(segments, has_segments);
  const bool has_names = !values.empty() && destination.find(':') != std::string_view::npos;
  if (unused == UnusedParameters::kDrop && !has_names && has_segments.empty()) {
    return std::string(destination);
  }
  Parts parts = TakeApart(destination);
  std::vector<std::string> used;
  AddParameters(used, parts.path);
  AddParameters(used, parts.hash);
  AddParameters(used, parts.host);
  ISOLANE_ASSIGN(parts.path, Fill(parts.path, values));
  ISOLANE_ASSIGN(parts.hash, Fill(parts.hash, values));
  ISOLANE_ASSIGN(parts.host, Fill(parts.host, values));
  for (auto& [name, value] : parts.query) {
    if (!value) continue;
    ISOLANE_ASSIGN(value, Fill(*value, values));
  }
  const bool path_uses_any = std::any_of(
      values.begin(), values.end(), [&](const auto& value) { return Contains(used, value.first); });
  if (unused == UnusedParameters::kQuery && !path_uses_any) {
    for (const auto& [name, value] : values) {
      const bool given = std::any_of(parts.query.begin(), parts.query.end(),
                                     [&name = name](const auto& one) { return one.first == name; });
      if (!given) parts.query.emplace_back(name, value);
    }
  }
  return PutTogether(parts);
}

Result<std::string> CompileHeaderText(std::string_view text,
                                      const std::vector<std::string>& segments,
                                      const std::vector<std::string>& has_segments) {
  const Parameters values = ValuesOf(segments, has_segments);
  if (values.empty() || text.find(':') == std::string_view::npos) return std::string(text);
  return FillKnown(std::string(text), values);
}

Result<std::string> CompileTransformPath(std::string_view path,
                                         const std::vector<std::string>& segments,
                                         const std::vector<std::string>& has_segments,
                                         const std::vector<std::string>& env) {
  const auto refused = [](const std::string& message) { return Error{message, {}, {}, {}}; };
  const Parameters values = ValuesOf(segments, has_segments);
  const auto known = [&values](const std::string& name) {
    return std::any_of(values.begin(), values.end(),
                       [&name](const auto& value) { return value.first == name; });
  };
  for (const std::string& name : NamesAfter(path, ':')) {
    if (!known(name)) {
      return refused("Path template references parameter \":" + name +
                     "\" that is not present in the source or has conditions.");
    }
  }
  for (const std::string& name : NamesAfter(path, '$')) {
    if (known(name) && !Contains(env, name)) {
      return refused("Path template references route parameter \"" + name + "\" as `$" + name +
                     "`. Use `:" + name +
                     "` path-to-regexp syntax in high-level rewrites, or list \"" + name +
                     "\" in the transform env allowlist if it is an environment variable.");
    }
  }
  return Fill(std::string(path), values);
}

std::vector<std::string> DestinationParameters(std::string_view destination) {
  const Parts parts = TakeApart(destination);
  std::vector<std::string> names;
  AddParameters(names, parts.host);
  AddParameters(names, parts.path);
  for (const auto& [name, value] : parts.query) {
    if (value) AddParameters(names, *value);
  }
  return names;
}

}  // namespace isolane::vercel
