#include "runtime/base/packed_head.h"

#include <doctest/doctest.h>

#include <string>

namespace isolane::base {

TEST_SUITE("runtime/base/packed_head") {
  TEST_CASE("a packed head") {
    std::string packed("GET\0http://a/", 13);
    AppendPackedHeader(packed, "host", "a");
    AppendPackedHeader(packed, "empty", "");
    AppendPackedHeader(packed, "x", "1");
    SUBCASE("tells its method and URL") {
      CHECK(PackedMethod(packed) == "GET");
      CHECK(PackedUrl(packed) == "http://a/");
    }
    SUBCASE("tells its headers in order") {
      std::string seen;
      VisitPackedHeaders(packed, [&](std::string_view name, std::string_view value) {
        seen += std::string(name) + "=" + std::string(value) + ";";
      });
      CHECK(seen == "host=a;empty=;x=1;");
    }
    SUBCASE("has a header that is asked for, also an empty one") {
      CHECK(FindPackedHeader(packed, "host") == "a");
      CHECK(FindPackedHeader(packed, "empty") == "");
      CHECK(FindPackedHeader(packed, "x") == "1");
    }
    SUBCASE("has none whose name only begins or ends like it") {
      CHECK(FindPackedHeader(packed, "hos") == std::nullopt);
      CHECK(FindPackedHeader(packed, "hosts") == std::nullopt);
      CHECK(FindPackedHeader(packed, "ost") == std::nullopt);
      CHECK(FindPackedHeader("OK", "x") == std::nullopt);
    }
    SUBCASE("gives the first of several of a name") {
      AppendPackedHeader(packed, "x", "2");
      CHECK(FindPackedHeader(packed, "x") == "1");
    }
    SUBCASE("may have no headers") {
      int count = 0;
      VisitPackedHeaders("OK", [&](std::string_view, std::string_view) { count++; });
      CHECK(count == 0);
      CHECK(PackedStart("OK") == "OK");
      CHECK(PackedUrl("OK").empty());
    }
  }
}

}  // namespace isolane::base
