// What the keys do while `isolane dev` runs on a terminal.
//
// Loop thread. Owned by whoever serves; gone before the Runtime.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cli/terminal.h"

namespace isolane::loop {
class Loop;
}

namespace isolane::cli {

// What a key calls; one without a function is no hotkey.
struct HotkeyActions {
  std::function<void()> open_browser;   // b
  std::function<void()> show_graph;     // g
  std::function<void()> reload;         // r
  std::function<void()> clear_console;  // c
  std::function<void()> exit;           // x, q
};

class Hotkeys {
 public:
  // Null if stdin or stdout is no terminal, or the process is in the background.
  static std::unique_ptr<Hotkeys> Listen(loop::Loop& loop, HotkeyActions actions);
  virtual ~Hotkeys() = default;

  // "[b] open a browser  [g] show the graph  [c] clear the console  [x] exit"
  static std::string Describe(const HotkeyActions& actions, Colours colours);
};

// Opens `url` with what this machine opens pages with; $BROWSER if it is set. False: there is none.
bool OpenBrowser(const std::string& url);

}  // namespace isolane::cli
