// The private ports of one Runtime: where its child processes listen, and what they reach each
// other by. They lie in one band, outside of the range from which the kernel takes ports for
// outgoing connections, so that a fence (guard_fence.h) can be put around them.
//
// Loop thread.
#pragma once

#include <isolane/result.h>

namespace isolane::process {

class PortBand {
 public:
  static constexpr int kSize = 256;

  PortBand() = default;
  ~PortBand();
  PortBand(const PortBand&) = delete;
  PortBand& operator=(const PortBand&) = delete;

  // Takes a band that no other Runtime of this machine has. Once.
  Status Claim();
  // The first port; 0 before Claim.
  int first() const { return first_; }
  // A port of the band that nobody listens on. An error when there is none left.
  Result<int> Take();
  bool Contains(int port) const { return first_ != 0 && port >= first_ && port < first_ + kSize; }

 private:
  int first_ = 0;
  int next_ = 0;
  int claim_ = -1;  // bound to the first port for as long as the band is ours
};

}  // namespace isolane::process
