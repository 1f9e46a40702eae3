#include "cli/request_log.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

std::string Line(std::string_view url, int status = 200, int64_t microseconds = 1300) {
  return FormatRequest({"GET", url, status, microseconds}, Colours::kNever);
}

TEST_SUITE("cli/request_log") {
  TEST_CASE("the line of a request") {
    SUBCASE("has method, path, status and time") {
      CHECK(Line("/private") == "GET /private 200 1.3 ms");
    }
    SUBCASE("leaves out host, query and fragment") {
      CHECK(Line("http://shop.example/cart?token=1#x") == "GET /cart 200 1.3 ms");
      CHECK(Line("http://shop.example") == "GET / 200 1.3 ms");
      CHECK(Line("http://shop.example?token=1") == "GET / 200 1.3 ms");
      CHECK(Line("/go?to=http://x/y") == "GET /go 200 1.3 ms");
    }
    SUBCASE("gives three digits of time at most") {
      CHECK(Line("/", 200, 0) == "GET / 200 0.00 ms");
      CHECK(Line("/", 200, 44) == "GET / 200 0.04 ms");
      CHECK(Line("/", 200, 999) == "GET / 200 1.0 ms");
      CHECK(Line("/", 200, 9'949) == "GET / 200 9.9 ms");
      CHECK(Line("/", 200, 9'999) == "GET / 200 10 ms");
      CHECK(Line("/", 200, 1'204'000) == "GET / 200 1204 ms");
    }
    SUBCASE("tells that the client left") { CHECK(Line("/", 0) == "GET / (client left) 1.3 ms"); }
    SUBCASE("lets no control character through") {
      CHECK(Line("/\x1b[2J\n") == "GET /\\x1b[2J\\x0a 200 1.3 ms");
    }
    SUBCASE("paints the status") {
      CHECK(FormatRequest({"GET", "/", 404, 1300}, Colours::kAlways) ==
            "GET / \x1b[33m404\x1b[0m \x1b[2m1.3 ms\x1b[0m");
    }
  }

  TEST_CASE("the tree of calls") {
    SUBCASE("of no call is the Worker alone") { CHECK(FormatCalls({"gateway", {}}) == "gateway"); }
    SUBCASE("is a chain when each makes one call") {
      CHECK(FormatCalls({"gateway", {{"AUTH", {{"APPLICATION", {}}}}}}) ==
            "gateway → AUTH → APPLICATION");
    }
    SUBCASE("bounds the calls of one Worker") {
      CHECK(FormatCalls({"gateway", {{"AUTH", {{"KEYS", {}}}}, {"APPLICATION", {}}}}) ==
            "gateway → (AUTH → KEYS, APPLICATION)");
    }
    SUBCASE("counts the same call in a row") {
      const CallNode item{"ITEM", {}};
      CHECK(FormatCalls({"list", {item, item, item}}) == "list → ITEM ×3");
      CHECK(FormatCalls({"list", {item, item, {"X", {}}, item}}) == "list → (ITEM ×2, X, ITEM)");
    }
    SUBCASE("bounds a chain that repeats") {
      const CallNode chain{"A", {{"B", {}}}};
      CHECK(FormatCalls({"w", {chain, chain}}) == "w → (A → B) ×2");
    }
    SUBCASE("ends at some depth") {
      CallNode root{"w", {}};
      for (int i = 0; i < 100; i++) root = {"w", {root}};
      CHECK(FormatCalls(root).ends_with("w → …"));
    }
  }
}

}  // namespace
}  // namespace isolane::cli
