#include "wrangler-compat/diagnostics.h"

#include <doctest/doctest.h>

namespace isolane::wrangler {
namespace {

std::string Render(const Diagnostics& diagnostics, Severity severity) {
  return RenderDiagnostics(diagnostics, severity, Colours::kNever);
}

TEST_SUITE("wrangler-compat/diagnostics") {
  TEST_CASE("rendering") {
    Diagnostics diagnostics;
    DiagnosticGroup& file = diagnostics.AddGroup("Processing a/wrangler.toml configuration:");
    SUBCASE("of nothing is nothing") {
      CHECK(Render(diagnostics, Severity::kError).empty());
      CHECK(Render(diagnostics, Severity::kWarning).empty());
    }
    SUBCASE("lists the messages of a file with their places") {
      file.Warn("One.", "a/wrangler.toml:3");
      file.Warn("Two.", "");
      file.Fail("Three.", "a/wrangler.toml:9");
      CHECK(Render(diagnostics, Severity::kWarning) ==
            "▲ [WARNING] Processing a/wrangler.toml configuration:\n\n"
            "    - One. (a/wrangler.toml:3)\n    - Two.\n\n");
      CHECK(Render(diagnostics, Severity::kError) ==
            "✘ [ERROR] Processing a/wrangler.toml configuration:\n\n"
            "    - Three. (a/wrangler.toml:9)\n\n");
    }
    SUBCASE("indents the lines of a long message") {
      file.Fail("First\nsecond\n", "x:1");
      CHECK(Render(diagnostics, Severity::kError)
                .ends_with("    - First\n      second\n      (x:1)\n\n"));
    }
    SUBCASE("puts environments below their file") {
      file.children.push_back({"\"env.staging\" environment configuration", {}, {}, {}});
      file.children.back().Warn("Deep.", "");
      CHECK(Render(diagnostics, Severity::kWarning)
                .ends_with("\n    - \"env.staging\" environment configuration\n      - Deep.\n\n"));
    }
    SUBCASE("puts groups right below the messages, with a line between two") {
      file.Fail("One.", "");
      for (const char* title : {"a", "b"}) {
        file.children.push_back({title, {}, {}, {}});
        file.children.back().Fail("Deep.", "");
      }
      CHECK(Render(diagnostics, Severity::kError)
                .ends_with("    - One.\n    - a\n      - Deep.\n\n    - b\n      - Deep.\n\n"));
    }
    SUBCASE("shows messages without a file by themselves, with excerpt and hint") {
      diagnostics.AddGroup({}).Fail(Error{"Bad", "Try this.", "x:1:2", "  1 | y"});
      CHECK(Render(diagnostics, Severity::kError) ==
            "✘ [ERROR] Bad (x:1:2)\n    1 | y\n  Try this.\n\n");
    }
  }

  TEST_CASE("colours only paint the mark") {
    Diagnostics diagnostics;
    diagnostics.AddGroup({}).Fail("Bad", "");
    CHECK(RenderDiagnostics(diagnostics, Severity::kError, Colours::kAlways) ==
          "\x1b[31m✘ [ERROR] \x1b[0mBad\n\n");
  }
}

}  // namespace
}  // namespace isolane::wrangler
