// A server on the network that says what the test says, when it says it: no thread, no loop.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

namespace isolane::testing {

class RawOrigin {
 public:
  RawOrigin() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener_, 8) == 0);
    fcntl(listener_, F_SETFL, O_NONBLOCK);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~RawOrigin() {
    HangUp();
    close(listener_);
  }
  RawOrigin(const RawOrigin&) = delete;
  RawOrigin& operator=(const RawOrigin&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

  // The head of a request has come.
  bool Asked() {
    if (peer_ < 0) peer_ = accept(listener_, nullptr, nullptr);
    if (peer_ < 0) return false;
    char buffer[4096];
    const ssize_t count = recv(peer_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count > 0) request_.append(buffer, static_cast<size_t>(count));
    return request_.find("\r\n\r\n") != std::string::npos;
  }
  const std::string& request() const { return request_; }
  void Say(std::string_view text) {
    CHECK(send(peer_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
  void HangUp() {
    if (peer_ >= 0) close(peer_);
    peer_ = -1;
  }

 private:
  int listener_;
  int peer_ = -1;
  int port_ = 0;
  std::string request_;
};

}  // namespace isolane::testing
