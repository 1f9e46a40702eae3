// One libuv loop, owned or borrowed, and the only door into it for other threads.
//
// Belongs to the thread that runs it; only Post and Stop's effect on another thread go through
// Post.
#pragma once

#include <uv.h>

#include <functional>
#include <memory>

namespace isolane::loop {

class Loop {
 public:
  // A loop of its own. The destructor checks that nothing is left in it. The process ignores
  // SIGPIPE from then on.
  Loop();
  // A loop that somebody else runs (node's, an embedder's) and that outlives this object. The
  // destructor gives back what Post needs, which takes one more iteration of that loop.
  explicit Loop(uv_loop_t* borrowed);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  uv_loop_t* uv() const { return uv_; }

  // Until nothing is left to wait for, or Stop. Tasks posted before run first.
  void Run();
  // Handles what is ready and returns without waiting.
  void RunOnce();
  // Waits for something, handles what is ready, and returns.
  void Wait();
  // Makes Run return after the current iteration.
  void Stop();

  // Thread: any. Runs `task` on the loop's thread, in order. Posted tasks do not keep the loop
  // running: whoever waits for one holds a handle of its own. Tasks left when the Loop is destroyed
  // are dropped.
  void Post(std::function<void()> task);

  // Runs the callbacks of handles that are being closed, without waiting for anything else.
  void RunClosing();

  // Nothing is open or pending except what Loop itself holds. What every test ends with; prints the
  // open handles to stderr when false.
  bool IsEmpty();

  // libuv's version. Thread: any.
  static const char* Version() { return uv_version_string(); }

 private:
  class Inbox;

  size_t CountHandles();

  // False: a request is still with another thread, and needs the loop's memory.
  bool AwaitRequests();

  std::unique_ptr<uv_loop_t> owned_;
  uv_loop_t* uv_;
  Inbox* inbox_;  // Owned; its memory goes in a close callback.
};

}  // namespace isolane::loop
