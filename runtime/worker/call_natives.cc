// Natives behind fetch(), respond and fail: from the built-in half into the dispatcher.
#include <string>

#include "runtime/base/packed_head.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"
#include "runtime/worker/own_ports.h"
#include "runtime/worker/request_cf.h"
#include "runtime/worker/services/service_url.h"

namespace isolane::worker {

namespace {

// Answers of call() beside Dispatcher's; the same numbers are in builtins/internal/calls.js.
constexpr int32_t kStale = -1;
constexpr int32_t kTooManyCalls = -4;
constexpr int32_t kUrlTooLong = -6;
constexpr int32_t kHeadTooLong = -7;
constexpr int32_t kNotGranted = -8;
constexpr int32_t kNotPermitted = -10;

// 0, or the code of what is wrong with the sizes of a request's packed head.
int32_t CheckHead(const Limits& limits, std::string_view head) {
  if (base::PackedUrl(head).size() > static_cast<size_t>(limits.url_kb) << 10) return kUrlTooLong;
  return head.size() > static_cast<size_t>(limits.head_kb) << 10 ? kHeadTooLong : 0;
}

// One buffer for packed heads: natives do not nest.
std::string& HeadBuffer() {
  static std::string buffer;
  return buffer;
}

// call(context, channel, head, bodyKind, body, cf, props, depth) -> id, or a negative code
void CallFunction(const Arguments& info) {
  Invocation* caller = InvocationArgument(info, 0);
  if (caller == nullptr || !info[2]->IsString()) {
    info.GetReturnValue().Set(kStale);
    return;
  }
  Worker& worker = WorkerOf(info);
  const int32_t number = info[1]->IsInt32() ? info[1].As<v8::Int32>()->Value() : -1;
  const Channel* channel = number >= 0 ? &worker.channels()[static_cast<size_t>(number)] : nullptr;
  bool refused = false;
  Call* call = worker.dispatcher().NewCall();
  if (call == nullptr) {
    info.GetReturnValue().Set(kTooManyCalls);
    return;
  }
  js::ToLatin1(info.GetIsolate(), info[2].As<v8::String>(), call->head);
  if (channel == nullptr) {
    channel = worker.ChannelOfUrl(base::PackedUrl(call->head));
    if (channel != nullptr) {
      // What an HTTP client sends beside what it was given.
      base::AppendPackedHeader(call->head, "host", HostOfOrigin(channel->origin));
    } else {
      refused = IsServiceUrl(base::PackedUrl(call->head));
    }
  }
  call->cf = CfArgument(info, 5);
  call->props = AddressArgument(info, 6);
  bool permitted = true;
  if (channel == nullptr && worker.outbound() != nullptr) [[unlikely]] {
    refused = false;
    channel = worker.outbound()->channel;
    call->props = worker.outbound()->props;
    permitted = channel != nullptr;
  }
  // The body is taken whatever happens: it counts as used.
  call->body = BodyArgument(info, 3);
  const int32_t depth = info[7]->IsInt32() ? info[7].As<v8::Int32>()->Value() : 1;
  int32_t id = refused      ? kNotGranted
               : !permitted ? kNotPermitted
                            : CheckHead(*caller->pipeline->limits, call->head);
  if (id == 0) id = worker.dispatcher().CallChannel(*caller, channel, depth, *call);
  if (id < 0) {
    call->body.Cancel();
    worker.dispatcher().FreeCall(*call);
  }
  info.GetReturnValue().Set(id);
}

// cancelCall(context, call)
void CancelCall(const Arguments& info) {
  if (Invocation* caller = InvocationArgument(info, 0)) {
    WorkerOf(info).dispatcher().CancelCall(*caller, IdArgument(info, 1));
  }
}

// respond(context, status, head, bodyKind, body, alreadyEncoded, webSocket | 0, call): `call` 0 for
// the one it was invoked by
void Respond(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || invocation->responded || !info[2]->IsString()) return;
  std::string& head = HeadBuffer();
  js::ToLatin1(info.GetIsolate(), info[2].As<v8::String>(), head);
  WorkerOf(info).dispatcher().Respond(
      *invocation, IdArgument(info, 7), static_cast<int>(IdArgument(info, 1)), head,
      BodyArgument(info, 3), info[5]->IsTrue(),
      WorkerOf(info).dispatcher().web_sockets().Take(IdArgument(info, 6)));
}

// fail(context, call, type, message, error, extra, hint): `call` 0 for the one it was invoked by;
// `error`, if it is to be logged, as it was thrown
void Fail(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr) return;
  std::string log;
  RemoteError error = ErrorArguments(info, 2, log);
  WorkerOf(info).dispatcher().Fail(*invocation, IdArgument(info, 1), std::move(error), log);
}

// limitOf(context, code): the limit that the answer `code` of a call is about
void LimitOf(const Arguments& info) {
  const Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || !info[1]->IsInt32()) return;
  const Limits& limits = *invocation->pipeline->limits;
  const int32_t code = info[1].As<v8::Int32>()->Value();
  const int64_t limit = code == kUrlTooLong    ? limits.url_kb << 10
                        : code == kHeadTooLong ? limits.head_kb << 10
                                               : limits.subrequests;
  info.GetReturnValue().Set(static_cast<double>(limit));
}

// unresolvedService(channel) -> text, or undefined if the binding leads somewhere
void UnresolvedService(const Arguments& info) {
  const Channel& channel = WorkerOf(info).channels()[IdArgument(info, 0)];
  v8::Local<v8::String> text;
  if (channel.target == nullptr && !channel.stub && !channel.remote &&
      js::FromUtf8(info.GetIsolate(), channel.unresolved).ToLocal(&text)) {
    info.GetReturnValue().Set(text);
  }
}

// bindingName(channel) -> "AUTH", for messages
void BindingName(const Arguments& info) {
  const Channel& channel = WorkerOf(info).channels()[IdArgument(info, 0)];
  v8::Local<v8::String> text;
  if (js::FromUtf8(info.GetIsolate(), channel.binding).ToLocal(&text)) {
    info.GetReturnValue().Set(text);
  }
}

// leadsHere(url) -> whether a request to it would come back
void LeadsHere(const Arguments& info) {
  std::string url;
  js::ToLatin1(info.GetIsolate(), info[0].As<v8::String>(), url);
  info.GetReturnValue().Set(WorkerOf(info).ports().LeadHere(url));
}

constexpr js::NativeFunction kNatives[] = {
    {"leadsHere", LeadsHere}, {"bindingName", BindingName},
    {"call", CallFunction},   {"cancelCall", CancelCall},
    {"respond", Respond},     {"fail", Fail},
    {"limitOf", LimitOf},     {"unresolvedService", UnresolvedService},
};

}  // namespace

RemoteError ErrorArguments(const Arguments& info, int index, std::string& log) {
  v8::Isolate* isolate = info.GetIsolate();
  RemoteError error;
  error.type = js::Describe(isolate, info[index]);
  error.message = js::Describe(isolate, info[index + 1]);
  if (!info[index + 2]->IsUndefined()) log = "Uncaught " + js::StackOf(isolate, info[index + 2]);
  error.extra = BytesArgument(info, index + 3);
  if (info[index + 4]->IsString()) error.hint = js::Describe(isolate, info[index + 4]);
  error.remote = true;
  return error;
}

js::NativeTable CallNatives() { return kNatives; }

}  // namespace isolane::worker
