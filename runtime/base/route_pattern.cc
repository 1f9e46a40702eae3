#include "runtime/base/route_pattern.h"

#include <tuple>
#include <utility>

#include "runtime/base/ascii.h"

namespace isolane::base {

namespace {

Error Wrong(std::string what) { return Error{std::move(what), {}, {}, {}}; }

}  // namespace

Result<RoutePattern> RoutePattern::Parse(std::string_view text) {
  RoutePattern pattern;
  const size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos && scheme_end < text.find('/')) {
    pattern.scheme_ = LowerCased(text.substr(0, scheme_end));
    if (pattern.scheme_ != "http" && pattern.scheme_ != "https") {
      return Wrong("has the scheme \"" + pattern.scheme_ + "\"; it can be http or https.");
    }
    text.remove_prefix(scheme_end + 3);
  }
  if (text.find('?') != std::string_view::npos) {
    return Wrong("contains a query string. This is not allowed.");
  }
  const size_t slash = text.find('/');
  std::string_view host = text.substr(0, slash);
  std::string_view path = slash == std::string_view::npos ? "/" : text.substr(slash);
  pattern.any_prefix_ = host.starts_with('*');
  if (pattern.any_prefix_) host.remove_prefix(1);
  pattern.any_suffix_ = path.ends_with('*');
  if (pattern.any_suffix_) path.remove_suffix(1);
  if (host.find('*') != std::string_view::npos || path.find('*') != std::string_view::npos) {
    return Wrong("contains an infix wildcard. This is not allowed.");
  }
  if (host.empty() && !pattern.any_prefix_) return Wrong("names no host.");
  const size_t port = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  if (port != std::string_view::npos) {
    pattern.port_ = host.substr(port);
    host = host.substr(0, port);
  }
  pattern.host_ = LowerCased(host);
  pattern.path_ = path;
  return pattern;
}

Result<RoutePattern> RoutePattern::ParseDomain(std::string_view host) {
  ISOLANE_ASSIGN(RoutePattern pattern, Parse(host));
  if (pattern.any_prefix_ || pattern.any_suffix_ || pattern.path_ != "/") {
    return Wrong("is a custom domain, which has no wildcard and no path.");
  }
  pattern.any_suffix_ = true;
  return pattern;
}

bool RoutePattern::Matches(std::string_view scheme, std::string_view host,
                           std::string_view path) const {
  if (!scheme_.empty() && scheme != scheme_) return false;
  if (any_prefix_ ? !host.ends_with(host_) : host != host_) return false;
  return any_suffix_ ? path.starts_with(path_) : path == path_;
}

bool RoutePattern::IsMoreSpecificThan(const RoutePattern& other) const {
  const auto rank = [](const RoutePattern& one) {
    return std::make_tuple(!one.any_prefix_, one.host_.size(), one.path_.size(), !one.any_suffix_,
                           !one.scheme_.empty());
  };
  return rank(*this) > rank(other);
}

std::optional<std::string> RoutePattern::host() const {
  // "*.example.com" says nothing of which name there is below it.
  const std::string name = host_.starts_with('.') ? host_.substr(1) : host_;
  if (name.empty()) return std::nullopt;
  return name + port_;
}

}  // namespace isolane::base
