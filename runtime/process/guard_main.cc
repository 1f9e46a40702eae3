// isolane-guard: runs one child process of isolane, and sees to it that nothing of it is left.
//
//   isolane-guard [--fence FIRST_PORT] [--allow PORT]... [--after COMMAND] -- PROGRAM [ARGUMENT...]
//
// Its standard input is the pipe of whoever started it: "T" passes SIGTERM on to the child's
// process group, the end of the input is the order to kill everything. So the children end with
// isolane, however that ends: the kernel closes the pipe of a process that was killed. Whatever the
// child leaves behind becomes a child of the guard, which is a subreaper, also when it has a
// session of its own; and when the guard itself is killed the child gets SIGKILL by its
// parent-death signal.
//
// When the child has ended all that it left is killed, COMMAND is run by /bin/sh, and the guard
// ends the same way: with the child's status or by the same signal.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/process/guard_fence.h"

namespace {

// What a shell gives for a program that cannot be run.
constexpr int kCannotRun = 127;
constexpr int kMaxAllowed = 256;

struct Orders {
  isolane::process::Fence fence;
  int allowed[kMaxAllowed];
  const char* after = nullptr;
  char** command = nullptr;
};

bool ReadOrders(int argc, char** argv, Orders* orders) {
  int i = 1;
  for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
    if (strcmp(argv[i], "--fence") == 0) {
      orders->fence.first_port = atoi(argv[i + 1]);
    } else if (strcmp(argv[i], "--after") == 0) {
      orders->after = argv[i + 1];
    } else if (strcmp(argv[i], "--allow") == 0 && orders->fence.allowed_count < kMaxAllowed) {
      orders->allowed[orders->fence.allowed_count++] = atoi(argv[i + 1]);
    } else {
      return false;
    }
  }
  if (i + 1 >= argc) return false;
  orders->fence.allowed = orders->allowed;
  orders->command = argv + i + 1;
  return true;
}

// In the child; does not return.
[[noreturn]] void Become(const Orders& orders, pid_t guard) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != guard) _exit(kCannotRun);  // it is gone already
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  if (nothing > STDERR_FILENO) close(nothing);
  // Without it the check at accept still holds; see process/peer_check.h.
  (void)isolane::process::RaiseFence(orders.fence);
  execvp(orders.command[0], orders.command);
  dprintf(STDERR_FILENO, "%s: %s\n", orders.command[0], strerror(errno));
  _exit(kCannotRun);
}

// Kills every process whose parent is this one; false if there is none.
bool KillChildren() {
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return false;
  const pid_t self = getpid();
  bool any = false;
  while (const dirent* entry = readdir(processes)) {
    const pid_t pid = atoi(entry->d_name);
    if (pid <= 0) continue;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    char text[512];
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0) continue;
    text[size] = 0;
    // "PID (NAME) STATE PARENT ...", where NAME may hold anything.
    const char* after_name = strrchr(text, ')');
    int parent = 0;
    char state = 0;
    if (after_name == nullptr || sscanf(after_name + 1, " %c %d", &state, &parent) != 2) continue;
    if (parent != self) continue;
    any = true;
    kill(pid, SIGKILL);
  }
  closedir(processes);
  return any;
}

// Until nobody is left. The orphans of whoever is killed come to this process, so that the next
// round finds them.
void KillAll(pid_t group) {
  kill(-group, SIGKILL);
  while (KillChildren()) {
    while (waitpid(-1, nullptr, 0) < 0 && errno == EINTR) {
    }
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

// What the child has started elsewhere, a container for example, ends by this.
void RunAfter(const Orders& orders) {
  if (orders.after == nullptr) return;
  const pid_t pid = fork();
  if (pid == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execl("/bin/sh", "sh", "-c", orders.after, nullptr);
    _exit(kCannotRun);
  }
  while (pid > 0 && waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void EndLike(int status) {
  if (WIFSIGNALED(status)) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(WTERMSIG(status), SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, WTERMSIG(status));
    raise(WTERMSIG(status));
    sigprocmask(SIG_UNBLOCK, &one, nullptr);
    _exit(128 + WTERMSIG(status));
  }
  _exit(WEXITSTATUS(status));
}

}  // namespace

int main(int argc, char** argv) {
  Orders orders;
  if (!ReadOrders(argc, argv, &orders)) {
    dprintf(STDERR_FILENO, "isolane-guard is started by isolane\n");
    return kCannotRun;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  // What is meant for the child comes by the pipe.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  sigset_t ended;
  sigemptyset(&ended);
  sigaddset(&ended, SIGCHLD);
  const int signals = signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK);
  const pid_t self = getpid();
  const pid_t child = fork();
  if (child == 0) Become(orders, self);
  if (child < 0 || signals < 0) {
    dprintf(STDERR_FILENO, "cannot start %s: %s\n", orders.command[0], strerror(errno));
    return kCannotRun;
  }
  setpgid(child, child);
  // The outputs are the child's alone: their end means that nobody writes any more.
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  pollfd events[] = {{STDIN_FILENO, POLLIN, 0}, {signals, POLLIN, 0}};
  for (;;) {
    if (poll(events, 2, -1) < 0 && errno != EINTR) break;
    if (events[1].revents != 0) {
      signalfd_siginfo told;
      while (read(signals, &told, sizeof told) > 0) {
      }
      int status = 0;
      for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid != child) continue;
        KillAll(child);
        RunAfter(orders);
        EndLike(status);
      }
    }
    if (events[0].revents != 0) {
      char order = 0;
      const ssize_t count = read(STDIN_FILENO, &order, 1);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count <= 0) break;
      if (order == 'T') kill(-child, SIGTERM);
    }
  }
  KillAll(child);
  RunAfter(orders);
  EndLike(SIGKILL);
}
