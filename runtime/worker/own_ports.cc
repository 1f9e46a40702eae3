#include "runtime/worker/own_ports.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "runtime/http/address_rules.h"
#include "runtime/loop/lookup.h"
#include "runtime/loop/machine_addresses.h"

namespace isolane::worker {

namespace {

// `host` as the URL Standard writes it.
bool IsThisMachine(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == loop::HostName()) return true;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  sockaddr_storage address{};
  return loop::Lookup::ParseAddress(std::string(host), 0, &address) &&
         http::IsOwnAddress(reinterpret_cast<const sockaddr*>(&address));
}

}  // namespace

bool OwnPorts::LeadHere(std::string_view url) const {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  int port = url.starts_with("https:") ? 443 : 80;
  std::string_view host = authority;
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    const std::string_view digits = authority.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    host = authority.substr(0, colon);
  }
  return std::find(ports_.begin(), ports_.end(), port) != ports_.end() && IsThisMachine(host);
}

}  // namespace isolane::worker
