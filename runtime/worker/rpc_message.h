// What an RPC carries, arguments or a result: values as bytes, and what bytes cannot say as a list
// of attachments. Plain data that may cross isolates.
//
// Loop thread. Owned by a Call; what it holds (references to stubs, bodies) is let go with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/base/body.h"
#include "runtime/base/chunk.h"
#include "runtime/worker/rpc_table.h"

namespace isolane::worker {

struct Channel;

struct RpcAttachment {
  base::Body body;                   // a stream, or the body of a request or response
  StubReference stub;                // a function or an RpcTarget
  const Channel* channel = nullptr;  // a service binding

  RpcAttachment() = default;
  RpcAttachment(RpcAttachment&&) = default;
  RpcAttachment& operator=(RpcAttachment&&) = default;
  ~RpcAttachment() {
    // Nobody took it.
    if (body.kind == base::Body::Kind::kPipe && body.pipe != nullptr) body.pipe->Cancel();
  }
};

struct RpcMessage {
  // Primitive values, written by rpc_values.h...
  std::string values;
  // ...or, if this is true, a structured clone (rpc_clone.h).
  bool cloned = false;
  base::Chunk clone;
  std::vector<RpcAttachment> attachments;
  // Of a result: it is an array of the value and of a stub whose disposal ends it.
  bool with_disposer = false;

  void Reset() {
    with_disposer = false;
    values.clear();
    cloned = false;
    clone = base::Chunk();
    attachments.clear();
  }
};

}  // namespace isolane::worker
