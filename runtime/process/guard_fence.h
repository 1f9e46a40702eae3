// The fence around a child process: TCP ports of this machine that it must not connect to, kept by
// the kernel (Landlock, Linux 6.7 and later).
//
// Thread: any. Of the program isolane-guard.
#pragma once

#include <cstdint>

namespace isolane::process {

// A band of 256 ports, and those in it that may be reached all the same.
struct Fence {
  static constexpr int kBandSize = 256;
  int first_port = 0;  // 0: no fence
  const int* allowed = nullptr;
  int allowed_count = 0;
};

// This process and all that it starts can connect to every port but those behind the fence:
// connect() gives EACCES. False: the kernel cannot do it, and nothing has changed.
bool RaiseFence(const Fence& fence);

}  // namespace isolane::process
