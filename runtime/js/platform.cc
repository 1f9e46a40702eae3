#include "runtime/js/platform.h"

#include <algorithm>
#include <deque>
#include <utility>

#include <libplatform/libplatform.h>
#include <v8-cppgc.h>

namespace isolane::js {

namespace {

Platform* g_platform = nullptr;

}  // namespace

// The tasks of one isolate. Posting: any thread. Running: loop thread.
class Platform::Runner final : public v8::TaskRunner {
 public:
  Runner(Platform& platform, v8::Isolate* isolate) : platform_(platform), isolate_(isolate) {}

  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

  v8::Isolate* isolate() const { return isolate_; }

  void Kill() {
    std::lock_guard lock(mutex_);
    dead_ = true;
    ready_.clear();
    delayed_.clear();
  }

  // Moves what is due to `due`; lowers `next` to the time of the first task that is not.
  void TakeDue(double now, std::deque<std::unique_ptr<v8::Task>>& due, double& next) {
    std::lock_guard lock(mutex_);
    due.swap(ready_);
    for (size_t i = 0; i < delayed_.size();) {
      if (delayed_[i].first <= now) {
        due.push_back(std::move(delayed_[i].second));
        delayed_.erase(delayed_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        next = std::min(next, delayed_[i].first);
        i++;
      }
    }
  }

 protected:
  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override {
    {
      std::lock_guard lock(mutex_);
      if (dead_) return;
      ready_.push_back(std::move(task));
    }
    platform_.Wake();
  }
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task,
                               const v8::SourceLocation& location) override {
    PostTaskImpl(std::move(task), location);
  }
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_in_seconds,
                           const v8::SourceLocation&) override {
    {
      std::lock_guard lock(mutex_);
      if (dead_) return;
      delayed_.emplace_back(platform_.MonotonicallyIncreasingTime() + delay_in_seconds,
                            std::move(task));
    }
    platform_.Wake();
  }
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_in_seconds,
                                      const v8::SourceLocation& location) override {
    PostDelayedTaskImpl(std::move(task), delay_in_seconds, location);
  }

 private:
  Platform& platform_;
  v8::Isolate* const isolate_;
  std::mutex mutex_;  // guards the rest; taken after Platform::mutex_, never before it
  std::deque<std::unique_ptr<v8::Task>> ready_;
  std::vector<std::pair<double, std::unique_ptr<v8::Task>>> delayed_;
  bool dead_ = false;
};

Platform::Platform() : inner_(v8::platform::NewDefaultPlatform(1)) {}

Platform& Platform::Start() {
  if (g_platform != nullptr) return *g_platform;
  // Memory of WebAssembly is no array buffer of ours: bounded here, in pages of 64 KiB (128 MiB).
  v8::V8::SetFlagsFromString("--wasm-max-mem-pages=2048");
  // V8 14.6: a loop whose body holds a small loop that is unrolled ("for (;;) new
  // Array(100).fill(1)") loses its own stack check, and with it every interrupt: no watchdog could
  // end it.
  v8::V8::SetFlagsFromString("--no-turboshaft-loop-unrolling");
  // There is one worker thread: V8 keeps 2.6 KB per isolate for each that could mark.
  v8::V8::SetFlagsFromString("--concurrent-marking-max-worker-num=1");
  // OPTIMIZATION: a request runs through a few functions of the built-in half that call many small
  // ones. With V8's own limits (460 and 920) some of those stay calls, 2 to 4% of a request.
  v8::V8::SetFlagsFromString("--max-inlined-bytecode-size=920");
  v8::V8::SetFlagsFromString("--max-inlined-bytecode-size-cumulative=1840");
  g_platform = new Platform();
  v8::V8::InitializePlatform(g_platform);
  cppgc::InitializeProcess(g_platform->GetPageAllocator());
  v8::V8::Initialize();
  return *g_platform;
}

void Platform::Stop() {
  if (g_platform == nullptr) return;
  cppgc::ShutdownProcess();
  v8::V8::Dispose();
  v8::V8::DisposePlatform();
  delete g_platform;
  g_platform = nullptr;
}

void Platform::AddWaker(void (*wake)(void*), void* context) {
  std::lock_guard lock(mutex_);
  wakers_.emplace_back(wake, context);
}

void Platform::RemoveWaker(void* context) {
  std::lock_guard lock(mutex_);
  std::erase_if(wakers_, [&](const auto& waker) { return waker.second == context; });
}

void Platform::Wake() {
  std::lock_guard lock(mutex_);
  for (auto& [wake, context] : wakers_) wake(context);
}

double Platform::RunTasks() {
  std::vector<std::shared_ptr<Runner>> runners;
  {
    std::lock_guard lock(mutex_);
    runners.reserve(runners_.size());
    for (auto& [isolate, runner] : runners_) runners.push_back(runner);
  }
  const double now = MonotonicallyIncreasingTime();
  constexpr double kNever = 1e18;
  double next = kNever;
  for (auto& runner : runners) {
    std::deque<std::unique_ptr<v8::Task>> due;
    runner->TakeDue(now, due, next);
    if (due.empty()) continue;
    v8::Isolate::Scope isolate_scope(runner->isolate());
    for (auto& task : due) {
      v8::HandleScope handles(runner->isolate());
      task->Run();
    }
  }
  return next == kNever ? -1 : std::max(0.0, (next - now) * 1000);
}

bool Platform::RunTasksOf(v8::Isolate* isolate) {
  std::shared_ptr<Runner> runner;
  {
    std::lock_guard lock(mutex_);
    const auto found = runners_.find(isolate);
    if (found == runners_.end()) return false;
    runner = found->second;
  }
  std::deque<std::unique_ptr<v8::Task>> due;
  double next = 0;
  runner->TakeDue(MonotonicallyIncreasingTime(), due, next);
  if (due.empty()) return false;
  v8::Isolate::Scope isolate_scope(isolate);
  for (auto& task : due) {
    v8::HandleScope handles(isolate);
    task->Run();
  }
  return true;
}

void Platform::Forget(v8::Isolate* isolate) {
  std::shared_ptr<Runner> runner;
  {
    std::lock_guard lock(mutex_);
    const auto found = runners_.find(isolate);
    if (found == runners_.end()) return;
    runner = std::move(found->second);
    runners_.erase(found);
  }
  // Tasks die here, outside of the map's lock: a task's destructor may post another.
  runner->Kill();
}

std::shared_ptr<v8::TaskRunner> Platform::GetForegroundTaskRunner(v8::Isolate* isolate,
                                                                  v8::TaskPriority) {
  std::lock_guard lock(mutex_);
  auto& runner = runners_[isolate];
  if (runner == nullptr) runner = std::make_shared<Runner>(*this, isolate);
  return runner;
}

double Platform::CurrentClockTimeMillis() {
  return frozen_ ? frozen_ms_ : inner_->CurrentClockTimeMillis();
}

void Platform::PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                          const v8::SourceLocation& location) {
  inner_->PostTaskOnWorkerThread(priority, std::move(task), location);
}

void Platform::PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority,
                                                 std::unique_ptr<v8::Task> task,
                                                 double delay_in_seconds,
                                                 const v8::SourceLocation& location) {
  inner_->PostDelayedTaskOnWorkerThread(priority, std::move(task), delay_in_seconds, location);
}

std::unique_ptr<v8::JobHandle> Platform::CreateJobImpl(v8::TaskPriority priority,
                                                       std::unique_ptr<v8::JobTask> task,
                                                       const v8::SourceLocation& location) {
  return inner_->CreateJob(priority, std::move(task), location);
}

}  // namespace isolane::js
