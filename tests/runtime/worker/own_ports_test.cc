#include "runtime/worker/own_ports.h"

#include <string>

#include <doctest/doctest.h>

#include "runtime/loop/machine_addresses.h"

namespace isolane::worker {
namespace {

TEST_SUITE("runtime/worker/own_ports") {
  TEST_CASE("a URL leads here") {
    OwnPorts ports;
    ports.Add(8787);
    ports.Add(80);
    SUBCASE("by any name of this machine and a port of ours") {
      CHECK(ports.LeadHere("http://localhost:8787/a"));
      CHECK(ports.LeadHere("http://127.0.0.1:8787"));
      CHECK(ports.LeadHere("https://[::1]:8787/?a"));
      CHECK(ports.LeadHere("http://api.localhost/"));
      CHECK(ports.LeadHere("http://[::1]/"));
    }
    SUBCASE("by the name that the machine has itself, and by the addresses of its interfaces") {
      CHECK(ports.LeadHere("http://" + loop::HostName() + ":8787/"));
      for (const std::string& address : loop::AddressesOfMachine()) {
        const bool v6 = address.find(':') != std::string::npos;
        CHECK(ports.LeadHere("http://" + (v6 ? "[" + address + "]" : address) + ":8787/"));
      }
    }
    SUBCASE("and not by an address of another one") {
      CHECK_FALSE(ports.LeadHere("http://93.184.216.34:8787/"));
      CHECK_FALSE(ports.LeadHere("http://[2606:2800:220:1::1]:8787/"));
    }
    SUBCASE("and not by another port or name") {
      CHECK_FALSE(ports.LeadHere("http://localhost:8788/"));
      CHECK_FALSE(ports.LeadHere("https://localhost/"));
      CHECK_FALSE(ports.LeadHere("http://example.com:8787/"));
      CHECK_FALSE(ports.LeadHere("http://example.com/localhost:8787"));
      CHECK_FALSE(ports.LeadHere("localhost:8787"));
    }
  }
}

}  // namespace
}  // namespace isolane::worker
