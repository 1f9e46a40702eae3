// A call: the record of a fetch() or a method call on its way from one invocation to another, to
// the network, or from outside.
//
// Loop thread. Owned by the Dispatcher's pool.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/base/body.h"
#include "runtime/base/request_router.h"
#include "runtime/http/socket_target.h"
#include "runtime/worker/records.h"
#include "runtime/worker/rpc_message.h"
#include "runtime/worker/tail_spans.h"

namespace isolane::worker {

class Worker;
struct Channel;

// kConnect: a connection to the network, for bytes that are no HTTP.
enum class CallKind : uint8_t { kFetch, kMethod, kConnect };

// Bits of Call::operation: the call is an event, and not one over a binding. The others are those
// of builtins/workers/rpc_stub.js.
inline constexpr int32_t kEventOperation = 4;
inline constexpr int32_t kTopEventOperation = 8;

// A call on a channel or a stub, from native.call to the delivery of its answer.
// OPTIMIZATION: what every call needs comes first, in the order of its use, so that a hop of a
// chain touches few lines of memory.
struct Call {
  uint32_t id = 0;
  CallKind kind = CallKind::kFetch;
  bool cancelled = false;  // nobody waits for the answer
  bool on_actor = false;   // a Durable Object, or another process, is to answer
  bool at_peer = false;    // another process has it
  uint32_t pipeline = 0;
  uint32_t caller = 0;               // invocation; 0: the top level
  uint32_t callee = 0;               // invocation, while there is one
  int depth = 1;                     // the callee's
  Worker* target = nullptr;          // null: the network, or `channel`
  const Channel* channel = nullptr;  // the binding; null for the first worker and the network
  int status = 0;                    // of the answer; 0: error
  int trace = -1;
  int32_t operation = 0;    // of kMethod: see builtins/workers/rpc_stub.js
  uint32_t export_id = 0;   // of kMethod: the object it is a call on; 0: an entrypoint
  uint32_t from_peer = 0;   // the call of another process that it stands for
  uint32_t actor_body = 0;  // the number of the body there, while it may be unread
  std::string head;         // the request's, then the response's; of kMethod: its path, in UTF-8
  base::Body body;          // likewise
  std::shared_ptr<base::MessageEnd> socket;  // of the answer: status 101
  // What rules before the target have to say of the response; null: nothing.
  std::unique_ptr<base::RouteDecision> routed = nullptr;
  uint64_t outbound = 0;  // id of the network request; 0 while it waits for a connection
  std::string cf;         // as request_cf.h says, or empty
  // Likewise; empty: those of the channel. Of a namespace of Durable Objects: which object, its id
  // and, after '\n', the name it was derived from.
  std::string props;
  RemoteError error;     // of status 0
  StubReference object;  // of kMethod: holds it until the call is over, also when the stub is gone
  RpcMessage message;    // of kMethod: the arguments, then the result
  // Of kConnect; its head is "CONNECT\0tcp://host:port", for messages, and its body is what is
  // sent.
  std::unique_ptr<http::SocketTarget> connect = nullptr;
  // Where it stands at its caller, if streaming tail Workers are told of that.
  std::unique_ptr<CallSpans> spans = nullptr;

  // Nobody will read it.
  void DropBody() {
    body.Cancel();
    body = base::Body();
  }

  void Reset() {
    // OPTIMIZATION: most calls are fetches that succeed. They pay for nothing else, once per hop.
    if (kind != CallKind::kFetch) {
      kind = CallKind::kFetch;
      connect.reset();
      export_id = 0;
      object = StubReference();
      operation = 0;
      message.Reset();
    }
    if (status == 0) error = RemoteError();
    if (socket != nullptr) socket.reset();
    if (routed != nullptr) routed.reset();
    if (spans != nullptr) spans.reset();
    if (!props.empty()) props.clear();
    if (!cf.empty()) cf.clear();
    pipeline = caller = callee = 0;
    target = nullptr;
    channel = nullptr;
    depth = 1;
    trace = -1;
    head.clear();
    body = base::Body();
    status = 0;
    outbound = 0;
    cancelled = false;
    on_actor = false;
    at_peer = false;
    from_peer = 0;
    actor_body = 0;
  }
};

}  // namespace isolane::worker
