// Natives behind bodies: reading, collecting, teeing native bodies, and writing into pipes.
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/worker/native_arguments.h"
#include "runtime/worker/native_registry.h"

namespace isolane::worker {

namespace {

// Kinds of builtins/web/body.js.
constexpr int kNone = 0;
constexpr int kText = 1;
constexpr int kNative = 2;
constexpr int kBytes = 3;
constexpr int kStream = 4;

// Below this a copy is cheaper than sharing the memory (design/v8-host.md, section 5).
constexpr size_t kShareFrom = 1024;

base::Chunk TextChunk(v8::Isolate* isolate, v8::Local<v8::String> text) {
  const size_t size = text->Utf8LengthV2(isolate);
  if (size == 0) return {};
  auto memory = std::make_shared_for_overwrite<char[]>(size);
  text->WriteUtf8V2(isolate, memory.get(), size, v8::String::WriteFlags::kReplaceInvalidUtf8);
  const char* data = memory.get();
  return base::Chunk(data, size, std::move(memory));
}

// The bytes of a view: by reference from kShareFrom up, so that a large body is not copied on its
// way to a socket or through a gateway.
base::Chunk ViewChunk(v8::Local<v8::Value> value) {
  const char* data = nullptr;
  size_t size = 0;
  std::shared_ptr<v8::BackingStore> store;
  if (value->IsArrayBufferView()) {
    v8::Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    size = view->ByteLength();
    if (size < kShareFrom) {
      char copy[kShareFrom];
      view->CopyContents(copy, size);
      return base::Chunk::Copy({copy, size});
    }
    const size_t offset = view->ByteOffset();
    store = view->Buffer()->GetBackingStore();
    data = static_cast<const char*>(store->Data()) + offset;
  } else if (value->IsArrayBuffer()) {
    store = value.As<v8::ArrayBuffer>()->GetBackingStore();
    size = store->ByteLength();
    data = static_cast<const char*>(store->Data());
  } else {
    return {};
  }
  if (size == 0) return {};
  // A resizable buffer could shrink under the reference.
  if (size < kShareFrom || store->IsResizableByUserJavaScript()) {
    return base::Chunk::Copy({data, size});
  }
  return base::Chunk(data, size, std::move(store));
}

BodyRecord* RecordArgument(const Arguments& info, int index) {
  Dispatcher& dispatcher = WorkerOf(info).dispatcher();
  BodyRecord* record = dispatcher.bodies().Find(IdArgument(info, index));
  if (record == nullptr) return nullptr;
  // Numbers of another isolate's bodies are as good as none.
  const Invocation* owner = dispatcher.FindInvocation(record->invocation);
  const bool own = owner != nullptr && owner->isolate == &js::Isolate::From(info.GetIsolate());
  if (!own) return nullptr;
  record->touched = true;
  return record;
}

// Bytes for this isolate, in memory that no other isolate sees: adopted when nobody else holds it
// (what came from a socket, or the last reference to another isolate's buffer), else copied. Empty
// if they do not fit; then a RangeError is pending.
v8::MaybeLocal<v8::Value> ToUint8Array(v8::Isolate* isolate, const base::Chunk& chunk) {
  const bool adopt = chunk.size() >= kShareFrom && chunk.owner().use_count() == 1;
  v8::Local<v8::ArrayBuffer> buffer;
  if (!(adopt ? js::AdoptAsArrayBuffer(isolate, chunk.view(), chunk.owner())
              : js::CopyToArrayBuffer(isolate, chunk.view()))
           .ToLocal(&buffer)) {
    return {};
  }
  return v8::Uint8Array::New(buffer, 0, chunk.size());
}

void ReturnBytes(const Arguments& info, const base::Chunk& chunk) {
  v8::Local<v8::Value> bytes;
  if (ToUint8Array(info.GetIsolate(), chunk).ToLocal(&bytes)) info.GetReturnValue().Set(bytes);
}

v8::Local<v8::Value> Failure(v8::Isolate* isolate, const base::PipeError& error) {
  v8::Local<v8::String> type;
  v8::Local<v8::String> message;
  if (!js::FromUtf8(isolate, error.type).ToLocal(&type) ||
      !js::FromUtf8(isolate, error.message).ToLocal(&message)) {
    return v8::Null(isolate);
  }
  v8::Local<v8::Value> parts[] = {type, message};
  return v8::Array::New(isolate, parts, 2);
}

// bodyLength(body) -> bytes, or -1 while it is unknown
void BodyLength(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  double length = -1;
  if (record != nullptr) {
    if (auto known = record->body.length()) length = static_cast<double>(*known);
  }
  info.GetReturnValue().Set(length);
}

// bodyText(body) -> string; undefined if it is not complete yet
void BodyText(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  BodyRecord* record = RecordArgument(info, 0);
  if (record == nullptr) {
    info.GetReturnValue().SetEmptyString();
    return;
  }
  if (record->body.kind == base::Body::Kind::kPipe) return;
  const base::Body body = WorkerOf(info).dispatcher().bodies().Take(record->id);
  std::string_view text = body.bytes.view();
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  v8::Local<v8::String> string;
  if (js::FromUtf8(isolate, text).ToLocal(&string)) info.GetReturnValue().Set(string);
}

// bodyBytes(body) -> Uint8Array; undefined if it is not complete yet
void BodyBytes(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  if (record != nullptr && record->body.kind == base::Body::Kind::kPipe) return;
  base::Chunk chunk;
  if (record != nullptr) chunk = WorkerOf(info).dispatcher().bodies().Take(record->id).bytes;
  ReturnBytes(info, chunk);
}

// bodyCollect(context, body) -> true if it is complete; else news will come
void BodyCollect(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 1);
  if (record == nullptr || record->body.kind != base::Body::Kind::kPipe) {
    info.GetReturnValue().Set(true);
    return;
  }
  record->collecting = true;
  const bool complete = WorkerOf(info).dispatcher().bodies().Collect(*record);
  record->waiting = !complete;
  info.GetReturnValue().Set(complete);
}

// bodyFailure(body) -> [type, message] of the error that ended it, or undefined
void BodyFailure(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  if (record == nullptr || !record->failed) return;
  info.GetReturnValue().Set(Failure(info.GetIsolate(), record->failure));
  WorkerOf(info).dispatcher().bodies().Free(*record);
}

// bodyRead(context, body) -> Uint8Array, null at the end, undefined while there is nothing, or
// [type, message] of an error
void BodyRead(const Arguments& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Bodies& bodies = WorkerOf(info).dispatcher().bodies();
  BodyRecord* record = RecordArgument(info, 1);
  if (record == nullptr) {
    info.GetReturnValue().SetNull();
    return;
  }
  if (record->failed) {
    info.GetReturnValue().Set(Failure(isolate, record->failure));
    bodies.Free(*record);
    return;
  }
  if (record->body.kind == base::Body::Kind::kBytes) {
    base::Chunk chunk = std::move(record->body.bytes);
    if (chunk.empty()) {
      bodies.Free(*record);
      info.GetReturnValue().SetNull();
      return;
    }
    record->body = base::Body::Bytes({});
    ReturnBytes(info, chunk);
    return;
  }
  base::Pipe& pipe = *record->body.pipe;
  if (auto chunk = pipe.Read()) {
    ReturnBytes(info, *chunk);
    return;
  }
  if (pipe.state() == base::Pipe::State::kOpen) {
    record->waiting = true;
    return;
  }
  if (pipe.state() == base::Pipe::State::kErrored) {
    info.GetReturnValue().Set(Failure(isolate, pipe.error()));
  } else {
    info.GetReturnValue().SetNull();
  }
  bodies.Free(*record);
}

// bodyCancel(context, body)
void BodyCancel(const Arguments& info) {
  if (BodyRecord* record = RecordArgument(info, 1)) {
    WorkerOf(info).dispatcher().bodies().Free(*record);
  }
}

// bodyAbort(context, body, type, message): whoever reads it gets that error
void BodyAbort(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 1);
  if (record == nullptr || record->body.kind != base::Body::Kind::kPipe) return;
  v8::Isolate* isolate = info.GetIsolate();
  record->failed = true;
  record->failure = {js::Describe(isolate, info[2]), js::Describe(isolate, info[3])};
  record->collecting = false;
  record->waiting = false;
  record->body.pipe->set_reader(nullptr);
  record->body.pipe->Cancel();
}

