#include "runtime/worker/front_doors.h"

#include <utility>

namespace isolane::worker {

// How many free ports are looked at, until one is free at both addresses of localhost.
static constexpr int kAttempts = 20;

Result<int> FrontDoors::Open(uv_loop_s* loop, const DoorAddress& address,
                             const http::ServerLimits& limits,
                             std::unique_ptr<http::RequestHandler> frontend) {
  Door door{std::move(frontend), nullptr, {}};
  if (address.identity) {
    ISOLANE_ASSIGN(door.tls, http::ServerTls::Create(*address.identity));
  }
  const auto listen = [&](const std::string& ip, int port) {
    return http::Server::Listen(loop, {ip, port, door.tls.get()}, limits, *door.frontend);
  };
  for (int attempt = 1;; attempt++) {
    ISOLANE_ASSIGN(auto server, listen(address.ip, address.port));
    const int chosen = server->port();
    door.servers.push_back(std::move(server));
    if (address.ip == "localhost") {
      auto second = listen("::1", chosen);
      if (second.ok()) {
        door.servers.push_back(std::move(*second));
      } else if (second.error().kind == ErrorKind::kAddressInUse) {
        // Whoever asks for localhost would reach the other program.
        if (address.port != 0 || attempt == kAttempts) return second.error();
        door.servers.clear();
        continue;
      }
      // Else the machine may be without IPv6.
    }
    doors_.push_back(std::move(door));
    return chosen;
  }
}

void FrontDoors::Flush() {
  for (const Door& door : doors_) {
    for (const auto& server : door.servers) server->Flush();
  }
}

void FrontDoors::Drain(void (*done)(void*), void* context) {
  drained_ = done;
  drained_context_ = context;
  for (const Door& door : doors_) draining_ += door.servers.size();
  for (const Door& door : doors_) {
    for (const auto& server : door.servers) {
      server->Drain(
          [](void* self) {
            auto* doors = static_cast<FrontDoors*>(self);
            if (--doors->draining_ == 0) doors->drained_(doors->drained_context_);
          },
          this);
    }
  }
}

void FrontDoors::CloseNow() {
  for (const Door& door : doors_) {
    for (const auto& server : door.servers) server->CloseNow();
  }
}

}  // namespace isolane::worker
