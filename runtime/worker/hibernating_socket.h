// A WebSocket that belongs to a Durable Object rather than to one of its instances: what is kept of
// it while there is none.
//
// https://developers.cloudflare.com/durable-objects/best-practices/websockets/#websocket-hibernation-api
//
// Loop thread. Owned by its WebSocketRecord.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace isolane::worker {

struct ActorClass;

struct HibernatingSocket {
  static constexpr size_t kMostTags = 10;
  static constexpr size_t kMostAttached = 16 * 1024;  // bytes

  ActorClass* actor_class = nullptr;
  std::string address;  // of the object, see Call::props
  std::vector<std::string> tags;
  std::string attachment;  // structured-clone bytes; empty: none
  // When a message was last answered without the object: ms since 1970; negative: never.
  double answered_ms = -1;
  // The other side has closed: no message will come that could start an instance.
  bool left = false;

  std::string object_id() const { return address.substr(0, 64); }
};

}  // namespace isolane::worker
