#include "runtime/worker/rpc_clone.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "runtime/js/array_buffer.h"
#include "runtime/js/convert.h"
#include "runtime/js/scratch.h"
#include "runtime/web/structured_clone.h"
#include "runtime/worker/rpc_values.h"
#include "runtime/worker/worker.h"

namespace isolane::worker {

namespace {

// Of the parts of a host object: a value of rpc_values.h, or bytes.
constexpr uint32_t kValue = 0;
constexpr uint32_t kBytes = 1;

RpcMessage* g_writing = nullptr;
RpcMessage* g_reading = nullptr;

// A getter of the user's may start another call while a value is written, so these nest.
class Using {
 public:
  Using(RpcMessage*& slot, RpcMessage& message) : slot_(slot), before_(slot) { slot = &message; }
  ~Using() { slot_ = before_; }
  Using(const Using&) = delete;
  Using& operator=(const Using&) = delete;

 private:
  RpcMessage*& slot_;
  RpcMessage* const before_;
};

class Writer final : public v8::ValueSerializer::Delegate {
 public:
  Writer(Worker& worker, v8::Isolate* isolate)
      : worker_(worker), isolate_(isolate), plain_(v8::Object::New(isolate)->GetPrototypeV2()) {}

  void set_serializer(v8::ValueSerializer* serializer) { serializer_ = serializer; }
  bool refused() const { return refused_; }

  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    refused_ = true;
    isolate_->ThrowException(message);
  }

  bool HasCustomHostObject(v8::Isolate*) override { return true; }

  // Everything that is not plain: instances of classes do not become objects on their way.
  v8::Maybe<bool> IsHostObject(v8::Isolate*, v8::Local<v8::Object> object) override {
    if (!object->IsNativeError()) return v8::Just(object->GetPrototypeV2() != plain_);
    // Of errors V8 keeps type, message and cause, with their identity. It knows no DOMException.
    if (web::IsMarkedAsHost(isolate_, object)) return v8::Just(true);
    return v8::Just(worker_.enhanced_errors() && HasOwnData(object));
  }

  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate, v8::Local<v8::Object> object) override {
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    v8::Local<v8::Value> arguments[] = {object};
    v8::Local<v8::Value> parts;
    if (!worker_.hooks()
             .describe_object.Get(isolate)
             ->Call(context, v8::Undefined(isolate), 1, arguments)
             .ToLocal(&parts)) {
      return v8::Nothing<bool>();
    }
    if (parts->IsString()) {
      ThrowDataCloneError(parts.As<v8::String>());
      return v8::Nothing<bool>();
    }
    if (!parts->IsArray()) return v8::Nothing<bool>();
    const auto list = parts.As<v8::Array>();
    serializer_->WriteUint32(list->Length());
    for (uint32_t i = 0; i < list->Length(); i++) {
      v8::Local<v8::Value> part;
      if (!list->Get(context, i).ToLocal(&part)) return v8::Nothing<bool>();
      WritePart(part);
    }
    return v8::Just(true);
  }

 private:
  // Enumerable properties beside `cause`: a name of its own is one, too.
  bool HasOwnData(v8::Local<v8::Object> error) {
    v8::Local<v8::Context> context = isolate_->GetCurrentContext();
    v8::Local<v8::Array> names;
    if (!error
             ->GetOwnPropertyNames(
                 context, static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS))
             .ToLocal(&names)) {
      return false;
    }
    for (uint32_t i = 0; i < names->Length(); i++) {
      v8::Local<v8::Value> name;
      if (!names->Get(context, i).ToLocal(&name)) return false;
      if (!name->StrictEquals(js::Literal(isolate_, "cause"))) return true;
    }
    return false;
  }

  void WritePart(v8::Local<v8::Value> part) {
    if (part->IsArrayBufferView()) {
      auto view = part.As<v8::ArrayBufferView>();
      std::string bytes(view->ByteLength(), '\0');
      view->CopyContents(bytes.data(), bytes.size());
      WriteBytes(kBytes, bytes);
      return;
    }
    if (part->IsArrayBuffer()) {
      auto buffer = part.As<v8::ArrayBuffer>();
      WriteBytes(kBytes, {static_cast<const char*>(buffer->Data()), buffer->ByteLength()});
      return;
    }
    std::string value;
    AppendValue(isolate_, part, value);
    WriteBytes(kValue, value);
  }

  void WriteBytes(uint32_t kind, std::string_view bytes) {
    serializer_->WriteUint32(kind);
    serializer_->WriteUint32(static_cast<uint32_t>(bytes.size()));
    serializer_->WriteRawBytes(bytes.data(), bytes.size());
  }

  Worker& worker_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Value> plain_;  // Object.prototype; lives as long as the native call
  v8::ValueSerializer* serializer_ = nullptr;
  bool refused_ = false;
};

