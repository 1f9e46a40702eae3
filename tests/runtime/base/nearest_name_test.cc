#include "runtime/base/nearest_name.h"

#include <vector>

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

TEST_SUITE("runtime/base/nearest_name") {
  TEST_CASE("the nearest name") {
    const std::vector<std::string> known{"gateway", "authn", "application", "mail-sender"};
    SUBCASE("a letter more or less is near") { CHECK(NearestName("auth", known) == "authn"); }
    SUBCASE("letter case counts nothing") { CHECK(NearestName("GateWay", known) == "gateway"); }
    SUBCASE("swapped neighbours are near") { CHECK(NearestName("gatewya", known) == "gateway"); }
    SUBCASE("a name that goes on is near") { CHECK(NearestName("mail", known) == "mail-sender"); }
    SUBCASE("a name that is gone on with is near") {
      CHECK(NearestName("application-staging", known) == "application");
    }
    SUBCASE("a wholly different name is not") { CHECK(NearestName("billing", known).empty()); }
    SUBCASE("another letter is no name of one") {
      CHECK(NearestName("b", std::vector<std::string>{"a", "c"}).empty());
      CHECK(NearestName("b", std::vector<std::string>{"a", "b2"}) == "b2");
      CHECK(NearestName("b", std::vector<std::string>{"ab", "b2"}) == "b2");
    }
    SUBCASE("of two as near the one with more of its start is") {
      CHECK(NearestName("auth", std::vector<std::string>{"outh", "auto", "authn"}) == "authn");
    }
    SUBCASE("one of no candidates is none") { CHECK(NearestName("auth", {}).empty()); }
  }

  TEST_CASE("a list of names") {
    SUBCASE("is told in full when short") {
      CHECK(ListNames(std::vector<std::string>{"a", "b", "c"}) == "a, b, c");
    }
    SUBCASE("is cut when long") {
      const std::vector<std::string> many(100, "w");
      CHECK(ListNames(many) == "w, w, w, w, w, w, w, w, w, w, w and 89 more");
    }
  }

  TEST_CASE("the message about an unknown Worker") {
    SUBCASE("names the known ones and the nearest") {
      CHECK(UnknownWorkerMessage("auth", std::vector<std::string>{"gateway", "authn"}) ==
            "Worker \"auth\" not found. Make sure it is running locally. "
            "Known Workers: gateway, authn. Did you mean \"authn\"?");
    }
    SUBCASE("needs neither") {
      CHECK(UnknownWorkerMessage("nope", {}) ==
            "Worker \"nope\" not found. Make sure it is running locally.");
    }
  }
}

}  // namespace
}  // namespace isolane::base
