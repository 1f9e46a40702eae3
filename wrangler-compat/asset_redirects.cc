#include "wrangler-compat/asset_redirects.h"

#include <algorithm>
#include <utility>

namespace isolane::wrangler {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r'; }

// The words of a line, without a comment behind them.
std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < line.size();) {
    if (IsBlank(line[at])) {
      at++;
      continue;
    }
    if (line[at] == '#' && !words.empty()) break;
    size_t end = at;
    while (end < line.size() && !IsBlank(line[end])) end++;
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// 0: none that a redirect may have.
int StatusOf(std::string_view text) {
  if (text == "200") return 200;
  for (const int status : {301, 302, 303, 307, 308}) {
    if (text == std::to_string(status)) return status;
  }
  return 0;
}

bool EndsWithIndex(std::string_view url) {
  return url.ends_with("/index") || url.ends_with("/index.html");
}

// A rule that names a host on purpose: "https://host/", "//host/".
bool LeadsAway(std::string_view target) {
  if (HasHost(target)) return true;
  return target.size() > 2 && target.starts_with("//") &&
         std::string_view("/\\ \t?#").find(target[2]) == std::string_view::npos;
}

// Slashes in a row, which what '*' stood for may bring along, would name another host.
std::string WithSingleSlashes(std::string_view target) {
  const size_t path_end = target.find_first_of("?#");
  std::string out;
  for (const char c : target.substr(0, path_end)) {
    const char slash = c == '\\' ? '/' : c;
    if (slash == '/' && out.ends_with('/')) continue;
    out += slash;
  }
  if (path_end != std::string_view::npos) out += target.substr(path_end);
  return out;
}

}  // namespace

AssetRedirects::AssetRedirects(std::string_view text, bool directories_redirect)
    : directories_redirect_(directories_redirect) {
  const std::vector<std::string_view> lines = RuleLines(text, invalid_);
  // Each place counts, also one of a rule that turns out to be wrong.
  size_t literal_rules = 0;
  size_t pattern_rules = 0;
  for (size_t i = 0; i < lines.size(); i++) {
    if (lines[i].empty()) continue;
    const int number = static_cast<int>(i) + 1;
    const std::vector<std::string_view> words = WordsOf(lines[i]);
    if (words.size() == 2 || words.size() == 3) {
      const RuleUrl from = ReadRuleUrl(words[0], RuleUrlKind::kRedirectSource);
      if (from.error.empty()) {
        const auto pattern = PathPattern::Compile(from.text, PatternSyntax::kPlaceholders);
        if (pattern_rules == 0 && pattern && pattern->is_literal()) {
          if (++literal_rules > kMaxStaticRedirects) {
            invalid_.push_back({"Maximum number of static rules supported is " +
                                std::to_string(kMaxStaticRedirects) + ". Skipping line."});
            continue;
          }
        } else if (++pattern_rules > kMaxDynamicRedirects) {
          invalid_.push_back({"Maximum number of dynamic rules supported is " +
                              std::to_string(kMaxDynamicRedirects) + ". Skipping remaining " +
                              std::to_string(lines.size() - i) + " lines of file."});
          return;
        }
      }
    }
    ReadLine(lines[i], number);
  }
}

void AssetRedirects::ReadLine(std::string_view line, int number) {
  const auto refuse = [&](std::string message) {
    invalid_.push_back({std::move(message), std::string(line), number});
  };
  const std::vector<std::string_view> words = WordsOf(line);
  if (words.size() < 2 || words.size() > 3) {
    return refuse("Expected exactly 2 or 3 whitespace-separated tokens. Got " +
                  std::to_string(words.size()) + ".");
  }
  const RuleUrl from = ReadRuleUrl(words[0], RuleUrlKind::kRedirectSource);
  if (!from.error.empty()) return refuse(from.error);
  const RuleUrl to = ReadRuleUrl(words[1], RuleUrlKind::kRedirectTarget);
  if (!to.error.empty()) return refuse(to.error);
  const std::string_view status_text = words.size() == 3 ? words[2] : "302";
  const int status = StatusOf(status_text);
  if (status == 0) {
    return refuse("Valid status codes are 200, 301, 302 (default), 303, 307, or 308. Got " +
                  std::string(status_text) + ".");
  }
  if (!HasHost(to.text) && EndsWithIndex(to.text) &&
      (from.text.ends_with("/*") || (from.text.ends_with('/') && directories_redirect_))) {
    return refuse(
        "Infinite loop detected in this rule and has been ignored. This will cause a redirect to "
        "strip `.html` or `/index` and end up triggering this rule again. Please fix or remove "
        "this rule to silence this warning.");
  }
  if (std::find(seen_.begin(), seen_.end(), from.text) != seen_.end()) {
    return refuse("Ignoring duplicate rule for path " + from.text + ".");
  }
  auto pattern = PathPattern::Compile(from.text, PatternSyntax::kPlaceholders);
  if (!pattern) {
    return refuse("The path names the same placeholder, or *, twice. Skipping " + from.text + ".");
  }
  seen_.push_back(from.text);
  if (status == 200 && HasHost(to.text)) {
    return refuse("Proxy (200) redirects can only point to relative paths. Got " + to.text);
  }
  if (pattern->is_literal()) {
    if (dynamic_.empty()) {
      static_.emplace(from.text, RedirectMatch{status, to.text});
      return;
    }
    advice_.push_back("The redirect rule " + from.text + " → " + std::to_string(status) + " " +
                      to.text +
                      " could be made more performant by bringing it above any lines with splats "
                      "or placeholders.");
  }
  dynamic_.push_back({std::move(*pattern), {status, to.text}});
}

std::optional<RedirectMatch> AssetRedirects::Match(std::string_view path) const {
  if (!static_.empty()) {
    const auto found = static_.find(std::string(path));
    if (found != static_.end()) return found->second;
  }
  for (const Rule& rule : dynamic_) {
    const std::optional<Captures> captures = rule.from.Match(path);
    if (!captures) continue;
    const std::string target = FillIn(rule.target.to, *captures);
    return RedirectMatch{rule.target.status,
                         LeadsAway(rule.target.to) ? target : WithSingleSlashes(target)};
  }
  return std::nullopt;
}

}  // namespace isolane::wrangler
