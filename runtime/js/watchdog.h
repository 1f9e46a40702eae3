// Ends JavaScript that has used up the CPU budget of its pipeline.
//
// One thread of its own beside the loop thread. The loop thread only bumps a sequence number when
// it enters and leaves an isolate; the watchdog asks the entered isolate, by RequestInterrupt, to
// check on the loop thread whether that very entry still runs, and only then execution is
// terminated. So there is no lock on the hot path and never a wrong victim.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

#include <v8.h>

namespace isolane::js {

// The CPU account of one pipeline. Loop thread.
struct CpuMeter {
  uint64_t spent = 0;   // cycles of the time-stamp counter
  uint64_t budget = 0;  // cycles
  bool exhausted() const { return spent >= budget; }
};

class Watchdog {
 public:
  // Starts the thread. Created on the loop thread, whose CPU time it watches.
  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // The isolate is entered on behalf of `meter`, which must stay until End.
  void Begin(v8::Isolate* isolate, const CpuMeter& meter) {
    isolate_.store(isolate, std::memory_order_relaxed);
    remaining_.store(static_cast<int64_t>(meter.budget - meter.spent), std::memory_order_relaxed);
    started_ = __builtin_ia32_rdtsc();
    sequence_.fetch_add(1, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst)) [[unlikely]]
      sequence_.notify_one();
  }
  // It is left: charges the time. True if the budget ran out during this entry.
  bool End(CpuMeter& meter) {
    const uint64_t sequence = sequence_.fetch_add(1, std::memory_order_release);
    uint64_t cost = __builtin_ia32_rdtsc() - started_;
    if (seen_.load(std::memory_order_relaxed) == sequence) [[unlikely]] {
      cost = CostOfSeen(cost);
    }
    meter.spent += cost;
    const bool fired = fired_;
    fired_ = false;
    if (fired && meter.spent < meter.budget) meter.spent = meter.budget;
    return fired;
  }

  // Whether the entry under way has used up its budget, as the thread has found. For native code
  // that takes long, where no interrupt of the isolate comes through.
  bool Overdue() const {
    return overdue_.load(std::memory_order_relaxed) == sequence_.load(std::memory_order_relaxed);
  }

  // What `ms` of CPU time are in cycles.
  uint64_t CyclesOf(int64_t ms) const {
    return static_cast<uint64_t>(static_cast<double>(ms) * CyclesPerMs());
  }
  double CyclesPerMs() const;

  // Held while an isolate is disposed: the watchdog may be talking to it.
  std::mutex& disposal_mutex() { return disposal_; }

 private:
  static void OnInterrupt(v8::Isolate* isolate, void* data);
  void Run();
  uint64_t CostOfSeen(uint64_t wall_cycles) const;
  double CpuNanoseconds() const;

  clockid_t loop_clock_{};  // CPU time of the loop thread
  uint64_t first_cycles_ = 0;
  int64_t first_nanoseconds_ = 0;

  // Odd while an isolate is entered. Written by the loop thread.
  std::atomic<uint64_t> sequence_{0};
  std::atomic<v8::Isolate*> isolate_{nullptr};
  std::atomic<int64_t> remaining_{0};  // cycles
  std::atomic<bool> asleep_{false};
  // The entry that the watchdog has noticed, and the loop thread's CPU time then (ns).
  std::atomic<uint64_t> seen_{0};
  std::atomic<double> seen_cpu_{0};
  // The entry that has used up its budget; even: none.
  std::atomic<uint64_t> overdue_{0};

  uint64_t started_ = 0;  // loop thread
  bool fired_ = false;    // loop thread: set by the interrupt
  std::mutex disposal_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace isolane::js
