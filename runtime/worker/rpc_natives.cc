// Natives behind method calls and stubs.
#include <string>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/js/scratch.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"
#include "runtime/worker/rpc_clone.h"
#include "runtime/worker/rpc_values.h"

namespace isolane::worker {

namespace {

// Answers of calls beside Dispatcher's; the same numbers are in builtins/internal/calls.js.
constexpr int32_t kStale = -1;
constexpr int32_t kTooManyCalls = -4;
constexpr int32_t kDisposed = -5;

// False with an exception pending.
bool CheckSize(v8::Isolate* isolate, const RpcMessage& message, size_t limit) {
  const size_t size = message.values.size() + message.clone.size();
  if (size <= limit) return true;
  js::ThrowError(isolate, "Serialized RPC arguments or return values are limited to " +
                              std::to_string(limit >> 20) +
                              "MiB, but the size of this value was: " + std::to_string(size) +
                              " bytes.");
  return false;
}

size_t LimitOf(const Invocation& invocation) {
  return static_cast<size_t>(invocation.pipeline->limits->rpc_mb) << 20;
}

// Writes the elements of the array `arguments`: the short form if all are primitive. False with an
// exception pending.
bool WriteArguments(Worker& worker, v8::Local<v8::Value> arguments, size_t limit,
                    RpcMessage& message) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  if (!arguments->IsArray()) return true;
  struct State {
    v8::Isolate* isolate;
    RpcMessage& message;
    bool primitive = true;
  } state{isolate, message};
  const auto iterated = arguments.As<v8::Array>()->Iterate(
      isolate->GetCurrentContext(),
      [](uint32_t, v8::Local<v8::Value> value, void* data) {
        auto* self = static_cast<State*>(data);
        self->primitive = AppendValue(self->isolate, value, self->message.values);
        return self->primitive ? v8::Array::CallbackResult::kContinue
                               : v8::Array::CallbackResult::kBreak;
      },
      &state);
  if (iterated.IsNothing()) return false;
  if (!state.primitive) {
    message.values.clear();
    if (!CloneTo(worker, arguments, message)) return false;
  }
  return CheckSize(isolate, message, limit);
}

bool WriteResult(Worker& worker, v8::Local<v8::Value> value, size_t limit, RpcMessage& message) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  if (!AppendValue(isolate, value, message.values) && !CloneTo(worker, value, message))
    return false;
  return CheckSize(isolate, message, limit);
}

int32_t Int32Argument(const Arguments& info, int index) {
  return info[index]->IsInt32() ? info[index].As<v8::Int32>()->Value() : 0;
}

// The stub that the argument names, if it belongs to an invocation of the calling isolate; else
// null.
ImportRecord* StubArgument(const Arguments& info, int index) {
  Dispatcher& dispatcher = WorkerOf(info).dispatcher();
  ImportRecord* stub = dispatcher.rpc().FindImport(IdArgument(info, index));
  if (stub == nullptr) return nullptr;
  const Invocation* holder = dispatcher.FindInvocation(stub->holder);
  const bool own = holder != nullptr && holder->isolate == &js::Isolate::From(info.GetIsolate());
  return own ? stub : nullptr;
}

// A call record with path, operation and arguments (from `index` on: path, operation, depth,
// arguments). Null with the answer set or an exception pending.
Call* NewMethodCall(const Arguments& info, const Invocation& caller, int index) {
  Worker& worker = WorkerOf(info);
  Call* call = worker.dispatcher().NewCall();
  if (call == nullptr) {
    info.GetReturnValue().Set(kTooManyCalls);
    return nullptr;
  }
  const uint32_t id = call->id;
  call->kind = CallKind::kMethod;
  call->head = js::ToUtf8(info.GetIsolate(), info[index].As<v8::String>());
  call->operation = Int32Argument(info, index + 1);
  if (!WriteArguments(worker, info[index + 3], LimitOf(caller), call->message)) {
    worker.dispatcher().FreeCall(*call);
    return nullptr;
  }
  // Getters in the arguments may have run anything, but this record is nobody else's.
  return worker.dispatcher().FindCall(id);
}

void Issue(const Arguments& info, Call& call, int32_t id) {
  if (id < 0) WorkerOf(info).dispatcher().FreeCall(call);
  info.GetReturnValue().Set(id);
}

