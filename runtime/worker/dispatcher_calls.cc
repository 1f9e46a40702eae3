// Calls: from native.call to the delivery of the answer.
#include <algorithm>
#include <utility>

#include "runtime/base/packed_head.h"
#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/decided_response.h"
#include "runtime/worker/dispatcher_enter.h"
#include "runtime/worker/dispatcher_rpc.h"
#include "runtime/worker/request_cf.h"
#include "runtime/worker/services/child_service.h"
#include "runtime/worker/services/service_metrics.h"
#include "runtime/worker/stub_body.h"

namespace isolane::worker {

namespace {

bool IsHead(std::string_view packed) { return base::PackedMethod(packed) == "HEAD"; }

// ctx.props for the callee: the bytes of a clone, JSON text, true (native.loadedProps gives them),
// or undefined. Empty: an exception.
v8::MaybeLocal<v8::Value> PropsOf(v8::Isolate* isolate, const Call& call) {
  if (!call.props.empty()) {
    if (call.channel != nullptr && call.channel->loaded != nullptr) return v8::True(isolate);
    v8::Local<v8::ArrayBuffer> bytes;
    if (!js::CopyToArrayBuffer(isolate, call.props).ToLocal(&bytes)) return {};
    return bytes;
  }
  if (call.channel == nullptr || call.channel->props.empty()) return v8::Undefined(isolate);
  v8::Local<v8::String> json;
  if (!js::FromUtf8(isolate, call.channel->props).ToLocal(&json)) return {};
  return json;
}

}  // namespace

int32_t Dispatcher::CallChannel(Invocation& caller, const Channel* channel, int depth, Call& call) {
  Pipeline& pipeline = *caller.pipeline;
  depth = std::max(depth, caller.depth);
  if (channel != nullptr && depth >= pipeline.limits->depth) return kTooDeep;
  if (pipeline.subrequests_left <= 0) return kTooManySubrequests;
  pipeline.subrequests_left--;
  call.pipeline = pipeline.id;
  call.caller = caller.id;
  call.depth = depth + 1;
  const int32_t id = static_cast<int32_t>(call.id);
  call.channel = channel;
  if (traces_) [[unlikely]]
    TraceCall(caller, call);
  if (caller.tail != nullptr) [[unlikely]]
    tails_.NoteCall(caller, call);
  if (channel == nullptr) {
    if (caller.actor != nullptr && caller.actor->unconfirmed != 0) {
      PushFrom(caller, EventKind::kStart, call.id);
    } else {
      StartOutbound(caller, call);
    }
    return id;
  }
  caller.calls++;
  if (channel->edge != nullptr) channel->edge->requests++;
  if (!channel->stub && channel->actor_class == nullptr) call.target = channel->target;
  if (channel->actor_class != nullptr || (channel->remote && !channel->stub)) {
    call.on_actor = true;
    caller.actor_calls++;
  }
  PushFrom(caller, EventKind::kStart, call.id);
  return id;
}

void Dispatcher::AnswerWithoutWorker(Call& call) {
  const Channel& channel = *call.channel;
  if (!channel.stub) {
    AnswerUnknownService(call, channel.unresolved);
    return;
  }
  if (call.kind == CallKind::kMethod) {
    ReplyWithError(call, {"Error",
                          "The binding " + channel.binding +
                              " is stubbed by a C++ function, which answers fetch() only; " +
                              call.head + "() was called.",
                          {},
                          false});
    return;
  }
  if (call.body.kind == base::Body::Kind::kPipe) {
    auto& gathering = stub_bodies_[call.id];
    if (gathering == nullptr) {
      gathering = std::make_unique<StubBody>(queue_, call.id, call.body.pipe);
    }
    // A kStart comes when the rest is there.
    if (!gathering->Gather()) return;
    const std::unique_ptr<StubBody> complete = std::move(gathering);
    stub_bodies_.erase(call.id);
    if (complete->failed()) {
      call.body = base::Body();
      call.error.type = complete->error().type;
      call.error.message = complete->error().message;
      queue_.Push(EventKind::kReply, call.id);
      return;
    }
    call.body = base::Body::Bytes(base::Chunk::Copy(complete->bytes()));
  }
  std::string head;
  base::Body body;
  int status = 500;
  channel.stub(call.head, call.body, &status, &head, &body);
  call.status = status;
  call.head = std::move(head);
  call.body = std::move(body);
  queue_.Push(EventKind::kReply, call.id);
}

void Dispatcher::Start(uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  Pipeline* pipeline = pipelines_.Find(call->pipeline);
  // The object that a peer calls may be that of a third process.
  const bool stub_of_peer = call->export_id != 0 && call->from_peer != 0;
  if (call->cancelled || (pipeline == nullptr && !stub_of_peer)) {
    stub_bodies_.erase(call_id);
    call->body.Cancel();
    calls_.Free(call);
    return;
  }
  if (call->export_id != 0) {
    StartOnStub(*call);
    return;
  }
  if (call->channel == nullptr && call->caller != 0) {
    // It waited at the output gate of a Durable Object.
    if (Invocation* caller = invocations_.Find(call->caller)) {
      StartOutbound(*caller, *call);
    } else {
      call->DropBody();
      calls_.Free(call);
    }
    return;
  }
  if (call->channel != nullptr && call->channel->router != nullptr) [[unlikely]] {
    if (call->kind == CallKind::kFetch && !call->channel->stub && !RouteInside(*call)) return;
  }
  if (call->target == nullptr) {
    if (call->channel->actor_class != nullptr && !call->channel->stub) {
      StartOnActor(*call);
    } else if (call->channel->child != nullptr && !call->channel->stub) {
      StartOnChild(*call);
    } else if (call->channel->loaded != nullptr) {
      StartOnLoaded(*pipeline, *call);
    } else if (call->channel->remote && !call->channel->stub) {
      SendToPeer(*call);
    } else {
      AnswerWithoutWorker(*call);
    }
    return;
  }
  Worker& worker = *call->target;
  if (worker.spec().responder != nullptr && AnswerByResponder(*pipeline, *call)) return;
  if (worker.held()) [[unlikely]] {
    Hold(*call);
    return;
  }
  if (pipeline->cpu.exhausted()) {
    call->body.Cancel();
    calls_.Free(call);
    EndExhausted(*pipeline, worker);
    return;
  }
  Invocation* invocation = worker.isolate() == nullptr ? nullptr : invocations_.Take();
  if (invocation == nullptr) {
    Refuse(*call, *pipeline,
           worker.isolate() == nullptr
               ? "Worker \"" + worker.name() + "\" cannot run: " + worker.failure()
               : "isolane is handling as many calls as it can.");
    return;
  }
  invocation->worker = &worker;
  invocation->isolate = worker.isolate();
  invocation->pipeline = pipeline;
  invocation->call = call->id;
  invocation->is_root = call->caller == 0 && call->from_peer == 0;
  invocation->depth = call->depth;
  invocation->trace = call->trace;
  invocation->head_request = call->kind == CallKind::kFetch && IsHead(call->head);
  invocation->next = pipeline->invocations;
  if (pipeline->invocations != nullptr) pipeline->invocations->previous = invocation;
  pipeline->invocations = invocation;
  call->callee = invocation->id;
  if (!worker.tail_consumers().empty()) [[unlikely]]
    tails_.Begin(*invocation, *call);
  const int32_t body = bodies_.Add(*invocation, std::move(call->body));
  call->body = base::Body();
  Enter(*invocation, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::Value> props = v8::Undefined(isolate);
    if (!PropsOf(isolate, *call).ToLocal(&props)) return;
    v8::Local<v8::Value> id = v8::Integer::NewFromUnsigned(isolate, invocation->id);
    v8::Local<v8::Value> request = v8::Number::New(isolate, static_cast<double>(pipeline->request));
    v8::Local<v8::Value> depth = v8::Integer::New(isolate, invocation->depth);
    v8::Local<v8::Value> entrypoint =
        v8::Integer::New(isolate, call->channel == nullptr ? 0 : call->channel->entrypoint_number);
    if (call->kind == CallKind::kMethod) {
      v8::Local<v8::String> path;
      v8::Local<v8::Value> values;
      if (!js::FromUtf8(isolate, call->head).ToLocal(&path) ||
          !ArgumentsOf(isolate, call->message).ToLocal(&values)) {
        return;
      }
      v8::Local<v8::Value> arguments[] = {id,    request,
                                          depth, entrypoint,
                                          props, v8::Integer::NewFromUnsigned(isolate, call_id),
                                          path,  v8::Integer::New(isolate, call->operation),
                                          values};
      CallHook(isolate, context, worker.hooks().handle_method, arguments);
      return;
    }
    v8::Local<v8::String> head;
    if (!js::FromLatin1(isolate, call->head).ToLocal(&head)) return;
    v8::Local<v8::Value> cf;
    if (!CfValue(isolate, call->cf).ToLocal(&cf)) return;
    v8::Local<v8::Value> arguments[] = {
        id, request, depth, entrypoint, props, head, v8::Integer::New(isolate, body), cf};
    CallHook(isolate, context, worker.hooks().handle_fetch, arguments);
  });
}

