// What the process ends with after a signal.
//
// Thread: any.
#pragma once

#include "cli/options.h"
#include "wrangler-compat/build/child_process.h"

namespace isolane::cli {

// Of a program that has served until `signal`. In dev wrangler's way; for whoever supervises a
// server a stop that was asked for is no failure.
inline int ExitCodeAfter(Command command, int signal) {
  return command == Command::kDev ? wrangler::kSignalled + signal : 0;
}

}  // namespace isolane::cli
