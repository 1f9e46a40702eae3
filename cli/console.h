// The terminal of a server: what it prints while Workers run, and the keys it listens to.
//
// Main thread, which is the loop's. Owned by whoever serves; outlives the Runtime that it observes,
// but for the keys (StopListening).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <isolane/observer.h>
#include <isolane/worker_spec.h>

#include "cli/hotkeys.h"
#include "cli/options.h"

namespace isolane {
class Runtime;
}

namespace isolane::cli {

// What only the caller can do when a key is pressed; without a function there is no such key.
struct ConsoleActions {
  std::function<std::string()> graph;  // the text of `isolane graph`
  std::function<void()> reload;
};

class Console final {
 public:
  Console(const CliOptions& options, const std::vector<WorkerSpec>& workers);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // For RuntimeOptions::observer.
  Observer& observer() { return *observer_; }
  // What was gathered comes first, before something else is printed.
  void Flush() { observer_->OnFlush(); }

  // Once it listens: `banner`, the table of Workers and "Ready on ..."; for programs the names of
  // the Workers, and where they listen, the public one first.
  void ShowReady(const std::vector<std::string>& workers, const std::vector<std::string>& urls,
                 const std::string& banner);
  // In `isolane dev` on a terminal; says which keys there are. After ShowReady.
  void ListenToKeys(Runtime& runtime, ConsoleActions actions);
  // Before the Runtime goes.
  void StopListening() { hotkeys_.reset(); }
  // Somebody has pressed the key that ends the server.
  bool exit_pressed() const { return exit_pressed_; }

 private:
  void Show(const std::string& text);

  const CliOptions& options_;
  const Colours colours_;
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<Hotkeys> hotkeys_;
  std::string banner_;  // what clearing the console leaves
  std::string url_;
  bool exit_pressed_ = false;
};

}  // namespace isolane::cli
