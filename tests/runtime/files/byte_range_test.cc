#include "runtime/files/byte_range.h"

#include <string>

#include <doctest/doctest.h>

namespace isolane::files {
namespace {

std::string Range(std::string_view value, uint64_t size = 10) {
  const ByteRange range = ParseByteRange(value, size);
  switch (range.kind) {
    case ByteRange::Kind::kWhole:
      return "whole";
    case ByteRange::Kind::kUnsatisfiable:
      return "unsatisfiable";
    case ByteRange::Kind::kPart:
      return std::to_string(range.first) + "-" + std::to_string(range.last);
  }
  return {};
}

TEST_SUITE("runtime/files/byte_range") {
  TEST_CASE("a Range header") {
    SUBCASE("names a part") {
      CHECK(Range("bytes=0-4") == "0-4");
      CHECK(Range("bytes=3-") == "3-9");
      CHECK(Range("bytes=9-9") == "9-9");
      CHECK(Range("BYTES = 1 - 2 ") == "1-2");
    }
    SUBCASE("names the last bytes") {
      CHECK(Range("bytes=-3") == "7-9");
      CHECK(Range("bytes=-30") == "0-9");
      CHECK(Range("bytes=-99999999999999999999999") == "0-9");
    }
    SUBCASE("is cut to what there is") {
      CHECK(Range("bytes=5-99") == "5-9");
      CHECK(Range("bytes=5-99999999999999999999999") == "5-9");
    }
    SUBCASE("cannot be satisfied") {
      CHECK(Range("bytes=10-") == "unsatisfiable");
      CHECK(Range("bytes=99999999999999999999999-") == "unsatisfiable");
      CHECK(Range("bytes=-0") == "unsatisfiable");
      CHECK(Range("bytes=0-", 0) == "unsatisfiable");
      CHECK(Range("bytes=-1", 0) == "unsatisfiable");
    }
    SUBCASE("counts for nothing when it is malformed or of several ranges") {
      for (const char* value :
           {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-b", "bytes=4-2",
            "bytes=0-1,3-4", "lines=0-1", "bytes 0-1", "bytes=5"}) {
        CHECK_MESSAGE(Range(value) == "whole", value);
      }
    }
  }

  TEST_CASE("a list of entity tags") {
    SUBCASE("names a tag, strong or weak") {
      CHECK(ListNamesETag("\"a\"", "\"a\""));
      CHECK(ListNamesETag("W/\"a\"", "\"a\""));
      CHECK(ListNamesETag("\"x\", \"y,\" , W/\"a\"", "\"a\""));
      CHECK(ListNamesETag("*", "\"a\""));
    }
    SUBCASE("does not") {
      CHECK_FALSE(ListNamesETag("", "\"a\""));
      CHECK_FALSE(ListNamesETag("\"b\"", "\"a\""));
      CHECK_FALSE(ListNamesETag("a", "\"a\""));
      CHECK_FALSE(ListNamesETag("\"b, \"a\"", "\"a\""));
      CHECK_FALSE(ListNamesETag("W/", "\"a\""));
    }
  }
}

}  // namespace
}  // namespace isolane::files
