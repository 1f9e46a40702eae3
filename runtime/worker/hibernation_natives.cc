// Natives behind the WebSocket hibernation API of Durable Objects.
#include <memory>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/worker/actor.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// The actor whose context argument 0 is; else null.
Actor* ActorArgument(const Arguments& info) {
  const Invocation* invocation = InvocationArgument(info, 0);
  return invocation == nullptr ? nullptr : invocation->actor;
}

ActorSockets& SocketsOf(const Actor& actor) { return actor.actor_class->sockets[actor.object_id]; }

// The socket argument, if it hibernates and belongs to the calling isolate; else null.
WebSocketRecord* HibernatingArgument(const Arguments& info, int index) {
  WebSocketRecord* record = SocketArgument(info, index);
  return record == nullptr || record->hibernating == nullptr ? nullptr : record;
}

std::vector<std::string> TextsArgument(const Arguments& info, int index) {
  std::vector<std::string> texts;
  if (!info[index]->IsArray()) return texts;
  const auto list = info[index].As<v8::Array>();
  for (uint32_t i = 0; i < list->Length(); i++) {
    v8::Local<v8::Value> text;
    if (list->Get(info.GetIsolate()->GetCurrentContext(), i).ToLocal(&text)) {
      texts.push_back(js::Describe(info.GetIsolate(), text));
    }
  }
  return texts;
}

void ReturnTexts(const Arguments& info, const std::vector<std::string>& texts) {
  v8::Isolate* isolate = info.GetIsolate();
  v8::LocalVector<v8::Value> values(isolate);
  for (const std::string& text : texts) {
    v8::Local<v8::String> value;
    if (!js::FromUtf8(isolate, text).ToLocal(&value)) return;
    values.push_back(value);
  }
  info.GetReturnValue().Set(v8::Array::New(isolate, values.data(), values.size()));
}

// hibernate(context, socket, tags)
void Hibernate(const Arguments& info) {
  Actor* actor = ActorArgument(info);
  WebSocketRecord* socket = SocketArgument(info, 1);
  if (actor == nullptr || socket == nullptr) return;
  WorkerOf(info).dispatcher().HibernateSocket(*actor, *socket, TextsArgument(info, 2));
}

// hibernatingSockets(context, tag | undefined) -> numbers, the newest first as in workerd
void HibernatingSockets(const Arguments& info) {
  const Actor* actor = ActorArgument(info);
  if (actor == nullptr) return;
  v8::Isolate* isolate = info.GetIsolate();
  const bool all = !info[1]->IsString();
  const std::string tag = all ? std::string() : js::Describe(isolate, info[1]);
  v8::LocalVector<v8::Value> numbers(isolate);
  for (const uint32_t id : std::views::reverse(SocketsOf(*actor).ids)) {
    const WebSocketRecord* record = WorkerOf(info).dispatcher().web_sockets().Find(id);
    if (record == nullptr) continue;
    bool wanted = all;
    for (const std::string& own : record->hibernating->tags) wanted |= own == tag;
    if (wanted) numbers.push_back(v8::Integer::NewFromUnsigned(isolate, id));
  }
  info.GetReturnValue().Set(v8::Array::New(isolate, numbers.data(), numbers.size()));
}

// hibernatingLeft(socket): the other side has closed, the object is about to be told
void HibernatingLeft(const Arguments& info) {
  if (WebSocketRecord* socket = HibernatingArgument(info, 0)) socket->hibernating->left = true;
}

// hibernatingForget(socket): the object is being told, and does not find it any more
void HibernatingForget(const Arguments& info) {
  WebSocketRecord* socket = HibernatingArgument(info, 0);
  if (socket == nullptr) return;
  const HibernatingSocket& state = *socket->hibernating;
  std::erase(state.actor_class->sockets[state.object_id()].ids, socket->id);
}

// hibernatingTags(socket) -> strings, or undefined if it does not hibernate
void HibernatingTags(const Arguments& info) {
  const WebSocketRecord* socket = HibernatingArgument(info, 0);
  if (socket != nullptr) ReturnTexts(info, socket->hibernating->tags);
}

// hibernatingAttach(socket, bytes) -> whether it hibernates
void HibernatingAttach(const Arguments& info) {
  WebSocketRecord* socket = HibernatingArgument(info, 0);
  info.GetReturnValue().Set(socket != nullptr);
  if (socket != nullptr) socket->hibernating->attachment = BytesArgument(info, 1);
}

// hibernatingAttachment(socket) -> bytes, or undefined
void HibernatingAttachment(const Arguments& info) {
  const WebSocketRecord* socket = HibernatingArgument(info, 0);
  if (socket == nullptr || socket->hibernating->attachment.empty()) return;
  v8::Local<v8::ArrayBuffer> bytes;
  if (js::CopyToArrayBuffer(info.GetIsolate(), socket->hibernating->attachment).ToLocal(&bytes)) {
    info.GetReturnValue().Set(bytes);
  }
}

// hibernatingAnswer(context, request | undefined, response)
void HibernatingAnswer(const Arguments& info) {
  const Actor* actor = ActorArgument(info);
  if (actor == nullptr) return;
  ActorSockets& sockets = SocketsOf(*actor);
  sockets.answers = info[1]->IsString();
  sockets.request = sockets.answers ? js::Describe(info.GetIsolate(), info[1]) : std::string();
  sockets.response = sockets.answers ? js::Describe(info.GetIsolate(), info[2]) : std::string();
}

// hibernatingAnswerOf(context) -> [request, response], or undefined
void HibernatingAnswerOf(const Arguments& info) {
  const Actor* actor = ActorArgument(info);
  if (actor == nullptr || !SocketsOf(*actor).answers) return;
  ReturnTexts(info, {SocketsOf(*actor).request, SocketsOf(*actor).response});
}

// hibernatingAnswered(socket) -> ms since 1970, or -1
void HibernatingAnswered(const Arguments& info) {
  const WebSocketRecord* socket = HibernatingArgument(info, 0);
  info.GetReturnValue().Set(socket == nullptr ? -1.0 : socket->hibernating->answered_ms);
}

constexpr js::NativeFunction kNatives[] = {
    {"hibernate", Hibernate},
    {"hibernatingAnswer", HibernatingAnswer},
    {"hibernatingAnswerOf", HibernatingAnswerOf},
    {"hibernatingAnswered", HibernatingAnswered},
    {"hibernatingAttach", HibernatingAttach},
    {"hibernatingAttachment", HibernatingAttachment},
    {"hibernatingForget", HibernatingForget},
    {"hibernatingLeft", HibernatingLeft},
    {"hibernatingSockets", HibernatingSockets},
    {"hibernatingTags", HibernatingTags},
};

}  // namespace

js::NativeTable HibernationNatives() { return kNatives; }

}  // namespace isolane::worker