// bodyTee(context, body) -> the second body
void BodyTee(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  BodyRecord* record = RecordArgument(info, 1);
  int32_t copy = -1;
  if (invocation != nullptr && record != nullptr) {
    copy = WorkerOf(info).dispatcher().bodies().Tee(*invocation, *record);
  }
  info.GetReturnValue().Set(copy);
}

// pipeOpen(context, expectedLength | -1) -> writer
void PipeOpen(const Arguments& info) {
  Invocation* invocation = InvocationArgument(info, 0);
  BodyRecord* record = nullptr;
  if (invocation != nullptr) {
    const double length = info[1]->IsNumber() ? info[1].As<v8::Number>()->Value() : -1;
    record =
        WorkerOf(info).dispatcher().bodies().OpenPipe(*invocation, static_cast<int64_t>(length));
  }
  info.GetReturnValue().Set(record == nullptr ? 0u : record->id);
}

// pipeWrite(writer, chunk) -> false: wait for news before the next one
void PipeWrite(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  if (record == nullptr || record->pipe == nullptr) {
    info.GetReturnValue().Set(true);
    return;
  }
  const bool more = record->pipe->Write(ViewChunk(info[1])) && !record->cancelled;
  if (!more) {
    record->waiting = true;
    // The news has already been: nobody reads.
    if (record->cancelled) record->OnCancel();
  }
  info.GetReturnValue().Set(more);
}

