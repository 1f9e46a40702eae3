#include "runtime/js/watchdog.h"

#include <time.h>

#include <algorithm>
#include <chrono>

#include "runtime/js/isolate.h"

namespace isolane::js {

namespace {

constexpr auto kTick = std::chrono::milliseconds(2);
// Ticks without any entry after which the thread sleeps until the next one.
constexpr int kIdleTicks = 50;

int64_t MonotonicNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Watchdog::Watchdog() {
  pthread_getcpuclockid(pthread_self(), &loop_clock_);
  first_cycles_ = __builtin_ia32_rdtsc();
  first_nanoseconds_ = MonotonicNanoseconds();
  thread_ = std::thread([this] { Run(); });
}

Watchdog::~Watchdog() {
  stop_.store(true);
  sequence_.fetch_add(2);
  sequence_.notify_one();
  thread_.join();
}

double Watchdog::CyclesPerMs() const {
  // The longer the process runs, the better the estimate; the first call comes milliseconds after
  // the start, when modules were compiled.
  int64_t passed = MonotonicNanoseconds() - first_nanoseconds_;
  while (passed < 200'000) passed = MonotonicNanoseconds() - first_nanoseconds_;
  const uint64_t cycles = __builtin_ia32_rdtsc() - first_cycles_;
  return static_cast<double>(cycles) * 1e6 / static_cast<double>(passed);
}

double Watchdog::CpuNanoseconds() const {
  timespec time{};
  clock_gettime(loop_clock_, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

uint64_t Watchdog::CostOfSeen(uint64_t wall_cycles) const {
  // Wall time counts what other processes took. The watchdog saw this entry within a tick or two of
  // its start, so CPU time since then is close, and never more than wall time.
  const double cpu = CpuNanoseconds() - seen_cpu_.load(std::memory_order_relaxed);
  const double tick = 2e6;
  const double cycles = (cpu + tick) * CyclesPerMs() / 1e6;
  return std::min(wall_cycles, static_cast<uint64_t>(std::max(cycles, 0.0)));
}

void Watchdog::OnInterrupt(v8::Isolate* isolate, void* data) {
  Watchdog* watchdog = Isolate::From(isolate).watchdog();
  if (watchdog == nullptr) return;
  // A later entry than the one that was meant: it has its own budget.
  if (watchdog->sequence_.load(std::memory_order_relaxed) != reinterpret_cast<uint64_t>(data)) {
    return;
  }
  watchdog->fired_ = true;
  isolate->TerminateExecution();
}

void Watchdog::Run() {
  int idle = 0;
  uint64_t asked = 0;
  while (!stop_.load(std::memory_order_relaxed)) {
    const uint64_t sequence = sequence_.load(std::memory_order_acquire);
    if ((sequence & 1) == 0) {
      if (sequence == seen_.load(std::memory_order_relaxed)) {
        idle++;
      } else {
        idle = 0;
        seen_.store(sequence, std::memory_order_relaxed);
      }
      if (idle >= kIdleTicks) {
        asleep_.store(true, std::memory_order_seq_cst);
        sequence_.wait(sequence);
        asleep_.store(false, std::memory_order_seq_cst);
        idle = 0;
        continue;
      }
    } else if (seen_.load(std::memory_order_relaxed) != sequence) {
      seen_cpu_.store(CpuNanoseconds(), std::memory_order_relaxed);
      seen_.store(sequence, std::memory_order_relaxed);
    } else if (asked != sequence) {
      const double spent = CpuNanoseconds() - seen_cpu_.load(std::memory_order_relaxed);
      const double cycles = spent * CyclesPerMs() / 1e6;
      if (cycles >= static_cast<double>(remaining_.load(std::memory_order_relaxed))) {
        overdue_.store(sequence, std::memory_order_relaxed);
        std::lock_guard lock(disposal_);
        // Disposal needs the lock, so an isolate whose entry is still current is alive.
        if (sequence_.load(std::memory_order_seq_cst) == sequence) {
          asked = sequence;
          isolate_.load(std::memory_order_relaxed)
              ->RequestInterrupt(OnInterrupt, reinterpret_cast<void*>(sequence));
        }
      }
    }
    std::this_thread::sleep_for(kTick);
  }
}

}  // namespace isolane::js
