#include "wrangler-compat/path_pattern.h"

#include <algorithm>

namespace isolane::wrangler {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kSplat = "splat";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsNameCharacter(char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '_'; }

// The name behind the ':' at `at`; empty if there is none.
std::string_view NameAt(std::string_view text, size_t at) {
  if (at + 1 >= text.size() || !IsLetter(text[at + 1])) return {};
  size_t end = at + 2;
  while (end < text.size() && IsNameCharacter(text[end])) end++;
  return text.substr(at + 1, end - at - 1);
}

}  // namespace

std::optional<PathPattern> PathPattern::Compile(std::string_view text, PatternSyntax syntax) {
  const size_t host_end = text.starts_with(kHttps) ? text.find('/', kHttps.size()) : 0;
  PathPattern pattern;
  std::vector<std::string_view> names;
  const auto claim = [&names](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) != names.end()) return false;
    names.push_back(name);
    return true;
  };
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '*') {
      if (syntax == PatternSyntax::kPlaceholders && !claim(kSplat)) return std::nullopt;
      pattern.tokens_.push_back({Token::Kind::kAny, std::string(kSplat)});
      at++;
      continue;
    }
    const std::string_view name = syntax == PatternSyntax::kPlaceholders && text[at] == ':'
                                      ? NameAt(text, at)
                                      : std::string_view();
    if (!name.empty()) {
      if (!claim(name)) return std::nullopt;
      pattern.tokens_.push_back(
          {at < host_end ? Token::Kind::kHostPart : Token::Kind::kPart, std::string(name)});
      at += 1 + name.size();
      continue;
    }
    if (pattern.tokens_.empty() || pattern.tokens_.back().kind != Token::Kind::kLiteral) {
      pattern.tokens_.emplace_back();
    }
    pattern.tokens_.back().text += text[at++];
  }
  return pattern;
}

bool PathPattern::Takes(Token::Kind kind, char c) {
  return kind == Token::Kind::kAny || (c != '/' && (kind == Token::Kind::kPart || c != '.'));
}

std::optional<Captures> PathPattern::Match(std::string_view text) const {
  // OPTIMIZATION: most rules are about other paths, which shows in their first characters.
  if (!tokens_.empty() && IsLiteral(0) && !text.starts_with(tokens_[0].text)) return std::nullopt;

  // fits[t][p]: the tokens from `t` on match the text from `p` on. From the end, so that each step
  // needs only the one before it.
  const size_t size = text.size();
  std::vector<std::vector<bool>> fits(tokens_.size() + 1, std::vector<bool>(size + 1, false));
  fits[tokens_.size()][size] = true;
  for (size_t t = tokens_.size(); t-- > 0;) {
    const Token& token = tokens_[t];
    const std::vector<bool>& rest = fits[t + 1];
    if (token.kind == Token::Kind::kLiteral) {
      for (size_t p = 0; p + token.text.size() <= size; p++) {
        fits[t][p] = rest[p + token.text.size()] && text.substr(p).starts_with(token.text);
      }
      continue;
    }
    // Whether the rest fits here or after more characters that this token takes.
    bool reachable = rest[size];
    if (token.kind == Token::Kind::kAny) fits[t][size] = reachable;
    for (size_t p = size; p-- > 0;) {
      const bool takes = Takes(token.kind, text[p]);
      const bool more = takes && reachable;
      reachable = rest[p] || more;
      fits[t][p] = token.kind == Token::Kind::kAny ? reachable : more;
    }
  }
  if (!fits[0][0]) return std::nullopt;

  // Each takes as much as it can, the first ones first.
  Captures captures;
  size_t at = 0;
  for (size_t t = 0; t < tokens_.size(); t++) {
    const Token& token = tokens_[t];
    if (token.kind == Token::Kind::kLiteral) {
      at += token.text.size();
      continue;
    }
    size_t end = at;
    for (size_t p = at;; p++) {
      if (fits[t + 1][p] && (p > at || token.kind == Token::Kind::kAny)) end = p;
      if (p == size || !Takes(token.kind, text[p])) break;
    }
    captures.emplace_back(token.text, text.substr(at, end - at));
    at = end;
  }
  return captures;
}

std::string FillIn(std::string_view text, const Captures& captures) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const std::string_view name = text[at] == ':' ? NameAt(text, at) : std::string_view();
    const std::pair<std::string, std::string>* found = nullptr;
    for (const auto& capture : captures) {
      // ":splatter" is ":splat" and "ter", unless there is such a name.
      if (!name.empty() && name.starts_with(capture.first) &&
          (found == nullptr || capture.first.size() > found->first.size())) {
        found = &capture;
      }
    }
    if (found == nullptr) {
      out += text[at++];
      continue;
    }
    out += found->second;
    at += 1 + found->first.size();
  }
  return out;
}

}  // namespace isolane::wrangler
