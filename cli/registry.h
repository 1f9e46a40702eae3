// Where the isolane processes of this user find each other (runtime/worker/peers/registry.h).
//
// Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "wrangler-compat/dev_vars.h"

namespace isolane::worker {
class Registry;
}

namespace isolane::cli {

// ISOLANE_REGISTRY_PATH; else a directory of our own below WRANGLER_REGISTRY_PATH or
// MINIFLARE_REGISTRY_PATH; else below XDG_RUNTIME_DIR; else ~/.isolane/registry. Empty, which does
// without: the first is set to nothing, none has a value, or the command is not dev.
std::string RegistryDirectory(const CliOptions& options,
                              const wrangler::ProcessVariables& variables);

// What others have put into a registry. Blocking: reads files.
class Neighbours {
 public:
  // `directory`: RegistryDirectory(). Nothing is made there.
  explicit Neighbours(std::string directory);
  ~Neighbours();
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;

  // The directory, made if need be, if it can be used; else nothing, and in `warning` why not.
  std::string Usable(std::string* warning);
  // The Workers that are there now, in order; none if there is no such directory. Before any of
  // this process are: later worker::WorkersElsewhere says it.
  std::vector<std::string> Names();

 private:
  const std::string directory_;
  std::unique_ptr<worker::Registry> registry_;  // null until it is needed
};

}  // namespace isolane::cli
