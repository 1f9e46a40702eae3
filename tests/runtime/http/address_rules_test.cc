#include "runtime/http/address_rules.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace isolane::http {
namespace {

bool Public(const char* text) {
  sockaddr_storage storage{};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else {
    REQUIRE(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1);
    storage.ss_family = AF_INET6;
  }
  const auto* const address = reinterpret_cast<const sockaddr*>(&storage);
  CHECK(AddressText(address) == text);
  return IsPublicAddress(address);
}

bool Own(const char* text) {
  sockaddr_storage storage{};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  storage.ss_family = inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? AF_INET : AF_INET6;
  if (storage.ss_family == AF_INET6) REQUIRE(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1);
  return IsOwnAddress(reinterpret_cast<const sockaddr*>(&storage));
}

}  // namespace

TEST_SUITE_BEGIN("runtime/http/address_rules");

TEST_CASE("an address of this machine is known, however it is written") {
  for (const char* own : {"127.0.0.1", "127.8.9.10", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"}) {
    CAPTURE(own);
    CHECK(Own(own));
  }
  for (const char* other : {"192.0.2.1", "8.8.8.8", "2001:db8::1", "::ffff:192.0.2.1"}) {
    CAPTURE(other);
    CHECK_FALSE(Own(other));
  }
}

TEST_CASE("addresses of the public internet") {
  for (const char* address :
       {"1.1.1.1",     "8.8.8.8",         "9.255.255.255",    "11.0.0.0",        "100.63.255.255",
        "100.128.0.0", "126.255.255.255", "128.0.0.0",        "169.253.255.255", "172.15.255.255",
        "172.32.0.0",  "192.0.1.0",       "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",  "223.255.255.255", "2606:4700::1111",  "2a00:1450::1",    "2001:4860::8888",
        "2001:200::",  "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1"}) {
    CAPTURE(address);
    CHECK(Public(address));
  }
}

TEST_CASE("addresses that are refused") {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::a00:1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::1",
                              "2002:a00:1::1",
                              "2001::1",
                              "2001:db8::1",
                              "3fff::1",
                              "fc00::1",
                              "fd12::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "100::1",
                              "4000::1"}) {
    CAPTURE(address);
    CHECK_FALSE(Public(address));
  }
}

TEST_SUITE_END();

}  // namespace isolane::http
