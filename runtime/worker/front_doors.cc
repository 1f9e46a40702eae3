#include "runtime/worker/front_doors.h"

#include <utility>

namespace isolane::worker {

Result<int> FrontDoors::Open(uv_loop_s* loop, const std::string& ip, int port,
                             const http::ServerLimits& limits,
                             std::unique_ptr<http::RequestHandler> frontend) {
  Door door{std::move(frontend), {}};
  ISOLANE_ASSIGN(auto server, http::Server::Listen(loop, ip, port, limits, *door.frontend));
  const int chosen = server->port();
  door.servers.push_back(std::move(server));
  if (ip == "localhost") {
    auto second = http::Server::Listen(loop, "::1", chosen, limits, *door.frontend);
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
