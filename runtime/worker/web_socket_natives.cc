// Natives behind WebSocket and WebSocketPair.
#include <string>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// webSocketPair(context) -> the first, the second in scratch[0]; 0 if there are too many
void Pair(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  uint32_t first = 0;
  if (invocation != nullptr) {
    WebSockets& sockets = WorkerOf(info).dispatcher().web_sockets();
    auto ends = base::MessageEnd::Pair();
    first = sockets.Add(*invocation, std::move(ends.first));
    const uint32_t second = sockets.Add(*invocation, std::move(ends.second));
    js::Scratch(info.GetIsolate())[0] = second;
    if (second == 0) first = 0;
  }
  info.GetReturnValue().Set(first);
}

// webSocketAccept(socket)
void Accept(const Arguments& info) {
  if (WebSocketRecord* record = SocketArgument(info, 0)) {
    WorkerOf(info).dispatcher().web_sockets().Accept(*record);
  }
}

// webSocketSend(socket, string | bytes)
void Send(const Arguments& info) {
  WebSocketRecord* record = SocketArgument(info, 0);
  if (record == nullptr) return;
  base::Message message;
  if (info[1]->IsString()) {
    message.data = js::ToUtf8Chunk(info.GetIsolate(), info[1].As<v8::String>());
  } else {
    message.kind = base::Message::Kind::kBinary;
    message.data = CopiedBytesArgument(info, 1);
  }
  WorkerOf(info).dispatcher().SendMessage(*record, std::move(message));
}

// webSocketClose(socket, code, reason)
void Close(const Arguments& info) {
  if (WebSocketRecord* record = SocketArgument(info, 0)) {
    base::Message message;
    message.kind = base::Message::Kind::kClose;
    message.code = static_cast<uint16_t>(IdArgument(info, 1));
    message.data = base::Chunk::Copy(js::Describe(info.GetIsolate(), info[2], ""));
    WorkerOf(info).dispatcher().SendMessage(*record, std::move(message));
  }
}

// webSocketFree(socket): both sides have closed
void Free(const Arguments& info) {
  if (WebSocketRecord* record = SocketArgument(info, 0)) {
    WorkerOf(info).dispatcher().web_sockets().Free(*record);
  }
}

// webSocketBuffered(socket) -> bytes that the other side has not taken
void Buffered(const Arguments& info) {
  const WebSocketRecord* record = SocketArgument(info, 0);
  info.GetReturnValue().Set(record == nullptr ? 0.0 : static_cast<double>(record->end->buffered()));
}

constexpr js::NativeFunction kNatives[] = {
    {"webSocketAccept", Accept}, {"webSocketBuffered", Buffered}, {"webSocketClose", Close},
    {"webSocketFree", Free},     {"webSocketPair", Pair},         {"webSocketSend", Send},
};

}  // namespace

WebSocketRecord* SocketArgument(const Arguments& info, int index) {
  Dispatcher& dispatcher = WorkerOf(info).dispatcher();
  WebSocketRecord* record = dispatcher.web_sockets().Find(IdArgument(info, index));
  if (record == nullptr) return nullptr;
  const Invocation* owner = dispatcher.FindInvocation(record->invocation);
  const bool own = owner != nullptr && owner->isolate == &js::Isolate::From(info.GetIsolate());
  return own ? record : nullptr;
}

js::NativeTable WebSocketNatives() { return kNatives; }

}  // namespace isolane::worker
