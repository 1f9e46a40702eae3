// The addresses of this machine's network interfaces, and its name.
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

namespace isolane::loop {

// Those of IPv6 first, without the ones that are of one link only: "::1", "127.0.0.1", "192.0.2.2".
std::vector<std::string> AddressesOfMachine();

// What this machine calls itself, in lower case. Empty if it does not tell.
std::string HostName();

}  // namespace isolane::loop