class Reader final : public v8::ValueDeserializer::Delegate {
 public:
  explicit Reader(Worker& worker) : worker_(worker) {}

  void set_deserializer(v8::ValueDeserializer* deserializer) { deserializer_ = deserializer; }

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate* isolate) override {
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    uint32_t count;
    // The longest has far fewer: more is no clone of ours.
    if (!deserializer_->ReadUint32(&count) || count > 64) return {};
    v8::Local<v8::Array> parts = v8::Array::New(isolate, static_cast<int>(count));
    for (uint32_t i = 0; i < count; i++) {
      v8::Local<v8::Value> part;
      if (!ReadPart(isolate).ToLocal(&part) || parts->Set(context, i, part).IsNothing()) return {};
    }
    // V8 forbids JavaScript while it reads; ours makes objects and runs nothing of the Worker's.
    const v8::Isolate::AllowJavascriptExecutionScope allow(isolate);
    v8::Local<v8::Value> arguments[] = {parts};
    v8::Local<v8::Value> object;
    if (!worker_.hooks()
             .revive_object.Get(isolate)
             ->Call(context, v8::Undefined(isolate), 1, arguments)
             .ToLocal(&object) ||
        !object->IsObject()) {
      return {};
    }
    return object.As<v8::Object>();
  }

 private:
  v8::MaybeLocal<v8::Value> ReadPart(v8::Isolate* isolate) {
    uint32_t kind;
    uint32_t size;
    const void* data;
    if (!deserializer_->ReadUint32(&kind) || !deserializer_->ReadUint32(&size) ||
        !deserializer_->ReadRawBytes(size, &data)) {
      return {};
    }
    const std::string_view bytes(static_cast<const char*>(data), size);
    if (kind == kValue) return ValueReader(isolate, bytes).Read();
    v8::Local<v8::ArrayBuffer> buffer;
    if (kind != kBytes || !js::CopyToArrayBuffer(isolate, bytes).ToLocal(&buffer)) return {};
    return v8::Uint8Array::New(buffer, 0, size);
  }

  Worker& worker_;
  v8::ValueDeserializer* deserializer_ = nullptr;
};

}  // namespace

RpcMessage* MessageBeingWritten() { return g_writing; }
RpcMessage* MessageBeingRead() { return g_reading; }

bool CloneTo(Worker& worker, v8::Local<v8::Value> value, RpcMessage& message) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  const Using scope(g_writing, message);
  Writer writer(worker, isolate);
  v8::ValueSerializer serializer(isolate, &writer);
  writer.set_serializer(&serializer);
  serializer.WriteHeader();
  const bool written = serializer.WriteValue(isolate->GetCurrentContext(), value).FromMaybe(false);
  const std::pair<uint8_t*, size_t> bytes = serializer.Release();
  std::shared_ptr<const void> owner(bytes.first,
                                    [](const void* data) { std::free(const_cast<void*>(data)); });
  // Only now: an accessor in the value may have cloned something itself.
  js::Scratch(isolate)[0] = !written && writer.refused() ? 1 : 0;
  if (!written) {
    message.attachments.clear();
    return false;
  }
  message.cloned = true;
  message.clone =
      base::Chunk(reinterpret_cast<const char*>(bytes.first), bytes.second, std::move(owner));
  return true;
}

v8::MaybeLocal<v8::Value> CloneFrom(Worker& worker, RpcMessage& message) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const Using scope(g_reading, message);
  Reader reader(worker);
  v8::ValueDeserializer deserializer(isolate,
                                     reinterpret_cast<const uint8_t*>(message.clone.data()),
                                     message.clone.size(), &reader);
  reader.set_deserializer(&deserializer);
  if (!deserializer.ReadHeader(context).FromMaybe(false)) return {};
  return deserializer.ReadValue(context);
}

}  // namespace isolane::worker
