// What `_headers` and `_redirects` have in common: lines that are wrong and what is said of them,
// URLs in rules.
//
// Texts are wrangler's. Thread: any. Plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isolane::wrangler {

// Bytes of a line that is read at all.
inline constexpr size_t kMaxRuleLine = 2000;

struct InvalidRule {
  std::string message;
  std::string line = {};  // empty: the message says which
  int number = 0;         // counts from 1; 0: none
};

enum class RuleUrlKind : uint8_t {
  kRedirectSource,  // a path
  kRedirectTarget,  // a path or an https URL, with query and fragment
  kHeaderSource,    // a path or an https URL without a port
};

struct RuleUrl {
  std::string text;   // as the URL Standard writes it
  std::string error;  // if not empty, there is none
};

RuleUrl ReadRuleUrl(std::string_view text, RuleUrlKind kind);
// "https://host...".
bool HasHost(std::string_view url);

// The lines of a file without what is around them; what is no rule is empty: a blank, a comment, a
// line that is too long, which `invalid` is told.
std::vector<std::string_view> RuleLines(std::string_view text, std::vector<InvalidRule>& invalid);

// "✨ Parsed 2 valid redirect rules." `kind` is "redirect" or "header".
std::string DescribeValidRules(std::string_view kind, size_t count);
// "Found 1 invalid redirect rule:" and each with its place; `file` is how the file is shown. Empty
// if there is none.
std::string DescribeInvalidRules(std::string_view kind, const std::string& file,
                                 const std::vector<InvalidRule>& invalid);

}  // namespace isolane::wrangler
