// Which addresses are of the public internet: what --public-only lets a fetch() reach.
//
// Thread: any; pure functions.
#pragma once

#include <string>

struct sockaddr;

namespace isolane::http {

// False for what the registries of special addresses (IANA, RFC 6890) do not call globally
// reachable: private, shared (CGNAT), loopback, link-local, multicast, reserved, documentation. An
// IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.
bool IsPublicAddress(const sockaddr* address);

// True for what leads to this machine: loopback, the unspecified address, those of its interfaces.
// An IPv4 address inside an IPv6 one counts as itself. Asks the kernel.
bool IsOwnAddress(const sockaddr* address);

// "10.0.0.1", "fe80::1"
std::string AddressText(const sockaddr* address);

}  // namespace isolane::http