// pipeCancelled(writer)
void PipeCancelled(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  info.GetReturnValue().Set(record == nullptr || record->cancelled);
}

// pipeClose(writer)
void PipeClose(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  if (record == nullptr) return;
  Bodies& bodies = WorkerOf(info).dispatcher().bodies();
  bodies.ClosePipe(*record);
  bodies.Free(*record);
}

// pipeFail(writer, type, message)
void PipeFail(const Arguments& info) {
  BodyRecord* record = RecordArgument(info, 0);
  if (record == nullptr) return;
  v8::Isolate* isolate = info.GetIsolate();
  if (record->pipe != nullptr) {
    record->pipe->set_writer(nullptr);
    record->pipe->Fail({js::Describe(isolate, info[1]), js::Describe(isolate, info[2])});
    record->pipe.reset();
  }
  WorkerOf(info).dispatcher().bodies().Free(*record);
}

constexpr js::NativeFunction kNatives[] = {
    {"bodyLength", BodyLength},   {"bodyText", BodyText},       {"bodyBytes", BodyBytes},
    {"bodyCollect", BodyCollect}, {"bodyFailure", BodyFailure}, {"bodyRead", BodyRead},
    {"bodyCancel", BodyCancel},   {"bodyAbort", BodyAbort},     {"bodyTee", BodyTee},
    {"pipeOpen", PipeOpen},       {"pipeWrite", PipeWrite},     {"pipeCancelled", PipeCancelled},
    {"pipeClose", PipeClose},     {"pipeFail", PipeFail},
};

}  // namespace

base::Body BodyArgument(const Arguments& info, int index) {
  const int kind = info[index]->IsInt32() ? info[index].As<v8::Int32>()->Value() : kNone;
  v8::Local<v8::Value> value = info[index + 1];
  Bodies& bodies = WorkerOf(info).dispatcher().bodies();
  switch (kind) {
    case kText:
      return base::Body::Bytes(TextChunk(info.GetIsolate(), value.As<v8::String>()));
    case kNative:
      return bodies.Take(IdArgument(info, index + 1));
    case kBytes:
      return base::Body::Bytes(ViewChunk(value));
    case kStream: {
      BodyRecord* writer = bodies.Find(IdArgument(info, index + 1));
      return writer == nullptr || writer->pipe == nullptr ? base::Body::Bytes({})
                                                          : base::Body::Stream(writer->pipe);
    }
    default:
      return base::Body::None();
  }
}

js::NativeTable BodyNatives() { return kNatives; }

}  // namespace isolane::worker