// rpcCall(context, channel, props, path, operation, depth, arguments) -> id, or a negative code
void RpcCall(const Arguments& info) {
  Invocation* caller = InvocationArgument(info, 0);
  if (caller == nullptr || !info[3]->IsString()) {
    info.GetReturnValue().Set(kStale);
    return;
  }
  Call* call = NewMethodCall(info, *caller, 3);
  if (call == nullptr) return;
  Worker& worker = WorkerOf(info);
  caller = InvocationArgument(info, 0);
  if (caller == nullptr) return Issue(info, *call, kStale);
  call->props = AddressArgument(info, 2);
  const Channel* channel = &worker.channels()[IdArgument(info, 1)];
  Issue(info, *call,
        worker.dispatcher().CallChannel(*caller, channel, Int32Argument(info, 5), *call));
}

// rpcCallStub(context, stub, path, operation, depth, arguments) -> id, or a negative code
void RpcCallStub(const Arguments& info) {
  Invocation* caller = InvocationArgument(info, 0);
  if (caller == nullptr || !info[2]->IsString()) {
    info.GetReturnValue().Set(kStale);
    return;
  }
  Call* call = NewMethodCall(info, *caller, 2);
  if (call == nullptr) return;
  caller = InvocationArgument(info, 0);
  const ImportRecord* stub = StubArgument(info, 1);
  if (caller == nullptr) return Issue(info, *call, kStale);
  if (stub == nullptr) return Issue(info, *call, kDisposed);
  Issue(info, *call,
        WorkerOf(info).dispatcher().CallStub(*caller, *stub, Int32Argument(info, 4), *call));
}

// rpcRespond(context, call, value, hasDisposer)
void RpcRespond(const Arguments& info) {
  Worker& worker = WorkerOf(info);
  RpcMessage message;
  message.with_disposer = info[3]->IsTrue();
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || !WriteResult(worker, info[2], LimitOf(*invocation), message)) return;
  // Again: a getter in the result may have ended it.
  invocation = InvocationArgument(info, 0);
  if (invocation != nullptr) {
    worker.dispatcher().RespondMethod(*invocation, IdArgument(info, 1), std::move(message));
  }
}

// rpcRead(context, call) -> the arguments or the result of a call whose message is a clone
void RpcRead(const Arguments& info) {
  Worker& worker = WorkerOf(info);
  const Invocation* invocation = InvocationArgument(info, 0);
  Call* call = worker.dispatcher().FindCall(IdArgument(info, 1));
  if (invocation == nullptr || call == nullptr) return;
  if (call->callee != invocation->id && call->caller != invocation->id) return;
  RpcMessage message = std::move(call->message);
  call->message.Reset();
  v8::Local<v8::Value> value;
  if (CloneFrom(worker, message).ToLocal(&value)) info.GetReturnValue().Set(value);
}

// --- attachments of the message being written: each gives the number it was attached under ---

void Attach(const Arguments& info, RpcAttachment attachment) {
  RpcMessage* message = MessageBeingWritten();
  if (message == nullptr) return;
  message->attachments.push_back(std::move(attachment));
  info.GetReturnValue().Set(static_cast<uint32_t>(message->attachments.size() - 1));
}

// attachBody(kind, value)
void AttachBody(const Arguments& info) {
  RpcAttachment attachment;
  attachment.body = BodyArgument(info, 0);
  Attach(info, std::move(attachment));
}

// attachExport(context, hasDisposer): a new object of this invocation; its id in scratch[0]
void AttachExport(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr) return;
  RpcAttachment attachment;
  attachment.stub = WorkerOf(info).dispatcher().rpc().Export(*invocation, info[1]->IsTrue());
  js::Scratch(info.GetIsolate())[0] = attachment.stub.target();
  Attach(info, std::move(attachment));
}

// attachStub(stub)
void AttachStub(const Arguments& info) {
  const ImportRecord* stub = StubArgument(info, 0);
  RpcAttachment attachment;
  if (stub != nullptr) attachment.stub = WorkerOf(info).dispatcher().rpc().Duplicate(*stub);
  Attach(info, std::move(attachment));
}

// attachChannel(channel); -1: it leads to a loaded Worker, to which nobody else may have a way
void AttachChannel(const Arguments& info) {
  RpcAttachment attachment;
  attachment.channel = &WorkerOf(info).channels()[IdArgument(info, 0)];
  const Worker* const target = attachment.channel->target;
  if (attachment.channel->loaded != nullptr || (target != nullptr && target->is_loaded())) {
    info.GetReturnValue().Set(-1);
    return;
  }
  Attach(info, std::move(attachment));
}

