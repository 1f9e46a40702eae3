// Starting another program: an absolute file or a shell's command, with the ends of its pipes.
//
// Thread: any. Whoever starts a process waits for it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <isolane/result.h>

namespace isolane::wrangler {

struct ChildOptions {
  std::vector<std::string> arguments;    // the first is the program, an absolute path
  std::string cwd;                       // empty: that of this process
  std::vector<std::string> environment;  // NAME=VALUE, beside those of this process
  // Descriptors of this process that become the child's; -1: stdin of /dev/null, else inherited.
  int input = -1;
  int output = -1;
  int errors = -1;
};

// The child leads a process group of its own, so that a signal to that reaches what it has started,
// and a Ctrl-C at the terminal is ours to pass on. Signals are handled as in a fresh process.
Result<pid_t> StartChild(const ChildOptions& options);

// Waits for it: its exit code, or 128 and the signal that ended it.
int WaitForChild(pid_t pid);

}  // namespace isolane::wrangler
