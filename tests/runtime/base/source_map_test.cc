#include "runtime/base/source_map.h"

#include <doctest/doctest.h>

namespace isolane::base {
namespace {

std::string At(SourceMapReader& reader, int line, int column) {
  const auto place = reader.Find(line, column);
  if (!place) return "nowhere";
  return place->source + ":" + std::to_string(place->line) + ":" + std::to_string(place->column);
}

SourceMapReader Reader(std::string mappings) {
  return SourceMapReader(
      std::make_shared<SourceMap>(SourceMap{{"a.ts", "b.ts"}, std::move(mappings)}));
}

TEST_SUITE("runtime/base/source_map") {
  TEST_CASE("places") {
    // Line 1: column 1 is a.ts:1:1, column 5 is a.ts:1:9. Line 3: column 3 is b.ts:17:2, column 7
    // has no source.
    SourceMapReader reader = Reader("AAAA,IAAQ;;ECgBP,I");
    SUBCASE("are those of the segment they are in") {
      CHECK(At(reader, 1, 1) == "a.ts:1:1");
      CHECK(At(reader, 1, 4) == "a.ts:1:1");
      CHECK(At(reader, 1, 5) == "a.ts:1:9");
      CHECK(At(reader, 1, 500) == "a.ts:1:9");
      CHECK(At(reader, 3, 3) == "b.ts:17:2");
    }
    SUBCASE("have no source before the first segment, in lines without any, and where it is said") {
      CHECK(At(reader, 3, 1) == "nowhere");
      CHECK(At(reader, 2, 1) == "nowhere");
      CHECK(At(reader, 3, 7) == "nowhere");
      CHECK(At(reader, 4, 1) == "nowhere");
      CHECK(At(reader, 0, 1) == "nowhere");
      CHECK(At(reader, 1, 0) == "nowhere");
    }
  }

  TEST_CASE("a damaged map gives nothing, and no nonsense") {
    for (const char* mappings : {"", ";", "!", "A!AA", "AAAAAAAAAAAA", "g", "gggggggggggg", "ACAA,",
                                 "AFAA", "AADA", "AAAD", "A,,;A", "AAAAAAA;AACA"}) {
      SourceMapReader reader = Reader(mappings);
      for (int line = 1; line < 4; line++) {
        for (int column = 1; column < 4; column++) {
          const auto place = reader.Find(line, column);
          if (place) CHECK((place->line > 0 && place->column > 0));
        }
      }
    }
    SourceMapReader of_no_source = Reader("AEAA");
    CHECK(At(of_no_source, 1, 1) == "nowhere");
  }

  TEST_CASE("a source without a name is nowhere") {
    SourceMapReader reader(std::make_shared<SourceMap>(SourceMap{{"", "b.ts"}, "AAAA,ICAA"}));
    CHECK(At(reader, 1, 1) == "nowhere");
    CHECK(At(reader, 1, 5) == "b.ts:1:1");
  }
}

}  // namespace
}  // namespace isolane::base
