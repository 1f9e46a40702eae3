// `[build] command`: runs the user's build tool and forwards what it prints.
//
// Thread: any; Run blocks until the command has ended.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include <sys/types.h>

#include "wrangler-compat/build/build_plan.h"

namespace isolane::wrangler {

class CustomBuildRun {
 public:
  // Runs the command in a shell, with WRANGLER_COMMAND=dev, and prints its lines with wrangler's
  // prefix as they come. Gives the error of a command that failed, in wrangler's words; nothing
  // else is an error. Once.
  Status Run(const CustomBuild& build, const std::function<void(const std::string& line)>& print);
  // Thread: any. Ends the command and what it has started; Run gives an error soon after.
  void Cancel();

 private:
  std::mutex mutex_;
  pid_t pid_ = 0;  // 0: none runs
  bool cancelled_ = false;
};

}  // namespace isolane::wrangler
