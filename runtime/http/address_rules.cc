#include "runtime/http/address_rules.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace isolane::http {
namespace {

struct Block4 {
  uint32_t base;
  int bits;
};

constexpr uint32_t Ip4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr Block4 kNotPublic4[] = {
    {Ip4(0, 0, 0, 0), 8},        // this network
    {Ip4(10, 0, 0, 0), 8},       // private
    {Ip4(100, 64, 0, 0), 10},    // shared: carriers' NAT
    {Ip4(127, 0, 0, 0), 8},      // loopback
    {Ip4(169, 254, 0, 0), 16},   // link-local, clouds' metadata
    {Ip4(172, 16, 0, 0), 12},    // private
    {Ip4(192, 0, 0, 0), 24},     // protocol assignments
    {Ip4(192, 0, 2, 0), 24},     // documentation
    {Ip4(192, 88, 99, 0), 24},   // 6to4 relays, deprecated
    {Ip4(192, 168, 0, 0), 16},   // private
    {Ip4(198, 18, 0, 0), 15},    // benchmarks
    {Ip4(198, 51, 100, 0), 24},  // documentation
    {Ip4(203, 0, 113, 0), 24},   // documentation
    {Ip4(224, 0, 0, 0), 4},      // multicast
    {Ip4(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool IsPublic4(uint32_t address) {
  for (const Block4& block : kNotPublic4) {
    if ((address ^ block.base) >> (32 - block.bits) == 0) return false;
  }
  return true;
}

bool StartsWith(const uint8_t (&bytes)[16], std::initializer_list<uint8_t> prefix) {
  size_t i = 0;
  for (const uint8_t byte : prefix) {
    if (bytes[i++] != byte) return false;
  }
  return true;
}

uint32_t Ip4At(const uint8_t (&bytes)[16], size_t at) {
  return Ip4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

// https://www.iana.org/assignments/iana-ipv6-special-registry
bool IsPublic6(const uint8_t (&bytes)[16]) {
  // IPv4-mapped, and the deprecated IPv4-compatible form with :: and ::1 in it.
  if (StartsWith(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}))
    return IsPublic4(Ip4At(bytes, 12));
  if (StartsWith(bytes, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {  // NAT64
    return IsPublic4(Ip4At(bytes, 12));
  }
  if (StartsWith(bytes, {0x20, 0x02})) return IsPublic4(Ip4At(bytes, 2));  // 6to4
  // Only 2000::/3 is assigned for global unicast: not ::/8, fc00::/7, fe80::/10, ff00::/8.
  if (bytes[0] >> 5 != 1) return false;
  if (StartsWith(bytes, {0x20, 0x01}) && bytes[2] < 2) return false;  // 2001::/23, Teredo in it
  if (StartsWith(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;      // documentation
  return !(StartsWith(bytes, {0x3f, 0xff}) && bytes[2] >> 4 == 0);    // documentation
}

}  // namespace

bool IsPublicAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return IsPublic4(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6) return false;
  uint8_t bytes[16];
  std::memcpy(bytes, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, sizeof bytes);
  return IsPublic6(bytes);
}

bool IsOwnAddress(const sockaddr* address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  const in6_addr* v6 = nullptr;
  if (address->sa_family == AF_INET6) {
    v6 = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    if (IN6_IS_ADDR_LOOPBACK(v6) || IN6_IS_ADDR_UNSPECIFIED(v6)) return true;
    if (IN6_IS_ADDR_V4MAPPED(v6)) {
      std::memcpy(&v4.sin_addr, v6->s6_addr + 12, sizeof v4.sin_addr);
      return IsOwnAddress(reinterpret_cast<const sockaddr*>(&v4));
    }
  } else if (address->sa_family == AF_INET) {
    v4.sin_addr = reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    const uint32_t ip = ntohl(v4.sin_addr.s_addr);
    if (ip >> 24 == 127 || ip >> 24 == 0) return true;
  } else {
    return false;
  }
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return true;
  bool own = false;
  for (const ifaddrs* one = interfaces; one != nullptr && !own; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != address->sa_family) continue;
    own = v6 != nullptr
              ? std::memcmp(v6, &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr,
                            sizeof *v6) == 0
              : reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr.s_addr ==
                    v4.sin_addr.s_addr;
  }
  freeifaddrs(interfaces);
  return own;
}

std::string AddressText(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text,
              sizeof text);
  }
  return text;
}

}  // namespace isolane::http
