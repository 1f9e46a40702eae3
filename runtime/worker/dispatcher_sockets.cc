// What arrives at accepted WebSockets.
#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/web_sockets.h"

namespace isolane::worker {

namespace {

using base::Message;

// Larger messages are given to JavaScript without a copy.
constexpr size_t kAdoptFrom = 4096;

// The same numbers are in builtins/web/web_socket.js.
uint32_t NumberOf(Message::Kind kind) { return static_cast<uint32_t>(kind) + 1; }
static_assert(static_cast<int>(Message::Kind::kText) == 0 &&
              static_cast<int>(Message::Kind::kBinary) == 1 &&
              static_cast<int>(Message::Kind::kClose) == 2 &&
              static_cast<int>(Message::Kind::kLost) == 3);

// A string, or an ArrayBuffer that nobody else sees. Empty if there is no room for it.
v8::MaybeLocal<v8::Value> ToValue(v8::Isolate* isolate, const Message& message) {
  const v8::TryCatch quiet(isolate);
  const base::Chunk& data = message.data;
  if (message.kind != Message::Kind::kBinary) {
    v8::Local<v8::String> text;
    if (!js::FromUtf8(isolate, data.view()).ToLocal(&text)) return {};
    return text;
  }
  const bool adopt = data.size() >= kAdoptFrom && data.owner().use_count() == 1;
  v8::Local<v8::ArrayBuffer> buffer;
  if (!(adopt ? js::AdoptAsArrayBuffer(isolate, data.view(), data.owner())
              : js::CopyToArrayBuffer(isolate, data.view()))
           .ToLocal(&buffer)) {
    return {};
  }
  return buffer;
}

}  // namespace

void Dispatcher::RunSocket(uint32_t invocation_id, uint32_t socket_id) {
  WebSocketRecord* socket = web_sockets_.Find(socket_id);
  if (socket == nullptr) return;
  socket->queued = false;
  if (socket->hibernating != nullptr) {
    RunHibernating(*socket);
  } else if (Invocation* invocation = invocations_.Find(invocation_id)) {
    DeliverMessage(*invocation, *socket);
  }
}

void Dispatcher::DeliverMessage(Invocation& invocation, WebSocketRecord& socket) {
  // Each message of the world is an event of its own: a connection may be open for days. To an
  // object each one is.
  if (socket.end->outside() || socket.hibernating != nullptr) FillBudgets(*invocation.pipeline);
  Message message;
  if (!web_sockets_.TakeMessage(socket, &message)) return;
  const uint32_t socket_id = socket.id;
  Hooks& hooks = invocation.worker->hooks();
  v8::Global<v8::Function>& hook =
      socket.hibernating != nullptr ? hooks.on_actor_socket : hooks.on_socket;
  Enter(invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    uint32_t kind = NumberOf(message.kind);
    uint32_t code = message.code;
    v8::Local<v8::Value> data;
    if (!ToValue(isolate, message).ToLocal(&data)) {
      constexpr std::string_view kNoRoom = "There is no memory left for a message.";
      socket.end->Abandon(kNoRoom);
      kind = NumberOf(Message::Kind::kLost);
      code = Message::kAbnormal;
      data = js::Literal(isolate, kNoRoom);
    }
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, invocation.id),
                                        v8::Integer::NewFromUnsigned(isolate, socket_id),
                                        v8::Integer::NewFromUnsigned(isolate, kind), data,
                                        v8::Integer::NewFromUnsigned(isolate, code)};
    CallHook(isolate, context, hook, arguments);
  });
}

}  // namespace isolane::worker
