#include "runtime/worker/own_ports.h"

#include <algorithm>
#include <charconv>

#include "runtime/worker/address_map.h"

namespace isolane::worker {

bool OwnPorts::LeadHere(std::string_view url) const {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (!NamesThisMachine(authority)) return false;
  int port = url.starts_with("https:") ? 443 : 80;
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && !authority.ends_with(']')) {
    const std::string_view digits = authority.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
  }
  return std::find(ports_.begin(), ports_.end(), port) != ports_.end();
}

}  // namespace isolane::worker
