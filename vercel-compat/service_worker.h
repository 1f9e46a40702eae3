// A service that runs in an isolate, as a Worker: what is to be built, its environment, and the
// modules before its own.
//
// spec/vercel-services.md sections 4 and 5.1. Thread: any. Blocking: EntryOf may write a file.
#pragma once

#include <map>
#include <string>

#include <isolane/result.h>
#include <isolane/worker_spec.h>

#include "vercel-compat/service.h"

namespace isolane::vercel {

// The module that a service begins with, for whoever makes JavaScript of it.
struct ServiceEntry {
  std::string root;  // absolute directory
  std::string file;  // relative to it
};

// `service` is ServiceHost::kIsolate. For files of routes a module that imports them all is written
// to `project`/.vercel/isolane, unless it is there already.
Result<ServiceEntry> EntryOf(const Service& service, const std::string& project);

// The Worker without its modules. `variables` is its environment without its bindings.
// `config_path` is for messages.
WorkerSpec MakeServiceWorker(const Service& service,
                             const std::map<std::string, std::string>& variables,
                             const std::string& config_path);

// Puts our modules before those of `worker`, which are what was built of the service's entry: its
// main module gets the environment and calls what the entry exports.
void CompleteServiceWorker(const Service& service, WorkerSpec& worker);

}  // namespace isolane::vercel
