#include "cli/parent_channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

namespace isolane::cli {
namespace {

// A channel as a parent makes it, named in the environment.
struct Parent {
  int ends[2] = {-1, -1};

  explicit Parent(const char* mode) {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    setenv("NODE_CHANNEL_FD", std::to_string(ends[1]).c_str(), 1);
    setenv("NODE_CHANNEL_SERIALIZATION_MODE", mode, 1);
  }
  ~Parent() {
    close(ends[0]);
    unsetenv("NODE_CHANNEL_FD");
    unsetenv("NODE_CHANNEL_SERIALIZATION_MODE");
  }

  std::string Received() const {
    char buffer[256];
    const ssize_t size = recv(ends[0], buffer, sizeof buffer, MSG_DONTWAIT);
    return size < 0 ? "nothing" : std::string(buffer, static_cast<size_t>(size));
  }
};

TEST_SUITE("cli/parent_channel") {
  TEST_CASE("a parent with a channel") {
    SUBCASE("is told in a line, as a text") {
      const Parent parent("json");
      const ParentChannel channel;
      channel.SendReady({.ip = "127.0.0.1"}, 8787);
      CHECK(parent.Received() ==
            "\"{\\\"event\\\":\\\"DEV_SERVER_READY\\\",\\\"ip\\\":\\\"127.0.0.1\\\",\\\"port\\\":"
            "8787}\"\n");
    }
    SUBCASE("shares it with nobody else") {
      const Parent parent("json");
      const ParentChannel channel;
      CHECK(std::getenv("NODE_CHANNEL_FD") == nullptr);
      CHECK(std::getenv("NODE_CHANNEL_SERIALIZATION_MODE") == nullptr);
      CHECK((fcntl(parent.ends[1], F_GETFD) & FD_CLOEXEC) != 0);
    }
    SUBCASE("may be gone") {
      const Parent parent("json");
      const ParentChannel channel;
      shutdown(parent.ends[0], SHUT_RDWR);
      channel.SendReady({.ip = "127.0.0.1"}, 8787);
    }
    SUBCASE("may speak V8's format, which is left to Node.js") {
      const Parent parent("advanced");
      const ParentChannel channel;
      channel.SendReady({.ip = "127.0.0.1"}, 8787);
      CHECK(parent.Received() == "nothing");
      close(parent.ends[1]);
    }
  }

  TEST_CASE("without a parent that listens there is nothing to do") {
    const ParentChannel none;
    none.SendReady({}, 1);
    setenv("NODE_CHANNEL_FD", "3x", 1);
    const ParentChannel wrong;
    wrong.SendReady({}, 1);
    CHECK(std::getenv("NODE_CHANNEL_FD") == nullptr);
  }

  TEST_CASE("what is said is where the server can be reached") {
    CHECK(ReadyEvent({.ip = "localhost"}, 1) ==
          "{\"event\":\"DEV_SERVER_READY\",\"ip\":\"localhost\",\"port\":1}");
    CHECK(ReadyEvent({.ip = "::1"}, 1).find("\"[::1]\"") != std::string::npos);
    CHECK(ReadyEvent({.ip = "0.0.0.0"}, 1).find("\"127.0.0.1\"") != std::string::npos);
  }
}

}  // namespace
}  // namespace isolane::cli
