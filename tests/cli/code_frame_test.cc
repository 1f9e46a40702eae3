#include "cli/code_frame.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/temporary_directory.h"

namespace isolane::cli {
namespace {

TEST_SUITE("cli/code_frame") {
  TEST_CASE("the place of a line of a stack trace") {
    SUBCASE("stands in parentheses after a function") {
      CHECK(PlaceOfFrame("    at Object.fetch (gateway/src/index.js:3:7)") ==
            SourcePlace{"gateway/src/index.js", 3, 7});
      CHECK(PlaceOfFrame("    at async f (a (b)/x.js:3:7)") == SourcePlace{"a (b)/x.js", 3, 7});
    }
    SUBCASE("or alone") {
      CHECK(PlaceOfFrame("    at index.js:3:7") == SourcePlace{"index.js", 3, 7});
      CHECK(PlaceOfFrame("    at async index.js:3:7") == SourcePlace{"index.js", 3, 7});
      CHECK(PlaceOfFrame("    at file:///x/index.js:3:7") == SourcePlace{"/x/index.js", 3, 7});
    }
    SUBCASE("or before the properties of the error, as console.error() prints it") {
      CHECK(PlaceOfFrame("    at f (x.js:3:7) {") == SourcePlace{"x.js", 3, 7});
      CHECK(PlaceOfFrame("    at x.js:3:7 {") == SourcePlace{"x.js", 3, 7});
    }
    SUBCASE("is missing elsewhere") {
      CHECK_FALSE(PlaceOfFrame("TypeError: at x (y:1:2)").has_value());
      CHECK_FALSE(PlaceOfFrame("    at native").has_value());
      CHECK_FALSE(PlaceOfFrame("    at f (<anonymous>)").has_value());
      CHECK_FALSE(PlaceOfFrame("    at f (x.js:0:1)").has_value());
      CHECK_FALSE(PlaceOfFrame("").has_value());
    }
  }

  TEST_CASE("a frame") {
    const std::string source = "one\ntwo\n\tthree\r\nfour\nfive\n";
    const auto frame = [&](int line, int column) {
      return FormatCodeFrame(source, {"x", line, column}, Colours::kNever);
    };
    SUBCASE("has the lines around, and a caret below the place") {
      CHECK(frame(3, 3) ==
            "    1 | one\n"
            "    2 | two\n"
            "  > 3 | \tthree\n"
            "      | \t ^\n"
            "    4 | four");
    }
    SUBCASE("ends with the file") {
      CHECK(frame(5, 99) ==
            "    3 | \tthree\n"
            "    4 | four\n"
            "  > 5 | five\n"
            "      |     ^");
      CHECK(frame(1, 1) == "  > 1 | one\n      | ^\n    2 | two");
      CHECK(frame(6, 1).empty());
      CHECK(frame(60, 1).empty());
    }
    SUBCASE("of a generated line is none") {
      CHECK(FormatCodeFrame(std::string(1000, 'x'), {"x", 1, 1}, Colours::kNever).empty());
    }
  }

  TEST_CASE("the frame of an error") {
    const testing::TemporaryDirectory directory;
    const std::string file = directory / "worker.js";
    const auto write = [&](const char* text) { directory.Write("worker.js", text); };
    CodeFrames frames;
    const std::string stack =
        "TypeError: boom\n    at f (isolane:web/fetch:1:1)\n    at g (" + file + ":1:3)";
    write("abcdef\n");
    SUBCASE("is of the innermost place that can be read") {
      CHECK(frames.FrameOf(stack, Colours::kNever) == "  > 1 | abcdef\n      |   ^");
    }
    SUBCASE("is that of the file as it is now") {
      CHECK(frames.FrameOf(stack, Colours::kNever) == frames.FrameOf(stack, Colours::kNever));
      write("ghijkl\n");
      std::filesystem::last_write_time(
          file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
      CHECK(frames.FrameOf(stack, Colours::kNever) == "  > 1 | ghijkl\n      |   ^");
    }
    SUBCASE("is empty without any") {
      CHECK(frames.FrameOf("boom", Colours::kNever).empty());
      CHECK(frames.FrameOf("boom\n    at f (/nowhere/x.js:1:1)", Colours::kNever).empty());
    }
  }
}

}  // namespace
}  // namespace isolane::cli
