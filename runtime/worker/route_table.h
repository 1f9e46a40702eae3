// Which Worker answers for a URL, by the routes of all of them.
//
// Loop thread. Owned by an HttpFrontend; the Workers outlive it.
#pragma once

#include <string_view>
#include <vector>

#include <isolane/result.h>

#include "runtime/base/route_pattern.h"

namespace isolane::worker {

class Worker;

class RouteTable {
 public:
  // An error names the Worker and the route that is no pattern.
  static Result<RouteTable> Create(const std::vector<Worker*>& workers);

  // The one whose most specific route matches; of equal ones the first. Null if there is none.
  // `url` is absolute.
  Worker* Find(std::string_view url) const;

 private:
  struct Entry {
    base::RoutePattern pattern;
    Worker* worker;
  };
  std::vector<Entry> entries_;  // the most specific first
};

}  // namespace isolane::worker
