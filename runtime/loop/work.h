// One piece of blocking work (a disk flush) on libuv's thread pool.
//
// Loop thread. Owned through WorkHandle; letting go of it forgets `done`, never `run`.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>

namespace isolane::loop {

class Loop;

class Work {
 public:
  struct Forget {
    void operator()(Work* work) const;
  };

  // Calls `run` on a thread of the pool and then `done` on the loop thread, later. Both own what
  // they capture until then: work whose handle is gone still runs, and keeps the loop running.
  static std::unique_ptr<Work, Forget> Start(Loop& loop, std::function<void()> run,
                                             std::function<void()> done);
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 private:
  Work(std::function<void()> run, std::function<void()> done);
  ~Work() = default;
  void Finish();

  uv_work_t request_;
  std::function<void()> run_;
  std::function<void()> done_;
  // The object lives until libuv has answered and its owner has let go.
  bool finished_ = false;
  bool forgotten_ = false;
};

using WorkHandle = std::unique_ptr<Work, Work::Forget>;

}  // namespace isolane::loop
