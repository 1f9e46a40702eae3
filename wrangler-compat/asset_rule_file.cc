#include "wrangler-compat/asset_rule_file.h"

#include "runtime/base/url.h"

namespace isolane::wrangler {
namespace {

constexpr std::string_view kHttps = "https://";

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::string Counted(std::string_view kind, size_t count) {
  return std::string(kind) + " rule" + (count == 1 ? "" : "s");
}

// A path as the URL Standard writes it, with what may follow it. Everything is one after an empty
// host.
std::string Normalized(std::string_view path, bool with_query_and_fragment) {
  std::string text = "//";
  if (!path.starts_with('/')) text += '/';
  text += path;
  // A scheme without meaning: then a path is not changed but for what may not stand in one.
  const auto parts = base::ResolveUrl(text, "relative://");
  if (!parts) return std::string(path);
  return with_query_and_fragment ? parts->pathname + parts->search + parts->hash : parts->pathname;
}

bool EndsWithPort(std::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == host.size()) return false;
  return host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

}  // namespace

bool HasHost(std::string_view url) {
  if (!url.starts_with(kHttps)) return false;
  url.remove_prefix(kHttps.size());
  return url.find_first_not_of('/') != std::string_view::npos;
}

RuleUrl ReadRuleUrl(std::string_view text, RuleUrlKind kind) {
  const std::string shown(text);
  if (HasHost(text)) {
    if (kind == RuleUrlKind::kRedirectSource) {
      return {{}, "Only relative URLs are allowed. Skipping absolute URL " + shown + "."};
    }
    std::string_view rest = text.substr(kHttps.size());
    rest.remove_prefix(rest.find_first_not_of('/'));
    const size_t slash = rest.find('/');
    const std::string_view host = rest.substr(0, slash);
    if (kind == RuleUrlKind::kHeaderSource && EndsWithPort(host)) {
      return {{}, "Specifying ports is not supported. Skipping absolute URL " + shown + "."};
    }
    const std::string_view path =
        slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    return {std::string(kHttps) + std::string(host) +
                Normalized(path, kind == RuleUrlKind::kRedirectTarget),
            {}};
  }
  if (text.starts_with('/') || kind == RuleUrlKind::kRedirectSource) {
    return {Normalized(text, kind == RuleUrlKind::kRedirectTarget), {}};
  }
  return {{},
          "URLs should either be relative (e.g. begin with a forward-slash), or use HTTPS (e.g. "
          "begin with \"https://\")."};
}

std::vector<std::string_view> RuleLines(std::string_view text, std::vector<InvalidRule>& invalid) {
  std::vector<std::string_view> lines;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (;;) {
    const size_t end = text.find('\n');
    std::string_view line = Trimmed(text.substr(0, end));
    if (line.starts_with('#')) line = {};
    if (line.size() > kMaxRuleLine) {
      invalid.push_back({"Ignoring line " + std::to_string(lines.size() + 1) +
                         " as it exceeds the maximum allowed length of " +
                         std::to_string(kMaxRuleLine) + "."});
      line = {};
    }
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::string DescribeValidRules(std::string_view kind, size_t count) {
  return "✨ Parsed " + std::to_string(count) + " valid " + Counted(kind, count) + ".";
}

std::string DescribeInvalidRules(std::string_view kind, const std::string& file,
                                 const std::vector<InvalidRule>& invalid) {
  if (invalid.empty()) return {};
  std::string text = "Found " + std::to_string(invalid.size()) + " invalid " +
                     Counted(kind, invalid.size()) + ":\n";
  for (const InvalidRule& one : invalid) {
    text += "▶︎ " + one.message + "\n";
    if (one.line.empty()) continue;
    text += "    at " + file;
    if (one.number > 0) text += ":" + std::to_string(one.number);
    text += " | " + one.line + "\n\n";
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace isolane::wrangler
