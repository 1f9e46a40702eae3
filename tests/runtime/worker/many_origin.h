// A server on the network with many connections, each of which says what the test says: no thread,
// no loop.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace isolane::testing {

class ManyOrigin {
 public:
  ManyOrigin() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener_, 64) == 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~ManyOrigin() {
    for (Peer& peer : peers_) close(peer.fd);
    close(listener_);
  }
  ManyOrigin(const ManyOrigin&) = delete;
  ManyOrigin& operator=(const ManyOrigin&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  int port() const { return port_; }

  // Takes what has come.
  void Look() {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      peers_.push_back({fd, {}, {}, false});
    }
    char buffer[65536];
    for (Peer& peer : peers_) {
      ssize_t count = 0;
      while ((count = recv(peer.fd, buffer, sizeof buffer, 0)) > 0) {
        peer.heard.append(buffer, static_cast<size_t>(count));
      }
      if (count == 0) peer.left = true;
      if (peer.unsaid.empty() || peer.left) continue;
      count = send(peer.fd, peer.unsaid.data(), peer.unsaid.size(), MSG_NOSIGNAL);
      if (count > 0) peer.unsaid.erase(0, static_cast<size_t>(count));
    }
  }
  // Requests that wait for their answer: their paths, in the order of their connections.
  std::vector<std::string> Asked() {
    Look();
    std::vector<std::string> paths;
    for (const Peer& peer : peers_) {
      if (!peer.left && peer.heard.find("\r\n\r\n") != std::string::npos)
        paths.push_back(PathOf(peer));
    }
    return paths;
  }
  // Answers the request for `path`, with as much as the client takes, now and at each Look.
  void Answer(std::string_view path, std::string_view response) {
    for (Peer& peer : peers_) {
      if (peer.left || peer.heard.empty() || PathOf(peer) != path) continue;
      peer.heard.clear();
      peer.unsaid += response;
      Look();
      return;
    }
    FAIL("nobody asked for " << path);
  }
  void AnswerText(std::string_view path, std::string_view body) {
    Answer(path, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                     std::string(body));
  }
  // Every connection ends, whatever was promised.
  void HangUp() {
    for (Peer& peer : peers_) close(peer.fd);
    peers_.clear();
  }

 private:
  struct Peer {
    int fd;
    std::string heard;
    std::string unsaid;
    bool left;
  };
  static std::string PathOf(const Peer& peer) {
    const size_t at = peer.heard.find(' ') + 1;
    return peer.heard.substr(at, peer.heard.find(' ', at) - at);
  }

  int listener_;
  int port_ = 0;
  std::vector<Peer> peers_;
};

}  // namespace isolane::testing
