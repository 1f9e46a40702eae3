#include "runtime/worker/own_ports.h"

#include <doctest/doctest.h>

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
