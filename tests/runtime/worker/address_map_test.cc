#include "runtime/worker/address_map.h"

#include <string>

#include <doctest/doctest.h>

namespace isolane::worker {
namespace {

using namespace std::string_literals;

TEST_SUITE("runtime/worker/address_map") {
  TEST_CASE("a request for this machine") {
    SUBCASE("names the other host in its URL and its headers") {
      std::string head =
          "GET\0http://localhost:8787/p?q=1\nhost\0localhost:8787\norigin\0http://localhost:8787"s
          "\nreferer\0http://localhost:8787/from"s;
      const auto outer = AddressMap("", "app.example.com").MapRequest(head);
      CHECK(outer.authority == "localhost:8787");
      CHECK(head ==
            "GET\0http://app.example.com/p?q=1\nhost\0app.example.com\norigin\0"s
            "http://app.example.com\nreferer\0http://app.example.com/from"s);
    }
    SUBCASE("keeps its host where only the scheme is another") {
      std::string head = "GET\0http://127.0.0.1:1/\nhost\0"s + "127.0.0.1:1";
      AddressMap("https", "").MapRequest(head);
      CHECK(head == "GET\0https://127.0.0.1:1/\nhost\0"s + "127.0.0.1:1");
    }
    SUBCASE("that came over TLS keeps its scheme unless another one is asked for") {
      std::string head = "GET\0https://localhost:1/\norigin\0https://localhost:1"s;
      const std::string sent = head;
      const auto outer = AddressMap("", "a.example").MapRequest(head);
      CHECK(outer.authority == "localhost:1");
      CHECK(head == "GET\0https://a.example/\norigin\0https://a.example"s);
      head = sent;
      AddressMap("http", "").MapRequest(head);
      CHECK(head == "GET\0http://localhost:1/\norigin\0http://localhost:1"s);
    }
    SUBCASE("loses nothing that only looks like its host") {
      std::string head = "GET\0http://localhost/\nx\0mylocalhost localhost.example localhost:1"s;
      AddressMap("", "h").MapRequest(head);
      CHECK(head == "GET\0http://h/\nx\0mylocalhost localhost.example localhost:1"s);
    }
  }

  TEST_CASE("a request for another host arrives as it was sent") {
    std::string head = "GET\0http://shop.example/\nhost\0shop.example"s;
    const std::string sent = head;
    CHECK(AddressMap("https", "app.example.com").MapRequest(head).authority.empty());
    CHECK(head == sent);
  }

  TEST_CASE("a response names the address that the client knows") {
    const AddressMap map("https", "app.example.com");
    const AddressMap::Outer outer{"localhost:8787"};
    CHECK(map.MapResponse("\nlocation\0https://app.example.com/x"s, outer) ==
          "\nlocation\0http://localhost:8787/x"s);
    const AddressMap::Outer secure{"localhost:8787", "https://"};
    CHECK(map.MapResponse("\nlocation\0http://app.example.com/x"s, secure) ==
          "\nlocation\0https://localhost:8787/x"s);
    CHECK(map.MapResponse("OK\nset-cookie\0a=b; Domain=app.example.com; Path=/"s, outer) ==
          "OK\nset-cookie\0a=b; Domain=localhost; Path=/"s);
    CHECK(map.MapResponse("\nlocation\0http://elsewhere.example/x"s, outer) ==
          "\nlocation\0http://elsewhere.example/x"s);
  }

  TEST_CASE("this machine is named by localhost and by numbers") {
    for (const char* local :
         {"localhost", "localhost:1", "a.localhost", "127.0.0.1:80", "192.168.1.5", "[::1]:8787"}) {
      CHECK_MESSAGE(IsNoDeployment(local), local);
    }
    for (const char* other : {"example.com", "localhost.example", "", "a"}) {
      CHECK_MESSAGE(!IsNoDeployment(other), other);
    }
  }
}

}  // namespace
}  // namespace isolane::worker
