// One route of a Worker: which hosts and paths it answers for.
//
//   [http://|https://] HOST [/PATH]
//
// A `*` may begin the host ("*.example.com", "*example.com", "*") and may end the path; without one
// host and path, with the query, are meant exactly.
// https://developers.cloudflare.com/workers/configuration/routing/routes/#matching-behavior
//
// Thread: any. Plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <isolane/result.h>

namespace isolane::base {

class RoutePattern {
 public:
  // The error is what is wrong with it, to go on after `Route "a*b" for "w" `: "contains an infix
  // wildcard. This is not allowed."
  static Result<RoutePattern> Parse(std::string_view text);
  // All paths of one host, under both schemes: a custom domain.
  static Result<RoutePattern> ParseDomain(std::string_view host);

  // `scheme` is "http" or "https", `host` in lower case without a port, `path` with its query.
  bool Matches(std::string_view scheme, std::string_view host, std::string_view path) const;

  // Of two that match, the one that says more is meant: an exact host rather than a longer part of
  // one, then the longer path, then an exact one.
  bool IsMoreSpecificThan(const RoutePattern& other) const;

  // The host as requests to this route may name it: without its wildcard, with its port. Nothing
  // if every host is meant.
  std::optional<std::string> host() const;

 private:
  std::string scheme_;  // empty: both
  bool any_prefix_ = false;
  std::string host_;  // what follows the wildcard; in lower case, without port
  std::string port_;  // ":8080", or empty; only for host()
  bool any_suffix_ = false;
  std::string path_;  // begins with '/'
};

}  // namespace isolane::base
