#include "runtime/loop/machine_addresses.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace isolane::loop {
namespace {

TEST_SUITE("runtime/loop/machine_addresses") {
  TEST_CASE("this machine is at its loopback address") {
    const auto addresses = AddressesOfMachine();
    CHECK(std::count(addresses.begin(), addresses.end(), "127.0.0.1") == 1);
  }
}

}  // namespace
}  // namespace isolane::loop
