#include "wrangler-compat/build/custom_build.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "wrangler-compat/build/child_process.h"

namespace isolane::wrangler {
namespace {

constexpr char kPrefix[] = "[custom build] ";

// Line by line until nobody holds the other end.
void Forward(int from, const std::function<void(const std::string& line)>& print) {
  std::string left;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t got = read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    left.append(buffer, static_cast<size_t>(got));
    size_t at = 0;
    for (size_t end; (end = left.find('\n', at)) != std::string::npos; at = end + 1) {
      print(kPrefix + left.substr(at, end - at));
    }
    left.erase(0, at);
  }
  if (!left.empty()) print(kPrefix + left);
}

}  // namespace

Status CustomBuildRun::Run(const CustomBuild& build,
                           const std::function<void(const std::string& line)>& print) {
  const Error failed{"Running custom build `" + build.command +
                         "` failed. There are likely more logs from your build command above.",
                     {},
                     {},
                     {}};
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Error{failed.message + " (" + std::strerror(errno) + ")", {}, {}, {}};
  }
  ChildOptions options;
  options.arguments = {"/bin/sh", "-c", build.command};
  options.cwd = build.cwd;
  options.environment = {"WRANGLER_COMMAND=dev"};
  options.output = ends[1];
  options.errors = ends[1];
  Result<pid_t> pid = failed;
  print(std::string(kPrefix) + "Running: " + build.command);
  {
    const std::lock_guard lock(mutex_);
    if (!cancelled_) pid = StartChild(options);
    if (pid.ok()) pid_ = *pid;
  }
  close(ends[1]);
  if (pid.ok()) Forward(ends[0], print);
  close(ends[0]);
  if (!pid.ok()) {
    print(kPrefix + pid.error().message);
    return failed;
  }
  AwaitEnd(*pid);
  // Until it is waited for its number is its own, so that Cancel reaches nobody else.
  const std::lock_guard lock(mutex_);
  const int code = WaitForChild(*pid);
  pid_ = 0;
  if (code != 0 || cancelled_) return failed;
  return Ok{};
}

void CustomBuildRun::Cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  if (pid_ != 0) kill(-pid_, SIGKILL);
}

}  // namespace isolane::wrangler
