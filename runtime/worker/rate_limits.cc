#include "runtime/worker/rate_limits.h"

#include <cmath>

namespace isolane::worker {

bool RateLimits::Take(const std::string& name_space, const std::string& key, double limit,
                      int64_t period_seconds, double weight, double now_ms) {
  Window& window = windows_[std::to_string(period_seconds) + " " + name_space];
  const auto number =
      static_cast<int64_t>(std::floor(now_ms / (static_cast<double>(period_seconds) * 1000)));
  if (window.number != number) {
    window.number = number;
    window.counts.clear();
  }
  const auto found = window.counts.find(key);
  if ((found == window.counts.end() ? 0 : found->second) >= limit) return false;
  if (found != window.counts.end()) {
    found->second += weight;
  } else if (window.counts.size() < kMostKeys) {
    window.counts.emplace(key, weight);
  }
  return true;
}

}  // namespace isolane::worker
