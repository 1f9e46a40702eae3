// Service bindings and tail consumers whose Worker does not exist, found before anything runs.
//
// Thread: any. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <isolane/worker_spec.h>

namespace isolane::wrangler {

struct UnresolvedService {
  std::string worker;                  // whose binding it is
  std::optional<std::string> binding;  // nothing: it is a tail consumer
  std::string service;                 // the name that nobody has
  std::string where;
  std::vector<std::string> known;
  std::string nearest;     // empty when no known name is near
  bool streaming = false;  // of a tail consumer: it is in streaming_tail_consumers
};

// `elsewhere`: Workers that other processes have.
std::vector<UnresolvedService> CheckServices(const std::vector<WorkerSpec>& specs,
                                             const std::vector<std::string>& elsewhere = {});

// gateway: binding AUTH points to "auth", no such Worker (known: gateway, authn).
// gateway/wrangler.toml:14. Did you mean "authn"?   (in one line)
std::string Describe(const UnresolvedService& unresolved);

}  // namespace isolane::wrangler
