// URLs as the URL Standard parses them, for C++ that has to resolve one.
//
// https://url.spec.whatwg.org/ Thread: any. Plain data; owns its strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isolane::base {

struct UrlParts {
  std::string href;
  std::string origin;
  std::string hostname;  // without the port
  std::string host;      // with it, unless it is the scheme's own
  std::string pathname;
  std::string search;  // with its '?', or empty
  std::string hash;    // with its '#', or empty
};

// `text` relative to `base`, which is an absolute URL. Nothing if either does not parse.
std::optional<UrlParts> ResolveUrl(std::string_view text, std::string_view base);

}  // namespace isolane::base
