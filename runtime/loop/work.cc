#include "runtime/loop/work.h"

#include <utility>

#include "runtime/base/check.h"
#include "runtime/loop/loop.h"

namespace isolane::loop {

Work::Work(std::function<void()> run, std::function<void()> done)
    : run_(std::move(run)), done_(std::move(done)) {}

WorkHandle Work::Start(Loop& loop, std::function<void()> run, std::function<void()> done) {
  WorkHandle work(new Work(std::move(run), std::move(done)));
  work->request_.data = work.get();
  const int error = uv_queue_work(
      loop.uv(), &work->request_,
      [](uv_work_t* request) { static_cast<Work*>(request->data)->run_(); },
      [](uv_work_t* request, int) { static_cast<Work*>(request->data)->Finish(); });
  ISOLANE_CHECK(error == 0);
  return work;
}

void Work::Finish() {
  // `done` may let go of the handle, so it must not be a part of what that destroys.
  const std::function<void()> done = std::move(done_);
  finished_ = true;
  if (forgotten_) {
    delete this;
    return;
  }
  done();
}

void Work::Forget::operator()(Work* work) const {
  work->forgotten_ = true;
  if (work->finished_) delete work;
}

}  // namespace isolane::loop
