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

// tailEnd(context, event, whether its handler has returned)
void TailEnd(const Arguments& info) {
  if (Invocation* invocation = TailedArgument(info, 0)) {
    Tails& tails = WorkerOf(info).dispatcher().tails();
    if (info[2]->IsTrue()) tails.NoteReturn(*invocation, IdArgument(info, 1));
    tails.FinishCall(*invocation, IdArgument(info, 1));
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

// tailReturn(context): the handler of its event has returned
void TailReturn(const Arguments& info) {
  if (Invocation* invocation = TailedArgument(info, 0)) {
    WorkerOf(info).dispatcher().tails().NoteReturn(*invocation, 0);
  }
}

// tailTake(context) -> JSON objects with commas between them: what a streaming tail Worker is told;
// '': nothing now; undefined: nothing any more
void TailTake(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  std::string events;
  if (invocation == nullptr ||
      !WorkerOf(info).dispatcher().tails().streams().Take(*invocation, events)) {
    return;
  }
  v8::Local<v8::String> text;
  if (js::FromUtf8(info.GetIsolate(), events).ToLocal(&text)) info.GetReturnValue().Set(text);
}

// tailLeave(context): it wants to be told no more
void TailLeave(const Arguments& info) {
  if (const Invocation* invocation = InvocationArgument(info, 0)) {
    WorkerOf(info).dispatcher().tails().streams().Leave(*invocation);
  }
}

// What streaming tail Workers are told of the invocation that the argument `index` names; null:
// there are none.
TailSource* SourceArgument(const Arguments& info, int index) {
  Invocation* invocation = TailedArgument(info, index);
  return invocation == nullptr ? nullptr : Tails::SourceOf(*invocation->tail);
}

// The same of the one that a span was begun in, which arguments 0 and 1 name: a Durable Object may
// have gone on with another call since. Null also when it is over.
TailSource* SpanSource(const Arguments& info) {
  const Invocation* invocation = TailedArgument(info, 0);
  if (invocation == nullptr) return nullptr;
  return WorkerOf(info).dispatcher().tails().FindSource(*invocation, TextArgument(info, 1));
}

void ReturnDigits(const Arguments& info, const std::string& digits) {
  v8::Local<v8::String> text;
  if (js::FromLatin1(info.GetIsolate(), digits).ToLocal(&text)) info.GetReturnValue().Set(text);
}

// Ids of spans are as the natives have given them; what is no such id is no span that is known.

// tailIds(context) -> ids of the trace, and of the span that is all of the invocation, as one text;
// undefined: nobody is told of spans
void TailIds(const Arguments& info) {
  const TailSource* source = SourceArgument(info, 0);
  if (source != nullptr) ReturnDigits(info, source->trace_id() + source->span_id());
}

// tailActive(context, span | ''): it is that of what is noted next
void TailActive(const Arguments& info) {
  if (TailSource* source = SourceArgument(info, 0)) source->set_active(TextArgument(info, 1));
}

// In the following, `root` is the id of the span that is all of the invocation.

// tailSpanOpen(context, root, name, parent) -> its id; '' or undefined: it is not told of
void TailSpanOpen(const Arguments& info) {
  if (TailSource* source = SpanSource(info)) {
    ReturnDigits(info, source->OpenSpan(TextArgument(info, 2), TextArgument(info, 3)));
  }
}

// tailSpanAttribute(context, root, span, name, value): the last one is JSON
void TailSpanAttribute(const Arguments& info) {
  TailSource* source = SpanSource(info);
  if (source == nullptr) return;
  std::string json;
  base::AppendAsciiJson(TextArgument(info, 4), json);
  source->SetAttribute(TextArgument(info, 2), TextArgument(info, 3), json);
}

// tailSpanUpdate(context, root, span, info): the last one is JSON
void TailSpanUpdate(const Arguments& info) {
  TailSource* source = SpanSource(info);
  if (source == nullptr) return;
  std::string json;
  base::AppendAsciiJson(TextArgument(info, 3), json);
  source->UpdateSpan(TextArgument(info, 2), json);
}

// tailSpanException(context, root, span, name, message, stack | undefined)
void TailSpanException(const Arguments& info) {
  if (TailSource* source = SpanSource(info)) {
    source->AddSpanException(TextArgument(info, 2), TextArgument(info, 3), TextArgument(info, 4),
                             TextArgument(info, 5));
  }
}

// tailSpanClose(context, root, span)
void TailSpanClose(const Arguments& info) {
  if (TailSource* source = SpanSource(info)) source->CloseSpan(TextArgument(info, 2));
}

constexpr js::NativeFunction kNatives[] = {
    {"eventRespond", EventRespond},
    {"holdOpen", HoldOpen},
    {"tailEvent", TailEvent},
    {"tailException", TailException},
    {"tailLog", TailLog},
    {"tailStream", TailStream},
    {"tailBegin", TailBegin},
    {"tailEnd", TailEnd},
    {"tailTake", TailTake},
    {"tailLeave", TailLeave},
    {"tailReturn", TailReturn},
    {"tailIds", TailIds},
    {"tailActive", TailActive},
    {"tailSpanOpen", TailSpanOpen},
    {"tailSpanAttribute", TailSpanAttribute},
    {"tailSpanUpdate", TailSpanUpdate},
    {"tailSpanException", TailSpanException},
    {"tailSpanClose", TailSpanClose},
};

}  // namespace

js::NativeTable EventNatives() { return kNatives; }

}  // namespace isolane::worker
