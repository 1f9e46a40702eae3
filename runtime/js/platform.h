// V8's process-wide platform: start and stop of V8, and the tasks V8 posts to the loop's thread.
//
// The sole singleton. Knows no event loop: whoever owns one gives a waker and calls RunTasks.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <v8-platform.h>
#include <v8.h>

namespace isolane::js {

class Platform final : public v8::Platform {
 public:
  // Starts V8 on first use; it lives until the process ends or Stop.
  static Platform& Start();
  // Ends V8. Every isolate must be disposed. It cannot be started again in this process.
  static void Stop();

  // `wake(context)` is called (thread: any) when a task waits for RunTasks; it must be cheap. One
  // for each loop; RunTasks by any of them serves all isolates, which share one thread.
  void AddWaker(void (*wake)(void*), void* context);
  void RemoveWaker(void* context);

  // Runs the foreground tasks of all isolates that are due. Loop thread, no isolate entered.
  // Returns ms until the next delayed one, or -1.
  double RunTasks();
  // Runs those of one isolate, which may be entered. True if there was any.
  bool RunTasksOf(v8::Isolate* isolate);
  // After Isolate::Dispose: drops the tasks that arrived meanwhile.
  void Forget(v8::Isolate* isolate);

  // While true, JavaScript's clock stands at 0: module evaluation, see spec section 9.
  void set_clock_at_zero(bool zero) {
    frozen_ms_ = 0;
    frozen_ = zero;
  }
  // JavaScript's clock stands at the present time until UnfreezeClock.
  void FreezeClock() {
    frozen_ms_ = inner_->CurrentClockTimeMillis();
    frozen_ = true;
  }
  void UnfreezeClock() { frozen_ = false; }

  v8::PageAllocator* GetPageAllocator() override { return inner_->GetPageAllocator(); }
  v8::ThreadIsolatedAllocator* GetThreadIsolatedAllocator() override {
    return inner_->GetThreadIsolatedAllocator();
  }
  int NumberOfWorkerThreads() override { return inner_->NumberOfWorkerThreads(); }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate,
                                                          v8::TaskPriority) override;
  double MonotonicallyIncreasingTime() override { return inner_->MonotonicallyIncreasingTime(); }
  double CurrentClockTimeMillis() override;
  v8::TracingController* GetTracingController() override { return inner_->GetTracingController(); }

 protected:
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation& location) override;
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                         double delay_in_seconds,
                                         const v8::SourceLocation& location) override;
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority,
                                               std::unique_ptr<v8::JobTask> task,
                                               const v8::SourceLocation& location) override;

 private:
  class Runner;

  Platform();
  void Wake();

  std::unique_ptr<v8::Platform> inner_;  // worker threads and jobs
  std::mutex mutex_;                     // guards runners_ and wakers_
  std::unordered_map<v8::Isolate*, std::shared_ptr<Runner>> runners_;
  std::vector<std::pair<void (*)(void*), void*>> wakers_;
  // Loop thread only.
  bool frozen_ = false;
  double frozen_ms_ = 0;
};

}  // namespace isolane::js
