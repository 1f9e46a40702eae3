// Says that something takes long, while it does: nothing at all if it does not.
//
//   ⎔ Building gateway, auth ... 3 s
//
// On a terminal one line after a second, written anew each second and gone in the end; elsewhere a
// line of its own after 5 s, 10 s, 20 s and so on.
//
// Has a thread of its own while it exists. Nothing else writes to stdout meanwhile, or what it
// writes may share a line with this one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/options.h"

namespace isolane::cli {

class Progress final {
 public:
  // `what`: "Building gateway, auth". Below the level `info` nothing is said.
  Progress(std::string what, LogLevel level);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // How long to wait for the next line after `said` lines, on a terminal or elsewhere.
  static std::chrono::seconds Pause(int said, bool terminal);

 private:
  void Run();

  const std::string what_;
  const LogLevel level_;
  const bool terminal_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace isolane::cli
