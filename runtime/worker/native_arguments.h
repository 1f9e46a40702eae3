// What the natives of worker/ share: from a callback to its worker and invocation.
#pragma once

#include <cstdint>
#include <string>

#include <v8.h>

#include "runtime/js/convert.h"
#include "runtime/js/isolate.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

inline Worker& WorkerOf(const Arguments& info) {
  return *static_cast<Worker*>(js::Isolate::From(info.GetIsolate()).owner());
}

// Numbers come from the built-in half only; anything else would be a bug of it and reads as 0.
inline uint32_t IdArgument(const Arguments& info, int index) {
  v8::Local<v8::Value> value = info[index];
  if (value->IsInt32()) return static_cast<uint32_t>(value.As<v8::Int32>()->Value());
  return value->IsNumber() ? static_cast<uint32_t>(value.As<v8::Number>()->Value()) : 0;
}

// The live invocation that the argument names, if it belongs to the calling isolate; else null.
inline Invocation* InvocationArgument(const Arguments& info, int index) {
  Worker& worker = WorkerOf(info);
  Invocation* invocation = worker.dispatcher().FindInvocation(IdArgument(info, index));
  if (invocation == nullptr || invocation->isolate != &js::Isolate::From(info.GetIsolate())) {
    return nullptr;
  }
  if (invocation != worker.dispatcher().current()) [[unlikely]]
    worker.dispatcher().Touch(*invocation);
  return invocation;
}

// The bytes of an array buffer; none for anything else.
inline std::string BytesArgument(const Arguments& info, int index) {
  if (!info[index]->IsArrayBuffer()) return {};
  v8::Local<v8::ArrayBuffer> buffer = info[index].As<v8::ArrayBuffer>();
  return std::string(static_cast<const char*>(buffer->Data()), buffer->ByteLength());
}

// The live WebSocket that the argument names, if it belongs to the calling isolate; else null.
WebSocketRecord* SocketArgument(const Arguments& info, int index);

// Of a call: the bytes of the callee's props, or which Durable Object it is for.
inline std::string AddressArgument(const Arguments& info, int index) {
  return info[index]->IsString() ? js::ToUtf8(info.GetIsolate(), info[index].As<v8::String>())
                                 : BytesArgument(info, index);
}

// An error as failureOf() in builtins/workers/dispatch.js takes it apart, from argument `index` on;
// `log` gets what is to be written to the log.
RemoteError ErrorArguments(const Arguments& info, int index, std::string& log);

// The body that arguments `index` (kind) and `index` + 1 (value) describe: see
// builtins/web/body.js.
base::Body BodyArgument(const Arguments& info, int index);

// A copy of the bytes of a buffer or a view.
inline base::Chunk CopiedBytesArgument(const Arguments& info, int index) {
  if (info[index]->IsArrayBufferView()) {
    auto view = info[index].As<v8::ArrayBufferView>();
    std::string bytes(view->ByteLength(), '\0');
    view->CopyContents(bytes.data(), bytes.size());
    return base::Chunk::Copy(bytes);
  }
  return base::Chunk::Copy(BytesArgument(info, index));
}

}  // namespace isolane::worker
