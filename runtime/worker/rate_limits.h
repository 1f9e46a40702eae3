// The counters of rate limiting bindings: fixed windows of the wall clock, for all Workers of the
// process together.
//
// Loop thread. Owned by the Dispatcher.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace isolane::worker {

class RateLimits {
 public:
  // Keys that are counted in one window. Further ones are let through: made-up keys must not fill
  // the memory.
  static constexpr size_t kMostKeys = 100'000;

  // Counts `weight` for the key, unless the window that `now_ms` (since 1970) lies in has reached
  // `limit` already: then false.
  bool Take(const std::string& name_space, const std::string& key, double limit,
            int64_t period_seconds, double weight, double now_ms);

 private:
  // Of one namespace and one period.
  struct Window {
    int64_t number = -1;
    std::unordered_map<std::string, double> counts;
  };
  std::unordered_map<std::string, Window> windows_;
};

}  // namespace isolane::worker
