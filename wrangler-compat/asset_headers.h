// The file `_headers` of an assets directory: headers of responses, by path.
//
// https://developers.cloudflare.com/workers/static-assets/headers/ Thread: any. Owns its data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wrangler-compat/asset_rule_file.h"
#include "wrangler-compat/path_pattern.h"

namespace isolane::wrangler {

inline constexpr size_t kMaxHeaderRules = 100;

class AssetHeaders {
 public:
  AssetHeaders() = default;
  explicit AssetHeaders(std::string_view text);

  // Changes the packed head of a response to a request for this host (without a port) and path:
  // each rule that matches takes headers away, replaces those that the response had, and adds to
  // those of earlier rules.
  void Apply(std::string_view hostname, std::string_view path, std::string& packed_head) const;

  size_t size() const { return rules_.size(); }
  const std::vector<InvalidRule>& invalid() const { return invalid_; }

 private:
  struct Rule {
    std::string path;
    PathPattern pattern;
    bool with_host = false;
    std::vector<std::pair<std::string, std::string>> set;  // names in lower case, each once
    std::vector<std::string> unset;
  };
  class Reader;

  std::vector<Rule> rules_;
  std::vector<InvalidRule> invalid_;
};

}  // namespace isolane::wrangler
