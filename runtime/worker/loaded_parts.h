// What a Worker that was loaded by another one (loader.h) has in the place of declared bindings.
// Plain data.
//
// Loop thread. Shared by the record of the loaded Worker and its isolate's Worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/worker/rpc_message.h"

namespace isolane::worker {

struct Channel;

// Where something leads that a Worker was given.
struct GivenChannel {
  const Channel* channel = nullptr;  // of the giver
  std::string props;                 // as Call::props
};

struct LoadedParts {
  // A clone of its env, whose attachments are channels of the giver. Nothing in it: {}.
  RpcMessage env;
  // Where fetch() to the network goes. Nothing: there; without a channel: nowhere.
  std::optional<GivenChannel> outbound;
  // Who is told what it does: when it is done, and at once.
  std::vector<GivenChannel> tails;
  std::vector<GivenChannel> streaming_tails;
};

}  // namespace isolane::worker
