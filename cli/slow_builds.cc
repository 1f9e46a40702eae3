#include "cli/slow_builds.h"

#include <utility>

#include "cli/progress.h"
#include "runtime/loop/loop.h"

namespace isolane::cli {

SlowBuilds::SlowBuilds(loop::Loop& loop, std::function<void(std::chrono::seconds)> say)
    : say_(std::move(say)) {
  timer_ = loop::Timer::Create(
      loop.uv(),
      [](void* context) {
        auto* self = static_cast<SlowBuilds*>(context);
        self->passed_ += Progress::Pause(self->said_++, false);
        self->say_(self->passed_);
        self->Wait();
      },
      this);
}

void SlowBuilds::Begin() {
  if (timer_->active()) return;
  passed_ = std::chrono::seconds(0);
  said_ = 0;
  Wait();
}

void SlowBuilds::End() { timer_->Stop(); }

void SlowBuilds::Wait() {
  const std::chrono::milliseconds pause = Progress::Pause(said_, false);
  timer_->Start(static_cast<uint64_t>(pause.count()));
}

}  // namespace isolane::cli
