// Natives behind Durable Objects: ids, gates, the end of an instance.
#include <string>
#include <utility>

#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// Those of the namespace; null, with an exception pending, if the binding leads nowhere.
const ActorIds* IdsArgument(const Arguments& info) {
  const Channel& channel = WorkerOf(info).channels()[IdArgument(info, 0)];
  if (channel.actor_class != nullptr) return &channel.actor_class->ids;
  if (channel.remote_ids != nullptr) return channel.remote_ids.get();
  js::ThrowError(info.GetIsolate(), channel.unresolved);
  return nullptr;
}

void ReturnText(const Arguments& info, const std::string& text) {
  v8::Local<v8::String> value;
  if (js::FromUtf8(info.GetIsolate(), text).ToLocal(&value)) info.GetReturnValue().Set(value);
}

// actorIdFromName(channel, name) -> 64 digits
void ActorIdFromName(const Arguments& info) {
  if (const ActorIds* ids = IdsArgument(info)) {
    ReturnText(info, ids->FromName(js::Describe(info.GetIsolate(), info[1])));
  }
}

// actorIdUnique(channel) -> 64 digits
void ActorIdUnique(const Arguments& info) {
  if (const ActorIds* ids = IdsArgument(info)) ReturnText(info, ids->Unique());
}

// actorIdCheck(channel, text) -> 0 if it is an id of the namespace, 1 if it is none at all, 2 if it
// is one of another namespace
void ActorIdCheck(const Arguments& info) {
  const ActorIds* ids = IdsArgument(info);
  if (ids == nullptr) return;
  const auto verdict = ids->Check(js::Describe(info.GetIsolate(), info[1]));
  info.GetReturnValue().Set(static_cast<int32_t>(verdict));
}

// actorBlock(context, +1 | -1): a callback that calls must wait for begins, or is over
void ActorBlock(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || invocation->actor == nullptr || !info[1]->IsInt32()) return;
  WorkerOf(info).dispatcher().BlockActor(*invocation->actor, info[1].As<v8::Int32>()->Value());
}

// actorAlarmDone(context, succeeded)
void ActorAlarmDone(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || invocation->actor == nullptr) return;
  WorkerOf(info).dispatcher().AlarmDone(*invocation->actor, info[1]->IsTrue());
}

// actorBreak(context, type, message, error, extra, hint): see fail() in call_natives.cc
void ActorBreak(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr || invocation->actor == nullptr) return;
  std::string log;
  RemoteError error = ErrorArguments(info, 1, log);
  WorkerOf(info).dispatcher().BreakActor(*invocation->actor, std::move(error), log);
}

constexpr js::NativeFunction kNatives[] = {
    {"actorAlarmDone", ActorAlarmDone},   {"actorBlock", ActorBlock},
    {"actorBreak", ActorBreak},           {"actorIdCheck", ActorIdCheck},
    {"actorIdFromName", ActorIdFromName}, {"actorIdUnique", ActorIdUnique},
};

}  // namespace

js::NativeTable ActorNatives() { return kNatives; }

}  // namespace isolane::worker
