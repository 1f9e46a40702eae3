// Method calls: on entrypoints they begin like any call (dispatcher_calls.cc); calls on stubs enter
// the invocation that made the object.
#include "runtime/worker/dispatcher_rpc.h"

#include <algorithm>

#include "runtime/js/convert.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/rpc_values.h"

namespace isolane::worker {

v8::MaybeLocal<v8::Value> ArgumentsOf(v8::Isolate* isolate, const RpcMessage& message) {
  if (message.cloned) return v8::Undefined(isolate);
  v8::LocalVector<v8::Value> values(isolate);
  ValueReader reader(isolate, message.values);
  while (!reader.at_end()) {
    v8::Local<v8::Value> value;
    if (!reader.Read().ToLocal(&value)) return {};
    values.push_back(value);
  }
  return v8::Array::New(isolate, values.data(), values.size());
}

int32_t Dispatcher::CallStub(Invocation& caller, const ImportRecord& stub, int depth, Call& call) {
  Pipeline& pipeline = *caller.pipeline;
  depth = std::max(depth, caller.depth);
  if (depth >= pipeline.limits->depth) return kTooDeep;
  call.pipeline = pipeline.id;
  call.caller = caller.id;
  call.depth = depth + 1;
  call.export_id = stub.target;
  call.object = rpc_.Duplicate(stub);
  if (traces_) [[unlikely]]
    TraceCall(caller, call);
  if (caller.tail != nullptr) [[unlikely]]
    tails_.NoteCall(caller, call);
  caller.calls++;
  const ExportRecord* target = rpc_.FindExport(stub.target);
  const Invocation* owner = target == nullptr ? nullptr : invocations_.Find(target->owner);
  const bool in_actor = owner != nullptr && owner->actor != nullptr && owner != &caller;
  if (in_actor || (target != nullptr && target->link != 0)) {
    call.on_actor = true;
    caller.actor_calls++;
  }
  PushFrom(caller, EventKind::kStart, call.id);
  return static_cast<int32_t>(call.id);
}

void Dispatcher::StartOnStub(Call& call) {
  const ExportRecord* target = rpc_.FindExport(call.export_id);
  Invocation* owner = target == nullptr ? nullptr : invocations_.Find(target->owner);
  if (target != nullptr && target->link != 0) {
    SendToPeer(call);
    return;
  }
  if (owner == nullptr) {
    ReplyWithError(call, {"Error", kCallbackGone, {}, false});
    return;
  }
  const uint32_t call_id = call.id;
  call.callee = owner->id;
  owner->incoming.push_back(call_id);
  Enter(*owner, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::String> path;
    v8::Local<v8::Value> values;
    if (!js::FromUtf8(isolate, call.head).ToLocal(&path) ||
        !ArgumentsOf(isolate, call.message).ToLocal(&values)) {
      return;
    }
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, owner->id),
                                        v8::Integer::NewFromUnsigned(isolate, call_id),
                                        v8::Integer::NewFromUnsigned(isolate, call.export_id),
                                        v8::Integer::New(isolate, call.depth),
                                        path,
                                        v8::Integer::New(isolate, call.operation),
                                        values};
    CallHook(isolate, context, owner->worker->hooks().handle_stub_call, arguments);
  });
}

void Dispatcher::ReplyToMethod(Invocation& caller, Call& call) {
  const uint32_t call_id = call.id;
  Enter(caller, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    // 0: the value itself; else it is to be read by native.rpcRead.
    const int form = !call.message.cloned ? 0 : call.message.with_disposer ? 2 : 1;
    v8::Local<v8::Value> value = v8::Undefined(isolate);
    if (!call.message.cloned && !ValueReader(isolate, call.message.values).Read().ToLocal(&value)) {
      return;
    }
    v8::Local<v8::Value> arguments[] = {v8::Integer::NewFromUnsigned(isolate, caller.id),
                                        v8::Integer::NewFromUnsigned(isolate, call_id),
                                        v8::Integer::New(isolate, form), value};
    CallHook(isolate, context, caller.worker->hooks().on_method_result, arguments);
  });
}

void Dispatcher::WarnOfUndisposed(const Invocation& holder) {
  for (uint32_t link = holder.first_import; link != 0;) {
    const ImportRecord* stub = rpc_.FindImport(link);
    if (stub->site != 0) {
      if (const std::string* text = holder.worker->FirstWarningOf(stub->site)) {
        Log(LogLevel::kWarn, holder.worker,
            "An RPC stub was not disposed: " + *text +
                " gave one and its request ended. Dispose it when you are done with it (`using "
                "stub "
                "= await ...`, or stub[Symbol.dispose]()), so that the other side can let go.",
            true, holder.pipeline->request);
      }
    }
    link = stub->next;
  }
}

}  // namespace isolane::worker