// --- attachments of the message being read ---

RpcAttachment* Attached(const Arguments& info, int index) {
  RpcMessage* message = MessageBeingRead();
  const uint32_t number = IdArgument(info, index);
  if (message == nullptr || number >= message->attachments.size()) return nullptr;
  return &message->attachments[number];
}

// takeBody(context, number) -> body, or -1
void TakeBody(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  RpcAttachment* attachment = Attached(info, 1);
  int32_t body = -1;
  if (invocation != nullptr && attachment != nullptr) {
    body = WorkerOf(info).dispatcher().bodies().Add(*invocation, std::move(attachment->body));
    attachment->body = base::Body::None();
  }
  info.GetReturnValue().Set(body);
}

// takeStub(context, number, callSite) -> stub, or 0
void TakeStub(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  RpcAttachment* attachment = Attached(info, 1);
  uint32_t id = 0;
  if (invocation != nullptr && attachment != nullptr && attachment->stub.held()) {
    RpcTable& rpc = WorkerOf(info).dispatcher().rpc();
    id = rpc.Import(*invocation, std::move(attachment->stub));
    if (ImportRecord* stub = rpc.FindImport(id)) stub->site = IdArgument(info, 2);
  }
  info.GetReturnValue().Set(id);
}

// takeChannel(number) -> channel, or -1
void TakeChannel(const Arguments& info) {
  const RpcAttachment* attachment = Attached(info, 0);
  const bool there = attachment != nullptr && attachment->channel != nullptr;
  info.GetReturnValue().Set(there ? WorkerOf(info).ImportChannel(*attachment->channel) : -1);
}

// --- stubs ---

// stubMake(context, hasDisposer) -> a stub of a new object of the same invocation, whose export id
// is in scratch[0]; 0 if there are too many
void StubMake(const Arguments& info) {
  uint32_t id = 0;
  if (Invocation* invocation = InvocationArgument(info, 0)) {
    RpcTable& rpc = WorkerOf(info).dispatcher().rpc();
    StubReference reference = rpc.Export(*invocation, info[1]->IsTrue());
    js::Scratch(info.GetIsolate())[0] = reference.target();
    if (reference.held()) id = rpc.Import(*invocation, std::move(reference));
  }
  info.GetReturnValue().Set(id);
}

// stubDup(context, stub) -> another one, or 0
void StubDup(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  const ImportRecord* stub = StubArgument(info, 1);
  uint32_t id = 0;
  if (invocation != nullptr && stub != nullptr) {
    RpcTable& rpc = WorkerOf(info).dispatcher().rpc();
    const uint32_t site = stub->site;
    id = rpc.Import(*invocation, rpc.Duplicate(*stub));
    if (ImportRecord* copy = rpc.FindImport(id)) copy->site = site;
  }
  info.GetReturnValue().Set(id);
}

// stubDispose(stub)
void StubDispose(const Arguments& info) {
  if (ImportRecord* stub = StubArgument(info, 0)) WorkerOf(info).dispatcher().rpc().Dispose(*stub);
}

// callSite(text) -> number for takeStub
void CallSite(const Arguments& info) {
  info.GetReturnValue().Set(WorkerOf(info).AddCallSite(js::Describe(info.GetIsolate(), info[0])));
}

// isProxy(value)
void IsProxy(const Arguments& info) { info.GetReturnValue().Set(info[0]->IsProxy()); }

// proxyTarget(value) -> what the Proxy stands for; undefined for other values
void ProxyTarget(const Arguments& info) {
  if (info[0]->IsProxy()) info.GetReturnValue().Set(info[0].As<v8::Proxy>()->GetTarget());
}

constexpr js::NativeFunction kNatives[] = {
    {"attachBody", AttachBody},     {"attachChannel", AttachChannel},
    {"attachExport", AttachExport}, {"attachStub", AttachStub},
    {"callSite", CallSite},         {"isProxy", IsProxy},
    {"proxyTarget", ProxyTarget},   {"rpcCall", RpcCall},
    {"rpcCallStub", RpcCallStub},   {"rpcRead", RpcRead},
    {"rpcRespond", RpcRespond},     {"stubDispose", StubDispose},
    {"stubDup", StubDup},           {"stubMake", StubMake},
    {"takeBody", TakeBody},         {"takeChannel", TakeChannel},
    {"takeStub", TakeStub},
};

}  // namespace

js::NativeTable RpcNatives() { return kNatives; }

}  // namespace isolane::worker
