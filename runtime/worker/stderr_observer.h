// What a Runtime without an observer does with log lines: "[worker] text" on stderr.
#pragma once

#include <cstdio>

#include <isolane/observer.h>

namespace isolane::worker {

class StderrObserver final : public Observer {
 public:
  void OnLog(const LogLine& line) override {
    std::fprintf(stderr, "[%.*s] %.*s\n", static_cast<int>(line.worker.size()), line.worker.data(),
                 static_cast<int>(line.text.size()), line.text.data());
  }
};

}  // namespace isolane::worker
