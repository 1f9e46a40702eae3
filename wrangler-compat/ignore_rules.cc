#include "wrangler-compat/ignore_rules.h"

#include "runtime/base/ascii.h"

namespace isolane::wrangler {
namespace {

// The class "[...]" at `at`: whether it takes `c`, and where it ends; `at` itself if it is none.
size_t MatchClass(std::string_view pattern, size_t at, char c, bool* takes) {
  size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) i++;
  bool found = false;
  const size_t first = i;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); i++) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) i++;
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      high = pattern[i + 2];
      i += 2;
    }
    found |= low <= c && c <= high;
  }
  if (i >= pattern.size()) return at;
  *takes = found != negated && c != '/';
  return i + 1;
}

// fnmatch with "**". `failed` has a bit for each pair of places that was tried in vain, so that the
// time stays in proportion to the product of the lengths.
bool Matches(std::string_view pattern, size_t p, std::string_view path, size_t t,
             std::vector<bool>& failed) {
  const size_t key = p * (path.size() + 1) + t;
  if (failed[key]) return false;
  const auto fail = [&] {
    failed[key] = true;
    return false;
  };
  if (p == pattern.size()) return t == path.size() || fail();
  const char c = pattern[p];
  if (pattern.substr(p).starts_with("**/") && (p == 0 || pattern[p - 1] == '/')) {
    // Any number of directories.
    for (size_t at = t;;) {
      if (Matches(pattern, p + 3, path, at, failed)) return true;
      const size_t slash = path.find('/', at);
      if (slash == std::string_view::npos) return fail();
      at = slash + 1;
    }
  }
  if (pattern.substr(p) == "**" && (p == 0 || pattern[p - 1] == '/')) {
    return t < path.size() || fail();
  }
  if (c == '*') {
    size_t rest = p;
    while (rest < pattern.size() && pattern[rest] == '*') rest++;
    for (size_t at = t;; at++) {
      if (Matches(pattern, rest, path, at, failed)) return true;
      if (at == path.size() || path[at] == '/') return fail();
    }
  }
  if (t == path.size()) return fail();
  if (c == '?') return (path[t] != '/' && Matches(pattern, p + 1, path, t + 1, failed)) || fail();
  if (c == '[') {
    bool takes = false;
    const size_t end = MatchClass(pattern, p, path[t], &takes);
    if (end != p) return (takes && Matches(pattern, end, path, t + 1, failed)) || fail();
  }
  const size_t literal = c == '\\' && p + 1 < pattern.size() ? p + 1 : p;
  return (pattern[literal] == path[t] && Matches(pattern, literal + 1, path, t + 1, failed)) ||
         fail();
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view text) {
  // Longer patterns name no file.
  constexpr size_t kMaxPattern = 4096;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#') || line.size() > kMaxPattern) continue;
    Rule rule;
    if (line.starts_with('!')) {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.directories_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    rule.pattern = base::LowerCased(line);
    rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::IgnoresOne(std::string_view lower_path, bool directory) const {
  const std::string_view name = lower_path.substr(lower_path.rfind('/') + 1);
  // The last rule that matches decides.
  for (size_t i = rules_.size(); i-- > 0;) {
    const Rule& rule = rules_[i];
    if (rule.directories_only && !directory) continue;
    const std::string_view subject = rule.anchored ? lower_path : name;
    std::vector<bool> failed((rule.pattern.size() + 1) * (subject.size() + 1), false);
    if (Matches(rule.pattern, 0, subject, 0, failed)) return !rule.negated;
  }
  return false;
}

bool IgnoreRules::Ignores(std::string_view path) const {
  if (rules_.empty()) return false;
  const std::string lower = base::LowerCased(path);
  for (size_t slash = lower.find('/'); slash != std::string::npos;
       slash = lower.find('/', slash + 1)) {
    if (IgnoresOne(std::string_view(lower).substr(0, slash), true)) return true;
  }
  return IgnoresOne(lower, false);
}

}  // namespace isolane::wrangler
