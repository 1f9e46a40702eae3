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

class LogPrinter;

// What only the caller can do when a key is pressed; without a function there is no such key.
struct ConsoleActions {
  std::function<std::string()> graph;  // the text of `isolane graph`
  std::function<void()> reload;
};

class Console final {
 public:
  // `workers`, and those that other processes have, are what the table of Workers shows.
  Console(const CliOptions& options, const std::vector<WorkerSpec>& workers,
          std::vector<std::string> elsewhere);
  ~Console();
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  // There are services of these names as well, and `table` is shown in the place of the Workers':
  // lines of theirs say whose they are. Before anything is shown.
  void TakeServices(std::vector<std::string> names, std::string table);

  // For RuntimeOptions::observer.
  Observer& observer() { return *observer_; }
  // What was gathered comes first, before something else is printed.
  void Flush() { observer_->OnFlush(); }

  // Once it listens: the table of Workers, and `text`, which is "Ready on ..."; for programs their
  // names and where they listen, the public one first.
  void ShowReady(const std::vector<std::string>& urls, const std::string& text);
  // The configuration was read again: these are in place now.
  void ShowWorkers(const std::vector<WorkerSpec>& workers, std::vector<std::string> elsewhere);
  // For RuntimeOptions::on_connections.
  void ShowConnections(const std::vector<std::string>& connected);
  // In `isolane dev` on a terminal; says which keys there are. After ShowReady.
  void ListenToKeys(Runtime& runtime, ConsoleActions actions);
  // Before the Runtime goes.
  void StopListening() { hotkeys_.reset(); }
  // Somebody has pressed the key that ends the server.
  bool exit_pressed() const { return exit_pressed_; }

 private:
  void Show(const std::string& text);
  bool ShowsInfo() const;
  void TakeWorkers(const std::vector<WorkerSpec>& workers, std::vector<std::string> elsewhere);
  std::string Table() const;

  const CliOptions& options_;
  const Colours colours_;
  std::vector<WorkerSpec> workers_;     // what the table needs of them
  std::vector<std::string> elsewhere_;  // Workers that can be called besides
  std::vector<std::string> services_;   // beside Workers, or some of them are
  std::string services_table_;
  std::unique_ptr<Observer> observer_;
  LogPrinter* printer_ = nullptr;  // the observer; null: it writes JSON
  std::unique_ptr<Hotkeys> hotkeys_;
  std::string ready_;  // what stays below the table when the console is cleared
  std::string url_;
  bool exit_pressed_ = false;
};

}  // namespace isolane::cli
