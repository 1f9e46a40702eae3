#include "runtime/http/client_url.h"

namespace isolane::http {

std::string ClientUrl::where() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<ClientUrl> ClientUrl::Parse(std::string_view url) {
  ClientUrl parsed;
  if (url.starts_with("https://")) {
    parsed.https = true;
    parsed.port = 443;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  url = url.substr(0, url.find('#'));
  const size_t path_at = url.find_first_of("/?");
  std::string_view authority = url.substr(0, path_at);
  if (path_at != std::string_view::npos) parsed.target = url.substr(path_at);
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, 1, '/');

  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  parsed.authority = authority;
  std::string_view host = authority;
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    host = authority.substr(0, colon);
    int port = 0;
    for (const char c : authority.substr(colon + 1)) {
      if (c < '0' || c > '9' || port > 65535) return std::nullopt;
      port = port * 10 + (c - '0');
    }
    if (port > 65535) return std::nullopt;
    if (colon + 1 < authority.size()) parsed.port = port;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  parsed.host = host;
  return parsed;
}

}  // namespace isolane::http
