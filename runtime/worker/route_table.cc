#include "runtime/worker/route_table.h"

#include <algorithm>
#include <string>

#include "runtime/base/ascii.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

Result<RouteTable> RouteTable::Create(const std::vector<Worker*>& workers) {
  RouteTable table;
  for (Worker* worker : workers) {
    for (const Route& route : worker->spec().routes) {
      auto pattern = route.custom_domain ? base::RoutePattern::ParseDomain(route.pattern)
                                         : base::RoutePattern::Parse(route.pattern);
      if (!pattern.ok()) {
        return Error{"Route \"" + route.pattern + "\" for \"" + worker->name() + "\" " +
                         pattern.error().message,
                     {},
                     route.where,
                     {}};
      }
      table.entries_.push_back({std::move(*pattern), worker});
    }
  }
  std::stable_sort(table.entries_.begin(), table.entries_.end(),
                   [](const Entry& one, const Entry& other) {
                     return one.pattern.IsMoreSpecificThan(other.pattern);
                   });
  return table;
}

Worker* RouteTable::Find(std::string_view url) const {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return nullptr;
  const std::string_view rest = url.substr(scheme_end + 3);
  const size_t path = std::min(rest.find_first_of("/?"), rest.size());
  std::string host(rest.substr(0, path));
  host.resize(std::min(host.find(':', host.starts_with('[') ? host.find(']') : 0), host.size()));
  host = base::LowerCased(host);
  for (const Entry& entry : entries_) {
    if (entry.pattern.Matches(url.substr(0, scheme_end), host, rest.substr(path))) {
      return entry.worker;
    }
  }
  return nullptr;
}

}  // namespace isolane::worker
