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

// What a shell adds to the number of the signal that ended a process.
inline constexpr int kSignalled = 128;

// Waits until it has ended, and leaves it as it is: its number is not given to another process
// before WaitForChild.
void AwaitEnd(pid_t pid);
// Waits for it: its exit code, or kSignalled and the signal that ended it.
int WaitForChild(pid_t pid);

}  // namespace isolane::wrangler
