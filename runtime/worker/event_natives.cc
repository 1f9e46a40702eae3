// Natives of events and of what tail Workers are told.
#include <string>

#include "runtime/base/json_text.h"
#include "runtime/js/convert.h"
#include "runtime/js/exceptions.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// Text of the argument; empty for anything that is no string.
std::string TextArgument(const Arguments& info, int index) {
  if (!info[index]->IsString()) return {};
  return js::ToUtf8(info.GetIsolate(), info[index].As<v8::String>());
}

// The invocation that the argument names, if tail Workers are told of it.
Invocation* TailedArgument(const Arguments& info, int index) {
  Invocation* invocation = InvocationArgument(info, index);
  return invocation != nullptr && invocation->tail != nullptr ? invocation : nullptr;
}

// eventRespond(context, call, outcome, noRetry, json, error | undefined)
void EventRespond(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation == nullptr) return;
  EventResult result;
  result.outcome = TextArgument(info, 2);
  result.no_retry = info[3]->IsTrue();
  if (!info[5]->IsUndefined()) result.error = js::StackOf(info.GetIsolate(), info[5]);
  std::string json;
  base::AppendAsciiJson(TextArgument(info, 4), json);
  WorkerOf(info).dispatcher().RespondEvent(*invocation, IdArgument(info, 1), result, json);
}

// holdOpen(context, +1 | -1): it is not over, whatever it has answered
void HoldOpen(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  if (invocation != nullptr && info[1]->IsInt32()) {
    invocation->pumps += info[1].As<v8::Int32>()->Value();
  }
}

// tailEvent(context, json): what the event is, instead of what C++ knows
void TailEvent(const Arguments& info) {
  if (Invocation* invocation = TailedArgument(info, 0)) {
    WorkerOf(info).dispatcher().tails().NoteEvent(*invocation, TextArgument(info, 1));
  }
}

// tailBegin(context, json) -> number of an event of a Durable Object that is no call; 0: nobody is
// told
void TailBegin(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  uint32_t number = 0;
  if (invocation != nullptr && invocation->actor != nullptr) {
    number = WorkerOf(info).dispatcher().tails().BeginEvent(*invocation, TextArgument(info, 1));
  }
  info.GetReturnValue().Set(number);
}

// tailEnd(context, event)
void TailEnd(const Arguments& info) {
  if (Invocation* invocation = TailedArgument(info, 0)) {
    WorkerOf(info).dispatcher().tails().FinishCall(*invocation, IdArgument(info, 1));
  }
}

// tailLog(context, level, message, errorInfo | undefined): the last two are JSON
void TailLog(const Arguments& info) {
  if (Invocation* invocation = TailedArgument(info, 0)) {
    WorkerOf(info).dispatcher().tails().NoteLog(*invocation, TextArgument(info, 1),
                                                TextArgument(info, 2), TextArgument(info, 3));
  }
}

// tailException(context, call, name, message, stack | undefined, fails)
void TailException(const Arguments& info) {
  Invocation* invocation = TailedArgument(info, 0);
  if (invocation == nullptr) return;
  Tails& tails = WorkerOf(info).dispatcher().tails();
  tails.NoteException(*invocation, IdArgument(info, 1), TextArgument(info, 2),
                      TextArgument(info, 3), TextArgument(info, 4));
  if (info[5]->IsTrue()) tails.NoteOutcome(*invocation, "exception", IdArgument(info, 1));
}

// tailStream(context, writer, name, message, stack | undefined)
void TailStream(const Arguments& info) {
  Invocation* invocation = TailedArgument(info, 0);
  if (invocation == nullptr) return;
  Dispatcher& dispatcher = WorkerOf(info).dispatcher();
  const BodyRecord* writer = dispatcher.bodies().Find(IdArgument(info, 1));
  if (writer == nullptr || writer->pipe != invocation->tail->response) return;
  dispatcher.tails().NoteException(*invocation, 0, TextArgument(info, 2), TextArgument(info, 3),
                                   TextArgument(info, 4));
  dispatcher.tails().NoteOutcome(*invocation, "exception");
}

constexpr js::NativeFunction kNatives[] = {
    {"eventRespond", EventRespond},   {"holdOpen", HoldOpen}, {"tailEvent", TailEvent},
    {"tailException", TailException}, {"tailLog", TailLog},   {"tailStream", TailStream},
    {"tailBegin", TailBegin},         {"tailEnd", TailEnd},
};

}  // namespace

js::NativeTable EventNatives() { return kNatives; }

}  // namespace isolane::worker
