// The ports that this Runtime listens at: a request that goes on to one of them comes back.
//
// Names are not looked up: of those that lead to this machine, the ones it has by itself are known.
//
// Loop thread.
#pragma once

#include <string_view>
#include <vector>

namespace isolane::worker {

class OwnPorts {
 public:
  void Add(int port) { ports_.push_back(port); }
  // Whether an absolute URL names this machine and one of them.
  bool LeadHere(std::string_view url) const;

 private:
  std::vector<int> ports_;
};

}  // namespace isolane::worker
