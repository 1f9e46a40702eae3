#include "runtime/process/peer_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace isolane::process {
namespace {

int Listen(int* port) {
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(bind(file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(file, 5) == 0);
  socklen_t size = sizeof address;
  getsockname(file, reinterpret_cast<sockaddr*>(&address), &size);
  *port = ntohs(address.sin_port);
  return file;
}

// Ends with the test, also if that has failed.
void EndWithParent() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  alarm(60);
}

int Connect(int port, int family) {
  const int file = socket(family, SOCK_STREAM, 0);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v4.sin_port = htons(static_cast<uint16_t>(port));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = v4.sin_port;
  inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
  const int error = family == AF_INET ? connect(file, reinterpret_cast<sockaddr*>(&v4), sizeof v4)
                                      : connect(file, reinterpret_cast<sockaddr*>(&v6), sizeof v6);
  if (error != 0) _exit(1);
  return file;
}

TEST_SUITE("runtime/process/peer_check") {
  TEST_CASE("the peer of a connection is of the tree that holds its other end") {
    int port = 0;
    const int listener = Listen(&port);
    int family = AF_INET;
    SUBCASE("over IPv4") {}
    SUBCASE("over a mapped address of IPv6") { family = AF_INET6; }
    const int tried = socket(family, SOCK_STREAM, 0);
    if (tried < 0) {
      MESSAGE("not tried: this machine has no IPv6");
      close(listener);
      return;
    }
    close(tried);
    // A child whose child connects.
    const pid_t child = fork();
    if (child == 0) {
      EndWithParent();
      if (fork() == 0) {
        EndWithParent();
        Connect(port, family);
      }
      pause();
      _exit(0);
    }
    const pid_t other = fork();
    if (other == 0) {
      EndWithParent();
      pause();
      _exit(0);
    }
    pollfd waiting{listener, POLLIN, 0};
    REQUIRE_MESSAGE(poll(&waiting, 1, 30'000) == 1, "the child has not connected");
    const int accepted = accept(listener, nullptr, nullptr);
    REQUIRE(accepted >= 0);
    CHECK(PeerIsInTree(accepted, child));
    CHECK(PeerIsInTree(accepted, getpid()));
    CHECK_FALSE(PeerIsInTree(accepted, other));
    CHECK_FALSE(PeerIsInTree(accepted, 0));
    CHECK_FALSE(PeerIsInTree(listener, child));
    kill(child, SIGKILL);
    kill(other, SIGKILL);
    waitpid(child, nullptr, 0);
    waitpid(other, nullptr, 0);
    close(accepted);
    close(listener);
  }
}

}  // namespace
}  // namespace isolane::process
