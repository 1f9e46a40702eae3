#include "cli/hotkeys.h"

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

TEST_SUITE("cli/hotkeys") {
  TEST_CASE("only keys that do something are described") {
    HotkeyActions actions;
    CHECK(Hotkeys::Describe(actions, Colours::kNever).empty());
    actions.exit = [] {};
    CHECK(Hotkeys::Describe(actions, Colours::kNever) == "[x] exit");
    actions.reload = [] {};
    CHECK(Hotkeys::Describe(actions, Colours::kNever) == "[r] reload  [x] exit");
    CHECK(Hotkeys::Describe(actions, Colours::kAlways) ==
          "\x1b[1m[r]\x1b[0m reload  \x1b[1m[x]\x1b[0m exit");
  }
}

}  // namespace
}  // namespace isolane::cli
