#include "runtime/worker/front_doors.h"

#include <utility>

#include "runtime/loop/tcp_listener.h"

namespace isolane::worker {

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
  ISOLANE_ASSIGN(auto server, listen(address.ip, address.port));
  const int chosen = server->port();
  door.servers.push_back(std::move(server));
  if (address.ip == "localhost") {
    auto second = listen("::1", chosen);
    // Whoever asks for localhost would reach the other program.
    if (!second.ok() && address.port != 0 && loop::IsInUse(second.error())) return second.error();
    // A machine may be without IPv6.
    if (second.ok()) door.servers.push_back(std::move(*second));
  }
  doors_.push_back(std::move(door));
  return chosen;
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
