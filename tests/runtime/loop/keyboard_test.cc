#include "runtime/loop/keyboard.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "runtime/loop/loop.h"

namespace isolane::loop {
namespace {

// Runs `child` in a session of its own, whose terminal is a new one, and gives what it ended with.
// `typed` is what somebody types there, each time that the child has said ("!") that it is ready.
template <typename Child>
int AtTerminal(const std::vector<std::string>& typed, Child&& child) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(master >= 0);
  REQUIRE(grantpt(master) == 0);
  REQUIRE(unlockpt(master) == 0);
  const std::string name = ptsname(master);
  const int held = open(name.c_str(), O_RDWR | O_NOCTTY);
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);  // only ends a test that failed
    setsid();
    const int terminal = open(name.c_str(), O_RDWR);
    ioctl(terminal, TIOCSCTTY, 0);
    _exit(child(terminal));
  }
  for (const std::string& text : typed) {
    pollfd said{master, POLLIN, 0};
    char ready = 0;
    const bool is_ready = poll(&said, 1, 30'000) == 1 && read(master, &ready, 1) == 1;
    CHECK(is_ready);
    if (!is_ready) {
      kill(pid, SIGKILL);
      break;
    }
    CHECK(write(master, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  int status = 0;
  waitpid(pid, &status, 0);
  close(held);
  close(master);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_SUITE("runtime/loop/keyboard") {
  TEST_CASE("what is no terminal has no keys") {
    Loop loop;
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    CHECK(Keyboard::Open(loop.uv(), pipe_ends[0], [](char) {}) == nullptr);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
  }

  TEST_CASE("keys come one by one, without a line's end and without echo") {
    CHECK(AtTerminal({"bx"}, [](int terminal) {
            termios settings{};
            std::string keys;
            {
              Loop loop;
              auto keyboard = Keyboard::Open(loop.uv(), terminal, [&](char key) {
                keys += key;
                if (key == 'x') loop.Stop();
              });
              if (keyboard == nullptr) return 1;
              tcgetattr(terminal, &settings);
              if ((settings.c_lflag & (ICANON | ECHO)) != 0) return 2;
              if ((settings.c_lflag & ISIG) == 0) return 3;
              uv_ref(keyboard->uv_handle());
              if (write(terminal, "!", 1) != 1) return 4;
              loop.Run();
              keyboard.reset();
              loop.RunClosing();
            }
            tcgetattr(terminal, &settings);
            if ((settings.c_lflag & (ICANON | ECHO)) != (ICANON | ECHO)) return 5;
            return keys == "bx" ? 0 : 6;
          }) == 0);
  }

  TEST_CASE("a key with a code of several bytes is none") {
    CHECK(AtTerminal({"\x1b[A", "x"}, [](int terminal) {
            Loop loop;
            std::string keys;
            auto keyboard = Keyboard::Open(loop.uv(), terminal, [&](char key) {
              keys += key;
              if (key == 'x') loop.Stop();
            });
            if (keyboard == nullptr) return 1;
            uv_ref(keyboard->uv_handle());
            if (write(terminal, "!", 1) != 1) return 2;
            // The code has been read: what is typed next is not of the same bytes.
            loop.Wait();
            if (write(terminal, "!", 1) != 1) return 3;
            loop.Run();
            keyboard.reset();
            loop.RunClosing();
            return keys == "x" ? 0 : 4;
          }) == 0);
  }
}

}  // namespace
}  // namespace isolane::loop
