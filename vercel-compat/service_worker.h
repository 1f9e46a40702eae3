// A service that runs in an isolate, as a Worker: its modules, its environment, and the module that
// makes one fetch handler of what its entry exports.
//
// spec/vercel-services.md sections 4 and 5.1. Thread: any; the loader reads files.
#pragma once

#include <map>
#include <string>

#include <isolane/worker_spec.h>

#include "vercel-compat/service.h"

namespace isolane::vercel {

// `service` is ServiceHost::kIsolate. `variables` is its environment without its bindings.
// `config_path` is for messages.
WorkerSpec MakeServiceWorker(const Service& service,
                             const std::map<std::string, std::string>& variables,
                             const std::string& config_path);

}  // namespace isolane::vercel
