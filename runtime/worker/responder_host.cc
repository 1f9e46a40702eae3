#include "runtime/worker/responder_host.h"

#include <utility>

namespace isolane::worker {

void LoopResponderHost::RunBlocking(std::function<void()> run, std::function<void()> done) {
  const uint64_t number = ++last_;
  work_[number] = loop::Work::Start(loop_, std::move(run), [this, number, done = std::move(done)] {
    work_.erase(number);
    done();
    turn_(context_);
  });
}

void LoopResponderHost::Log(LogLevel level, std::string_view worker, std::string_view text) {
  LogLine line;
  line.level = level;
  line.worker = worker;
  line.text = text;
  line.from_runtime = true;
  observer_.OnLog(line);
}

}  // namespace isolane::worker
