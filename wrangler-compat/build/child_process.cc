#include "wrangler-compat/build/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace isolane::wrangler {
namespace {

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentOf(const ChildOptions& options) {
  std::vector<std::string> all = options.environment;
  for (char** entry = environ; *entry != nullptr; entry++) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool set = false;
    for (const std::string& own : options.environment) set |= own.starts_with(name);
    if (!set) all.emplace_back(text);
  }
  return all;
}

}  // namespace

Result<pid_t> StartChild(const ChildOptions& options) {
  SpawnSettings settings;
  const auto give = [&](int own, int theirs) {
    if (own >= 0) posix_spawn_file_actions_adddup2(&settings.actions, own, theirs);
  };
  if (options.input < 0) {
    posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  give(options.input, STDIN_FILENO);
  give(options.output, STDOUT_FILENO);
  give(options.errors, STDERR_FILENO);
  if (!options.cwd.empty()) {
    posix_spawn_file_actions_addchdir_np(&settings.actions, options.cwd.c_str());
  }
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setsigdefault(&settings.attributes, &defaults);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = EnvironmentOf(options);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, arguments.front().c_str(), &settings.actions, &settings.attributes,
                  Pointers(arguments).data(), Pointers(environment).data());
  if (error != 0) {
    return Error{"Cannot start " + arguments.front() + ": " + std::strerror(error), {}, {}, {}};
  }
  return pid;
}

void AwaitEnd(pid_t pid) {
  siginfo_t ended;
  while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
}

int WaitForChild(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return kSignalled;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status);
}

}  // namespace isolane::wrangler
