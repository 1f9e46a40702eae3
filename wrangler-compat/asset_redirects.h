// The file `_redirects` of an assets directory: paths that lead elsewhere.
//
// https://developers.cloudflare.com/workers/static-assets/redirects/ Thread: any. Owns its data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wrangler-compat/asset_rule_file.h"
#include "wrangler-compat/path_pattern.h"

namespace isolane::wrangler {

// Of rules that name one path, and of those with a '*' or a placeholder, or behind one of these.
inline constexpr size_t kMaxStaticRedirects = 2000;
inline constexpr size_t kMaxDynamicRedirects = 100;

struct RedirectMatch {
  int status = 302;  // 200: another asset is to be sent
  std::string to;    // a path or an https URL
};

class AssetRedirects {
 public:
  AssetRedirects() = default;
  // `directories_redirect`: html_handling is not "none", so that "/a/" and "/a/index" are one page.
  AssetRedirects(std::string_view text, bool directories_redirect);

  // The rule for a path as it stands in the URL.
  std::optional<RedirectMatch> Match(std::string_view path) const;

  size_t size() const { return static_.size() + dynamic_.size(); }
  const std::vector<InvalidRule>& invalid() const { return invalid_; }
  // Rules that work and could be faster, a sentence each.
  const std::vector<std::string>& advice() const { return advice_; }

 private:
  struct Rule {
    PathPattern from;
    RedirectMatch target;
  };
  void ReadLine(std::string_view line, int number);

  bool directories_redirect_ = true;
  std::unordered_map<std::string, RedirectMatch> static_;
  std::vector<Rule> dynamic_;
  std::vector<std::string> seen_;
  std::vector<InvalidRule> invalid_;
  std::vector<std::string> advice_;
};

}  // namespace isolane::wrangler
