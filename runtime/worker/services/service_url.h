// URLs of bindings to services, as isolates see them.
//
// Nobody resolves their hosts: what such a URL leads to depends on who asks. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "runtime/base/ascii.h"

namespace isolane::worker {

inline constexpr std::string_view kServiceDomain = ".isolane.internal";

// "http://auth.k3v9ad.isolane.internal"; `run` tells one Runtime from another.
inline std::string OriginOfService(std::string_view name, std::string_view run) {
  std::string origin = "http://";
  // As a URL parser writes a host.
  for (const char c : name) origin += base::LowerCased(c);
  return origin.append(".").append(run).append(kServiceDomain);
}

inline std::string_view HostOfOrigin(std::string_view origin) { return origin.substr(7); }

// Whether `url` lies at or below `origin`, which has no slash at its end.
inline bool IsBelow(std::string_view url, std::string_view origin) {
  if (!url.starts_with(origin)) return false;
  return url.size() == origin.size() || url[origin.size()] == '/' || url[origin.size()] == '?';
}

// Whether its host is that of a service, of anybody: there is no such host in the world.
inline bool IsServiceUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  host = host.substr(host.rfind('@') + 1);  // npos + 1 is 0
  host = host.substr(0, host.find(':'));
  while (host.ends_with('.')) host.remove_suffix(1);
  return host.ends_with(kServiceDomain);
}

}  // namespace isolane::worker
