#include "runtime/loop/machine_addresses.h"

#include <netinet/in.h>
#include <uv.h>

#include <algorithm>

#include "runtime/base/ascii.h"

namespace isolane::loop {

std::vector<std::string> AddressesOfMachine() {
  std::vector<std::string> v6;
  std::vector<std::string> v4;
  uv_interface_address_t* interfaces = nullptr;
  int count = 0;
  if (uv_interface_addresses(&interfaces, &count) != 0) return {};
  for (int i = 0; i < count; i++) {
    char text[INET6_ADDRSTRLEN] = {};
    if (interfaces[i].address.address4.sin_family == AF_INET) {
      uv_ip4_name(&interfaces[i].address.address4, text, sizeof text);
      v4.emplace_back(text);
    } else if (!IN6_IS_ADDR_LINKLOCAL(&interfaces[i].address.address6.sin6_addr)) {
      uv_ip6_name(&interfaces[i].address.address6, text, sizeof text);
      v6.emplace_back(text);
    }
  }
  uv_free_interface_addresses(interfaces, count);
  v6.insert(v6.end(), v4.begin(), v4.end());
  return v6;
}

std::string HostName() {
  char name[UV_MAXHOSTNAMESIZE] = {};
  size_t size = sizeof name;
  if (uv_os_gethostname(name, &size) != 0) return {};
  return base::LowerCased({name, size});
}

}  // namespace isolane::loop