void Dispatcher::Reply(uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr) return;
  Invocation* caller = call->cancelled ? nullptr : invocations_.Find(call->caller);
  // Before the caller goes on: what it does next comes after the disposer of that object.
  call->object = StubReference();
  if (call->from_peer != 0) {
    remote_->Answer(*call);
    calls_.Free(call);
    return;
  }
  if (caller == nullptr) {
    call->body.Cancel();
    calls_.Free(call);
    return;
  }
  Settle(*caller, *call);
  std::erase(caller->outbound_calls, call_id);
  if (call->channel != nullptr && call->channel->edge != nullptr) {
    call->channel->edge->CountAnswer(call->status, call->body);
    if (call->status == 0 && !call->channel->origin.empty() && call->error.type != kFetchFailed) {
      TurnIntoResponse(*call);
    }
    if (call->routed != nullptr) EditResponse(call->head, *call->routed);
  }
  if (traces_) [[unlikely]]
    TraceReply(*caller->pipeline, *call);
  if (call->kind != CallKind::kFetch && call->status != 0) {
    if (call->kind == CallKind::kMethod) {
      ReplyToMethod(*caller, *call);
    } else {
      ReplyToConnect(*caller, *call);
    }
    if (Call* same = calls_.Find(call_id)) calls_.Free(same);
    return;
  }
  Enter(*caller, [&](v8::Isolate* isolate, v8::Local<v8::Context> context) {
    v8::Local<v8::Value> undefined = v8::Undefined(isolate);
    v8::Local<v8::Value> io = v8::Integer::NewFromUnsigned(isolate, caller->id);
    v8::Local<v8::Value> id = v8::Integer::NewFromUnsigned(isolate, call_id);
    if (call->status != 0) {
      const int32_t body = bodies_.Add(*caller, std::move(call->body));
      v8::Local<v8::String> head;
      if (!js::FromLatin1(isolate, call->head).ToLocal(&head)) return;
      const uint32_t socket =
          call->socket == nullptr ? 0 : web_sockets_.Add(*caller, std::move(call->socket));
      v8::Local<v8::Value> arguments[] = {io,
                                          id,
                                          v8::Integer::New(isolate, call->status),
                                          head,
                                          v8::Integer::New(isolate, body),
                                          v8::Integer::NewFromUnsigned(isolate, socket)};
      CallHook(isolate, context, caller->worker->hooks().on_response, arguments);
      return;
    }
    v8::Local<v8::String> type;
    v8::Local<v8::String> message;
    if (!js::FromUtf8(isolate, call->error.type).ToLocal(&type) ||
        !js::FromUtf8(isolate, call->error.message).ToLocal(&message)) {
      return;
    }
    v8::Local<v8::Value> extra = undefined;
    if (!call->error.extra.empty()) {
      v8::Local<v8::ArrayBuffer> bytes;
      if (!js::CopyToArrayBuffer(isolate, call->error.extra).ToLocal(&bytes)) return;
      extra = bytes;
    }
    v8::Local<v8::Value> hint = undefined;
    if (!call->error.hint.empty()) {
      v8::Local<v8::String> text;
      if (!js::FromUtf8(isolate, call->error.hint).ToLocal(&text)) return;
      hint = text;
    }
    v8::Local<v8::Value> arguments[] = {io,
                                        id,
                                        type,
                                        message,
                                        v8::Boolean::New(isolate, call->error.remote),
                                        extra,
                                        hint,
                                        v8::Boolean::New(isolate, call->error.reset)};
    CallHook(isolate, context, caller->worker->hooks().on_call_error, arguments);
  });
  // The entry may have ended the pipeline, but a call is freed here and nowhere else.
  if (Call* same = calls_.Find(call_id)) calls_.Free(same);
}

void Dispatcher::CancelCall(Invocation& caller, uint32_t call_id) {
  Call* call = calls_.Find(call_id);
  if (call == nullptr || call->caller != caller.id || call->cancelled) return;
  call->cancelled = true;
  Settle(caller, *call);
  if (std::erase(caller.outbound_calls, call_id) > 0) {
    DropOutbound(*caller.pipeline, *call);
    return;
  }
  // A stub that has not got all of its body is never called.
  if (stub_bodies_.erase(call_id) > 0) {
    calls_.Free(call);
    return;
  }
  if (call->at_peer) {
    remote_->CancelCall(call_id);
    call->DropBody();
    calls_.Free(call);
    return;
  }
  Invocation* callee = invocations_.Find(call->callee);
  // A Durable Object goes on with what it has begun.
  if (callee != nullptr && callee->actor == nullptr) queue_.Push(EventKind::kAbort, callee->id);
}

}  // namespace isolane::worker
