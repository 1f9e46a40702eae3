// A ResponderHost of a test: what is to block runs at once, what comes after it when the test says.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/responder.h"

namespace isolane::files {

class FakeHost final : public base::ResponderHost {
 public:
  void RunBlocking(std::function<void()> run, std::function<void()> done) override {
    run();
    done_.push_back(std::move(done));
  }
  void Log(LogLevel level, std::string_view worker, std::string_view text) override {
    lines.push_back(std::string(worker) + (level == LogLevel::kWarn ? " warns: " : ": ") +
                    std::string(text));
  }

  // Until nothing is left to be done. How many there were.
  int Finish() {
    int count = 0;
    for (; !done_.empty(); count++) {
      const std::function<void()> done = std::move(done_.front());
      done_.pop_front();
      done();
    }
    return count;
  }

  std::vector<std::string> lines;

 private:
  std::deque<std::function<void()>> done_;
};

// All of a body, and "..." where it breaks off.
inline std::string TextOf(const base::Body& body, FakeHost& host) {
  if (body.kind == base::Body::Kind::kNone) return "(none)";
  if (body.kind == base::Body::Kind::kBytes) return std::string(body.bytes.view());
  std::string text;
  for (;;) {
    while (auto chunk = body.pipe->Read()) text += chunk->view();
    if (body.pipe->state() != base::Pipe::State::kOpen) break;
    if (host.Finish() == 0) return text + "(hangs)";
  }
  return body.pipe->state() == base::Pipe::State::kClosed ? text : text + "...";
}

}  // namespace isolane::files
