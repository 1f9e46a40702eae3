// `isolane dev` while it runs: watches what the Workers were made of, builds those again that have
// changed, and puts the new versions in the place of the old ones.
//
// A configuration, a file of secrets, a module, a file that any of them was looked for in vain:
// each is an input of one Worker, and only that one is made again. What fails is told once, and the
// last good version serves on.
//
// Main thread, which is the loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <isolane/runtime.h>

#include "cli/options.h"
#include "wrangler-compat/build/builder.h"
#include "wrangler-compat/project.h"

namespace isolane::loop {
class Loop;
}

namespace isolane::cli {

class DevSession {
 public:
  // What the program does with Workers besides, each time that they are loaded.
  struct Hooks {
    // Completes what the configuration says by what the command line does.
    std::function<void(WorkerSpec&)> complete = {};
    // The project again, as files are now; not given: of the session's project_options.
    std::function<wrangler::LoadedProject()> load = {};
    // Completes what was built of a Worker.
    std::function<void(WorkerSpec&)> built = {};
    // If it is given nothing is held: what cannot be built or loaded at the start ends it, and this
    // tells why. `worker`: whose build has failed, which was printed already; empty: `why` is what
    // loading them has failed with.
    std::function<void(const std::string& worker, const Error& why)> on_failed_start = {};
    // Before something is printed, so that what was gathered comes first.
    std::function<void()> before_print = {};
    // The Workers that other processes have now.
    std::function<std::vector<std::string>()> elsewhere = {};
    // The configuration was read again, and there is nothing wrong with it.
    std::function<void(const wrangler::Project&)> on_config = {};
    // What it says of the Workers is in place, as far as they could be built.
    std::function<void(const std::vector<WorkerSpec>&)> on_workers = {};
  };

  DevSession(const CliOptions& options, wrangler::ProjectOptions project_options, Hooks hooks);
  ~DevSession();
  DevSession(const DevSession&) = delete;
  DevSession& operator=(const DevSession&) = delete;

  // Builds the Workers of `loaded`, which is ok and was read since `began` (config::FileTime),
  // waits for that, and loads them. Null if that failed, which was told; a build that an edit can
  // repair is no failure: its Worker holds requests.
  std::unique_ptr<Runtime> Load(wrangler::LoadedProject loaded, int64_t began,
                                RuntimeOptions runtime_options);
  // From now on, until End, changes are taken.
  void Watch(Runtime& runtime, loop::Loop& loop);
  // Before the runtime ends.
  void End();

  // Makes everything again, changed or not.
  void ReloadAll();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace isolane::cli
