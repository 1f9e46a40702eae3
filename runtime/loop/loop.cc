#include "runtime/loop/loop.h"

#include <csignal>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/base/check.h"
#include "runtime/loop/handle.h"

namespace isolane::loop {

namespace {

constexpr uint64_t kLookupPatienceMs = 1'000;

}  // namespace

class Loop::Inbox {
 public:
  explicit Inbox(uv_loop_t* loop) {
    ISOLANE_CHECK(uv_async_init(loop, &async_, OnWake) == 0);
    async_.data = this;
    uv_unref(uv_handle());
  }

  void Post(std::function<void()> task) {
    {
      std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    uv_async_send(&async_);
  }

  void RunTasks() {
    std::vector<std::function<void()>> tasks;
    {
      std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
  }

  uv_handle_t* uv_handle() { return reinterpret_cast<uv_handle_t*>(&async_); }

 private:
  static void OnWake(uv_async_t* async) { static_cast<Inbox*>(async->data)->RunTasks(); }

  uv_async_t async_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;  // guarded by mutex_
};

Loop::Loop() : owned_(std::make_unique<uv_loop_t>()), uv_(owned_.get()) {
  ISOLANE_CHECK(uv_loop_init(uv_) == 0);
  // A peer that is gone is an error of the write, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  inbox_ = new Inbox(uv_);
}

Loop::Loop(uv_loop_t* borrowed) : uv_(borrowed), inbox_(new Inbox(borrowed)) {}

Loop::~Loop() {
  CloseAndDelete<Inbox>()(inbox_);
  if (!owned_) return;
  // Close callbacks are still due: of the inbox, and of what was let go of just before.
  while (uv_run(uv_, UV_RUN_NOWAIT) != 0 && uv_loop_alive(uv_) != 0) {
    bool closing = false;
    uv_walk(
        uv_,
        [](uv_handle_t* handle, void* any) {
          if (uv_is_closing(handle) != 0) *static_cast<bool*>(any) = true;
        },
        &closing);
    if (!closing) break;
  }
  if (!AwaitRequests()) {
    (void)owned_.release();
    return;
  }
  if (uv_loop_close(uv_) != 0) {
    uv_print_all_handles(uv_, stderr);
    ISOLANE_CHECK(!"the loop is empty when it is destroyed");
  }
}

// A look-up that a thread is in the middle of cannot be ended, and its answer goes to this loop.
// Usually it is there at once; one that takes longer must not hold up whoever stops, so the loop's
// memory is left to it.
bool Loop::AwaitRequests() {
  if (uv_->active_reqs.count == 0) return true;
  uv_timer_t timer;
  bool late = false;
  uv_timer_init(uv_, &timer);
  timer.data = &late;
  uv_timer_start(
      &timer, [](uv_timer_t* fired) { *static_cast<bool*>(fired->data) = true; }, kLookupPatienceMs,
      0);
  while (uv_->active_reqs.count > 0 && !late) uv_run(uv_, UV_RUN_ONCE);
  bool closed = false;
  timer.data = &closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer),
           [](uv_handle_t* handle) { *static_cast<bool*>(handle->data) = true; });
  while (!closed) uv_run(uv_, UV_RUN_NOWAIT);
  return uv_->active_reqs.count == 0;
}

// libuv does not even look at a loop in which nothing is active, so the inbox is emptied first.
void Loop::Run() {
  inbox_->RunTasks();
  uv_run(uv_, UV_RUN_DEFAULT);
}

void Loop::RunOnce() {
  inbox_->RunTasks();
  uv_run(uv_, UV_RUN_NOWAIT);
}

void Loop::Wait() { uv_run(uv_, UV_RUN_ONCE); }

void Loop::Stop() { uv_stop(uv_); }

void Loop::Post(std::function<void()> task) { inbox_->Post(std::move(task)); }

void Loop::RunClosing() {
  // Each round may close handles whose callbacks close others; a handful of rounds is plenty.
  for (int round = 0; round < 16 && CountHandles() > 0; round++) RunOnce();
}

bool Loop::IsEmpty() {
  const bool empty = CountHandles() == 0 && uv_loop_alive(uv_) == 0;
  if (!empty) uv_print_all_handles(uv_, stderr);
  return empty;
}

size_t Loop::CountHandles() {
  struct Count {
    uv_handle_t* own;
    size_t others = 0;
  } count{inbox_->uv_handle()};
  uv_walk(
      uv_,
      [](uv_handle_t* handle, void* seen) {
        auto* counted = static_cast<Count*>(seen);
        if (handle != counted->own) counted->others++;
      },
      &count);
  return count.others;
}

}  // namespace isolane::loop
