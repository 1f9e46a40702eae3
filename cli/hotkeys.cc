#include "cli/hotkeys.h"

#include <unistd.h>

#include <tuple>
#include <utility>

#include "runtime/loop/keyboard.h"
#include "runtime/loop/loop.h"
#include "wrangler-compat/build/child_process.h"

namespace isolane::cli {
namespace {

class Keys final : public Hotkeys {
 public:
  explicit Keys(HotkeyActions actions) : actions_(std::move(actions)) {}

  bool Open(loop::Loop& loop) {
    keyboard_ = loop::Keyboard::Open(loop.uv(), STDIN_FILENO, [this](char key) { Press(key); });
    return keyboard_ != nullptr;
  }

 private:
  void Press(char key) const {
    const std::function<void()>* action = nullptr;
    switch (key) {
      case 'b':
        action = &actions_.open_browser;
        break;
      case 'g':
        action = &actions_.show_graph;
        break;
      case 'r':
        action = &actions_.reload;
        break;
      case 'c':
        action = &actions_.clear_console;
        break;
      case 'x':
      case 'q':
        action = &actions_.exit;
        break;
      default:
        return;
    }
    if (*action != nullptr) (*action)();
  }

  const HotkeyActions actions_;
  loop::Handle<loop::Keyboard> keyboard_;
};

}  // namespace

std::unique_ptr<Hotkeys> Hotkeys::Listen(loop::Loop& loop, HotkeyActions actions) {
  if (isatty(STDOUT_FILENO) == 0) return nullptr;
  auto keys = std::make_unique<Keys>(std::move(actions));
  if (!keys->Open(loop)) return nullptr;
  return keys;
}

std::string Hotkeys::Describe(const HotkeyActions& actions, Colours colours) {
  const std::tuple<const std::function<void()>&, const char*, const char*> keys[] = {
      {actions.open_browser, "b", "open a browser"},
      {actions.show_graph, "g", "show the graph"},
      {actions.reload, "r", "reload"},
      {actions.clear_console, "c", "clear the console"},
      {actions.exit, "x", "exit"},
  };
  std::string out;
  for (const auto& [action, key, what] : keys) {
    if (action == nullptr) continue;
    if (!out.empty()) out += "  ";
    out += Paint("[" + std::string(key) + "]", Colour::kBold, colours) + " " + what;
  }
  return out;
}

bool OpenBrowser(const std::string& url) {
  // The program may live as long as the browser does: it is nobody's child.
  const std::string script =
      "for program in \"$BROWSER\" xdg-open wslview open; do "
      "command -v \"$program\" >/dev/null 2>&1 || continue; "
      "(\"$program\" \"$1\" </dev/null >/dev/null 2>&1 &) ; exit 0; done; exit 1";
  wrangler::ChildOptions options;
  options.arguments = {"/bin/sh", "-c", script, "sh", url};
  auto child = wrangler::StartChild(options);
  return child.ok() && wrangler::WaitForChild(*child) == 0;
}

}  // namespace isolane::cli
