// Natives behind connect() of "cloudflare:sockets".
#include <memory>
#include <string>
#include <utility>

#include "runtime/http/socket_target.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// Answers beside Dispatcher's; the same numbers are in builtins/internal/calls.js.
constexpr int32_t kStale = -1;
constexpr int32_t kTooManyCalls = -4;

std::string TextArgument(const Arguments& info, int index) {
  return js::ToUtf8(info.GetIsolate(), info[index].As<v8::String>());
}

// What is written into the pipe `writer` is for the network from now on: whoever waits for room in
// it waits for the world.
base::Body SentArgument(const Arguments& info, int index) {
  const BodyRecord* writer = WorkerOf(info).dispatcher().bodies().Find(IdArgument(info, index));
  if (writer == nullptr || writer->pipe == nullptr) return {};
  writer->pipe->outside = true;
  return base::Body::Stream(writer->pipe);
}

// A call for `caller`, whose answer comes to onConnected; null: the answer is given.
Call* NewConnect(const Arguments& info, const Invocation* caller, int writer) {
  if (caller == nullptr) {
    info.GetReturnValue().Set(kStale);
    return nullptr;
  }
  Call* call = WorkerOf(info).dispatcher().NewCall();
  if (call == nullptr) {
    info.GetReturnValue().Set(kTooManyCalls);
    return nullptr;
  }
  call->kind = CallKind::kConnect;
  call->body = SentArgument(info, writer);
  return call;
}

void Return(const Arguments& info, Call& call, int32_t id) {
  if (id < 0) {
    call.DropBody();
    WorkerOf(info).dispatcher().FreeCall(call);
  }
  info.GetReturnValue().Set(id);
}

// connect(context, host, port, isTls, trust, writer, depth) -> id, or a negative code; `trust` is a
// TlsTrust
void Connect(const Arguments& info) {
  Invocation* caller = InvocationArgument(info, 0);
  Call* call = NewConnect(info, caller, 5);
  if (call == nullptr) return;
  call->connect = std::make_unique<http::SocketTarget>(
      http::SocketTarget{TextArgument(info, 1), static_cast<int>(IdArgument(info, 2)),
                         info[3]->IsTrue(), static_cast<http::TlsTrust>(IdArgument(info, 4))});
  const std::string& host = call->connect->host;
  const bool v6 = host.find(':') != std::string::npos;
  call->head.append("CONNECT").append(1, '\0').append("tcp://");
  call->head.append(v6 ? "[" : "").append(host).append(v6 ? "]" : "");
  call->head.append(":").append(std::to_string(call->connect->port));
  const auto depth = static_cast<int>(IdArgument(info, 6));
  Return(info, *call, WorkerOf(info).dispatcher().CallChannel(*caller, nullptr, depth, *call));
}

// startTls(context, connection, host, trust, writer) -> id, or a negative code
void StartTls(const Arguments& info) {
  Invocation* caller = InvocationArgument(info, 0);
  Call* call = NewConnect(info, caller, 4);
  if (call == nullptr) return;
  const auto connection =
      info[1]->IsNumber() ? static_cast<uint64_t>(info[1].As<v8::Number>()->Value()) : 0;
  call->head.append("CONNECT").append(1, '\0').append("tcp://").append(TextArgument(info, 2));
  const http::SocketUpgrade upgrade{TextArgument(info, 2),
                                    static_cast<http::TlsTrust>(IdArgument(info, 3))};
  Return(info, *call, WorkerOf(info).dispatcher().StartTls(*caller, connection, upgrade, *call));
}

constexpr js::NativeFunction kNatives[] = {
    {"connect", Connect},
    {"startTls", StartTls},
};

}  // namespace

js::NativeTable ConnectNatives() { return kNatives; }

}  // namespace isolane::worker
