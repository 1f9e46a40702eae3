// A peer that says what the test says, when it says it: no thread, no loop. One connection at a
// time.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace isolane::http {

class RawServer {
 public:
  RawServer() : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(fd_, 8);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~RawServer() {
    Hang();
    close(fd_);
  }
  // Something of a request has come on a connection.
  bool Asked() {
    const std::string came = Hear();
    heard += came;
    return !came.empty();
  }
  // What has come on the connection since it was last asked.
  std::string Hear() {
    if (peer_ < 0) peer_ = accept(fd_, nullptr, nullptr);
    if (peer_ < 0) return {};
    char buffer[65536];
    const ssize_t count = recv(peer_, buffer, sizeof buffer, MSG_DONTWAIT);
    return {buffer, count > 0 ? static_cast<size_t>(count) : 0};
  }
  bool connected() {
    if (peer_ < 0) peer_ = accept(fd_, nullptr, nullptr);
    return peer_ >= 0;
  }
  // The client has closed the connection.
  bool Left() {
    char byte;
    return connected() && recv(peer_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
  void Say(std::string_view text) {
    CHECK(send(peer_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  // As much as the kernel takes now.
  size_t SayPart(std::string_view text) {
    const ssize_t count = send(peer_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count > 0 ? static_cast<size_t>(count) : 0;
  }
  // Nothing more will be said.
  void EndSaying() { shutdown(peer_, SHUT_WR); }
  // The connection breaks off.
  void Reset() {
    const linger at_once{1, 0};
    setsockopt(peer_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Hang();
  }
  void Hang() {
    if (peer_ >= 0) close(peer_);
    peer_ = -1;
  }
  std::string where() const { return "127.0.0.1:" + std::to_string(port); }
  int port;
  std::string heard;

 private:
  int fd_;
  int peer_ = -1;
};

}  // namespace isolane::http
