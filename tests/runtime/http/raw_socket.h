// A plain client socket that never blocks: the test drives the server's loop between its steps.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace isolane::http {

class RawSocket {
 public:
  explicit RawSocket(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The kernel accepts into the listener's backlog: this needs no turn of the loop.
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~RawSocket() { Close(); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool connected() const { return connected_; }

  // How much the kernel took.
  size_t Send(std::string_view bytes) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }
  void EndSending() { shutdown(fd_, SHUT_WR); }
  void Reset() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Close();
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  // Adds what has arrived to received().
  void Poll() {
    char buffer[65536];
    while (!ended_) {
      const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
      if (count > 0) {
        received_.append(buffer, static_cast<size_t>(count));
        continue;
      }
      if (count == 0) ended_ = true;
      if (count < 0 && errno != EAGAIN) ended_ = reset_ = true;
      return;
    }
  }
  const std::string& received() const { return received_; }
  std::string Take() { return std::exchange(received_, {}); }
  bool ended() const { return ended_; }
  bool reset() const { return reset_; }

 private:
  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  bool reset_ = false;
  std::string received_;
};

}  // namespace isolane::http
