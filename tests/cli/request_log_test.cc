#include "cli/request_log.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

std::string Line(std::string_view url, int status = 200, std::string_view text = "OK",
                 int64_t microseconds = 1300) {
  return FormatRequest({"GET", url, status, text, microseconds}, Colours::kNever);
}

std::string Calls(const CallNode& root) { return FormatCalls(root, Colours::kNever); }

TEST_SUITE("cli/request_log") {
  TEST_CASE("the line of a request") {
    SUBCASE("has method, path, status, its text and the time") {
      CHECK(Line("/private") == "GET /private 200 OK (1ms)");
      CHECK(Line("/", 299, "Very Own") == "GET / 299 Very Own (1ms)");
    }
    SUBCASE("does without the text") { CHECK(Line("/", 599, "") == "GET / 599 (1ms)"); }
    SUBCASE("leaves out host, query and fragment") {
      CHECK(Line("http://shop.example/cart?token=1#x") == "GET /cart 200 OK (1ms)");
      CHECK(Line("http://shop.example") == "GET / 200 OK (1ms)");
      CHECK(Line("http://shop.example?token=1") == "GET / 200 OK (1ms)");
      CHECK(Line("/go?to=http://x/y") == "GET /go 200 OK (1ms)");
    }
    SUBCASE("gives whole milliseconds") {
      CHECK(Line("/", 200, "OK", 499) == "GET / 200 OK (0ms)");
      CHECK(Line("/", 200, "OK", 500) == "GET / 200 OK (1ms)");
      CHECK(Line("/", 200, "OK", 1'204'000) == "GET / 200 OK (1204ms)");
    }
    SUBCASE("tells that the client left") {
      CHECK(Line("/", 0, "") == "GET / (client left) (1ms)");
    }
    SUBCASE("lets no control character through") {
      CHECK(Line("/\x1b[2J\n") == "GET /\\x1b[2J\\x0a 200 OK (1ms)");
      CHECK(Line("/", 200, "\x1b[2J") == "GET / 200 \\x1b[2J (1ms)");
    }
    SUBCASE("paints the status") {
      CHECK(FormatRequest({"GET", "/", 404, "Not Found", 1300}, Colours::kAlways) ==
            "GET / \x1b[33m404 Not Found\x1b[0m \x1b[2m(1ms)\x1b[0m");
    }
  }

  TEST_CASE("the tree of calls") {
    SUBCASE("of no call is the Worker alone") { CHECK(Calls({"gateway", {}}) == "gateway"); }
    SUBCASE("is a chain when each makes one call") {
      CHECK(Calls({"gateway", {{"AUTH", {{"APPLICATION", {}}}}}}) ==
            "gateway → AUTH → APPLICATION");
    }
    SUBCASE("bounds the calls of one Worker") {
      CHECK(Calls({"gateway", {{"AUTH", {{"KEYS", {}}}}, {"APPLICATION", {}}}}) ==
            "gateway → (AUTH → KEYS, APPLICATION)");
    }
    SUBCASE("says how long each took, in three digits at most") {
      CHECK(Calls({"w", {{"A", {}, 0, 0}, {"B", {}, 44, 44}, {"C", {}, 999, 999}}}) ==
            "w → (A 0.00ms, B 0.04ms, C 1.0ms)");
      CHECK(Calls({"w", {{"A", {}, 9'949, 9'949}, {"B", {}, 1'204'000, 1'204'000}}}) ==
            "w → (A 9.9ms, B 1204ms)");
    }
    SUBCASE("says what went wrong, and what goes on") {
      CHECK(Calls({"w", {{"A", {}, 10, 10, 403}, {"B", {}, 10, 10, 0}}}) ==
            "w → (A 403 0.01ms, B failed 0.01ms)");
      CHECK(Calls({"w", {{"A", {}, kUnanswered, kUnanswered, 0}}}) == "w → A …");
    }
    SUBCASE("counts the same call in a row, with the least and the most time") {
      CHECK(Calls({"list", {{"ITEM", {}, 100, 1400, 200, 3}}}) == "list → ITEM ×3 0.10–1.4ms");
      CHECK(Calls({"list", {{"ITEM", {}, 100, 101, 200, 2}}}) == "list → ITEM ×2 0.10ms");
    }
    SUBCASE("bounds a chain that repeats") {
      CHECK(Calls({"w", {{"A", {{"B", {}}}, -1, -1, 200, 2}}}) == "w → (A → B) ×2");
    }
    SUBCASE("ends at some depth") {
      CallNode root{"w", {}};
      for (int i = 0; i < 100; i++) root = {"w", {root}};
      CHECK(Calls(root).ends_with("w → …"));
    }
    SUBCASE("lets no control character through") {
      CHECK(Calls({"w", {{"A.\x1b[2J()", {}}}}) == "w → A.\\x1b[2J()");
    }
  }

  TEST_CASE("the tree of a trace") {
    const TraceNode root{"gateway", "gateway", -1, 200, 0, 0};
    SUBCASE("has callers before those they call") {
      CHECK(Calls(TreeOfCalls({root,
                               {"AUTH", "auth", 0, 200, 0, 1.2},
                               {"KEYS.get()", "keys", 1, 200, 0.1, 0.5},
                               {"APP", "app", 0, 404, 1.3, 2}},
                              0)) == "gateway → (AUTH 1.2ms → KEYS.get() 0.50ms, APP 404 2.0ms)");
    }
    SUBCASE("puts equal neighbours together, with what they call") {
      const TraceNode item{"ITEM", "item", 0, 200, 0, 1};
      CHECK(Calls(TreeOfCalls({root, item, {"ITEM", "item", 0, 200, 0, 3}, item}, 0)) ==
            "gateway → ITEM ×3 1.0–3.0ms");
      CHECK(Calls(TreeOfCalls({root, item, item, {"ITEM", "item", 0, 500, 0, 1}, item}, 0)) ==
            "gateway → (ITEM ×2 1.0ms, ITEM 500 1.0ms, ITEM 1.0ms)");
      CHECK(Calls(TreeOfCalls(
                {root, item, {"KEYS", "keys", 1, 200, 0, 2}, item, {"KEYS", "keys", 3, 200, 0, 4}},
                0)) == "gateway → (ITEM 1.0ms → KEYS 2.0–4.0ms) ×2");
    }
    SUBCASE("knows what has no answer") {
      CHECK(Calls(TreeOfCalls({root, {"LOG", "log", 0, 0, 0, -1}}, 0)) == "gateway → LOG …");
      CHECK(Calls(TreeOfCalls({root, {"LOG", "log", 0, 0, 0, 1}}, 0)) ==
            "gateway → LOG failed 1.0ms");
    }
    SUBCASE("leaves out what was told before, but the way to the rest") {
      CHECK(Calls(TreeOfCalls({root,
                               {"AUTH", "auth", 0, 200, 0, 1},
                               {"APP", "app", 0, 200, 0, 1},
                               {"LOG", "log", 2, 200, 0, 1}},
                              3)) == "gateway → APP → LOG 1.0ms");
    }
    SUBCASE("of nothing is empty") { CHECK(Calls(TreeOfCalls({}, 0)).empty()); }
  }
}

}  // namespace
}  // namespace isolane::cli
