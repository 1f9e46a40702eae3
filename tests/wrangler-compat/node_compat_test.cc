#include "wrangler-compat/node_compat.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

constexpr char kOld[] = "2024-09-22";
constexpr char kFull[] = "2024-09-23";
constexpr char kDefault[] = "2026-08-04";

TEST_SUITE("wrangler-compat/node_compat") {
  TEST_CASE("modules of Node.js") {
    SUBCASE("are nobody's who does not ask") {
      CHECK(NodeCompatOf("", {}) == NodeCompat::kNone);
      CHECK(NodeCompatOf("2026-08-03", {"rpc"}) == NodeCompat::kNone);
    }
    SUBCASE("have their prefix until a date") {
      CHECK(NodeCompatOf("", {"nodejs_compat"}) == NodeCompat::kPrefixed);
      CHECK(NodeCompatOf(kOld, {"nodejs_compat"}) == NodeCompat::kPrefixed);
      CHECK(NodeCompatOf(kFull, {"nodejs_compat"}) == NodeCompat::kFull);
    }
    SUBCASE("are everybody's from a date on") {
      CHECK(NodeCompatOf(kDefault, {}) == NodeCompat::kFull);
    }
    SUBCASE("are whole at any date with the flag of the second version") {
      CHECK(NodeCompatOf("", {"nodejs_compat_v2"}) == NodeCompat::kFull);
      CHECK(NodeCompatOf(kDefault, {"nodejs_compat_v2", "no_nodejs_compat"}) == NodeCompat::kFull);
    }
    SUBCASE("may be the first version at any date") {
      CHECK(NodeCompatOf(kFull, {"nodejs_compat", "no_nodejs_compat_v2"}) == NodeCompat::kPrefixed);
      CHECK(NodeCompatOf(kDefault, {"no_nodejs_compat_v2"}) == NodeCompat::kPrefixed);
      CHECK(NodeCompatOf(kFull, {"no_nodejs_compat_v2"}) == NodeCompat::kNone);
    }
    SUBCASE("are refused by refusing both versions") {
      CHECK(NodeCompatOf(kDefault, {"no_nodejs_compat"}) == NodeCompat::kFull);
      CHECK(NodeCompatOf(kDefault, {"no_nodejs_compat", "no_nodejs_compat_v2"}) ==
            NodeCompat::kNone);
    }
    SUBCASE("may be one only") {
      CHECK(NodeCompatOf(kFull, {"nodejs_als"}) == NodeCompat::kAsyncLocalStorage);
      CHECK(NodeCompatOf(kOld, {"nodejs_als", "nodejs_compat"}) == NodeCompat::kPrefixed);
    }
  }
}

}  // namespace
}  // namespace isolane::wrangler
